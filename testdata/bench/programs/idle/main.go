// Command idle links net/http and does nothing: the bar of a cold start.
package main

import (
	"io"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) > 1 { // never here
		if res, err := http.Get(os.Args[1]); err == nil {
			io.Copy(os.Stdout, res.Body)
		}
	}
}

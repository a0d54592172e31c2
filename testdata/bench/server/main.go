// Command server is the API of the bench. It prints its address, that of its TLS
// side and the file with the certificate of that, and serves until its standard
// input ends.
package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net/http/httptest"
	"os"

	"modulex.dev/connector/testdata/bench/fixture"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func serve() error {
	plain := httptest.NewServer(fixture.Server())
	defer plain.Close()
	secure := httptest.NewUnstartedServer(fixture.Server())
	secure.TLS = &tls.Config{NextProtos: []string{"http/1.1"}} // HTTP/2 is another comparison
	secure.StartTLS()
	defer secure.Close()
	file, err := os.CreateTemp("", "bench-*.pem")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}); err != nil {
		return err
	}
	fmt.Println(plain.URL, secure.URL, file.Name())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

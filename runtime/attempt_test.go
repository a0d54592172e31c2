package runtime

import (
	"bytes"
	"compress/gzip"
	"io"
)

func endless(c byte) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		for i := range p {
			p[i] = c
		}
		return len(p), nil
	})
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

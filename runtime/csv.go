// Bodies that are CSV: each row becomes an object with the names of the first
// row. All values are texts; a projection may convert them.

package runtime

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// rows is a CSV body as a JSON list.
func (k *call) rows(c *cut) ([]byte, *Error) {
	body := withoutMark(c.answer.body)
	if len(bytes.TrimSpace(body)) == 0 || c.absent {
		return []byte("[]"), nil
	}
	out, err := rowsOf(bytes.ToValidUTF8(body, []byte("\uFFFD")))
	if err != nil {
		return nil, k.failed(CodeUnexpectedResponse, "the answer is not CSV"+k.mediaType(c.answer.header.Get("Content-Type"))+": "+k.secrets.clean(err.Error()))
	}
	return out, nil
}

func rowsOf(body []byte) ([]byte, error) {
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = delimiter(body), -1, true
	first, err := r.Read()
	if err != nil {
		return nil, err
	}
	var names [][]byte
	for _, name := range first {
		names = append(names, appendQuoted(nil, name))
	}
	out := append(make([]byte, 0, 2*len(body)), '[')
	for n := 2; ; n++ {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return append(out, ']'), nil
		case err != nil:
			return nil, err
		case len(row) > len(names):
			return nil, fmt.Errorf("row %d has %d values for %d names", n, len(row), len(names))
		case len(out) > maxListBytes:
			return nil, fmt.Errorf("its rows are larger than %d MiB", maxListBytes>>20)
		}
		if n > 2 {
			out = append(out, ',')
		}
		out = appendRow(out, names, row)
	}
}

// appendRow appends a row as an object; names without a value are left out.
func appendRow(dst []byte, names [][]byte, row []string) []byte {
	dst = append(dst, '{')
	for i, value := range row {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(append(append(dst, names[i]...), ':'), value)
	}
	return append(dst, '}')
}

// delimiter is what separates the names in the first line: the one of comma,
// semicolon and tab that stands there most.
func delimiter(body []byte) rune {
	line, _, _ := bytes.Cut(body, []byte("\n"))
	best := ','
	for _, c := range []rune{';', '\t'} {
		if bytes.Count(line, []byte(string(c))) > bytes.Count(line, []byte(string(best))) {
			best = c
		}
	}
	return best
}

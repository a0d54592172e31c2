// What is read of an answer, held against the standard library and against the
// rules of the RFCs: the parts of a body, Link and Retry-After headers, rows of
// CSV, the texts of failures.

package runtime

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// FuzzSelect: one pass over a body cuts out, byte for byte, what a walk with
// encoding/json finds: the last of several members with one name, elements
// counted from either end, and the elements of the result.
func FuzzSelect(f *testing.F) {
	for _, body := range []string{
		goodBody, `{"data":[{"id":"1","n":1.50},{"id":"2"}],"meta":{"next_page":1,"current_page":0}}`, `{"data":[{}],"data":[{"a":[1,2,3]}]}`, `{"a":{"b":[1,{"c":2}]},"data":[7]}`,
		`[[1,2],[3]]`, `{"\u0061":{"0":[ ]}}`, ` {"a" : [ 1 , [2 ,3] ] , "":{"":5}} `, `{"data":{"a":1},"data":null}`, `{"a":{"b":1},"a":{}}`, `{"-1":{"a":1},"data":[{"a":-0.0e1}]}`,
	} {
		f.Add([]byte(body), "a.b.1.c a.b a.-1 a.-1.0 data.0.a data.-1 0.1 -1 . \\u0061")
	}
	f.Fuzz(func(t *testing.T, text []byte, paths string) {
		root := checkedJSON(text)
		if root == nil || len(paths) > 1000 {
			return
		}
		for _, result := range []int{-1, 0} {
			p := &plan{result: result, list: -1}
			p.want("data")
			for dotted := range strings.SplitSeq(paths, " ") {
				p.want(dotted)
			}
			x := cutter{scanner: scanner{b: root}, plan: p, list: true, collect: true, found: make([][]byte, len(p.wants))}
			if err := x.document(x.body); err != nil {
				t.Fatal(err)
			}
			c := cut{plan: p, found: x.found}
			for i, dotted := range p.names {
				if want, got := standard(root, dotted), c.at(i); !bytes.Equal(want, got) || (want == nil) != (got == nil) {
					t.Errorf("%q in %s: got %q, want %q", dotted, root, got, want)
				}
				if alone := find(root, dotted); !bytes.Equal(alone, c.at(i)) {
					t.Errorf("%q in %s: found alone it is %q", dotted, root, alone)
				}
			}
			if result == 0 {
				x.holdsElements(t, standard(root, "data"))
			}
		}
	})
}

// holdsElements holds the elements of the result against the standard library's.
func (x *cutter) holdsElements(t *testing.T, list []byte) {
	var want []json.RawMessage
	if list == nil || json.Unmarshal(list, &want) != nil || want == nil {
		return
	}
	objects := !slices.ContainsFunc(want, func(e json.RawMessage) bool { return e[0] != '{' })
	if !objects {
		if x.count >= 0 {
			t.Errorf("%s has %d objects", list, x.count)
		}
		return
	}
	if x.count != len(want) || !slices.EqualFunc(x.items, want, func(a Object, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
		t.Errorf("%s has %d elements: %q", list, x.count, x.items)
	}
}

// standard follows a dotted path with encoding/json, without any code of ours.
func standard(value []byte, dotted string) []byte {
	if dotted == "" {
		return value
	}
	for name := range strings.SplitSeq(dotted, ".") {
		var members map[string]json.RawMessage
		var elements []json.RawMessage
		n, err := strconv.Atoi(name)
		switch {
		case json.Unmarshal(value, &members) == nil && members != nil:
			if value = members[name]; value == nil {
				return nil
			}
		case json.Unmarshal(value, &elements) != nil || err != nil || strconv.Itoa(n) != name:
			return nil
		case n >= 0 && n < len(elements):
			value = elements[n]
		case n < 0 && len(elements)+n >= 0:
			value = elements[len(elements)+n]
		default:
			return nil
		}
	}
	return value
}

// FuzzLink: links that a strict printer (RFC 8288) has written are read back,
// with all their parameters; and whatever a server sends, what is read of it is
// no longer than that.
func FuzzLink(f *testing.F) {
	for _, raw := range []string{
		`<https://a.test/?x=1>; rel="next"`, `<a>;rel=prev, <b>; title="x, \"y\"; rel=next"; rel="next last"`, `<`, `<a`, `,, ,<a>;;;rel=next,,`, `<a>; rel = "next`, `<a>; rel="next"; results="false"`,
		`<https://api.x.test/issues?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://api.x.test/issues?cursor=0:100:0>; rel="next"; results="true"`,
	} {
		f.Add(raw, "https://a.test/items?page=2,3;4", "title", `a "quoted", text; rel=next \`, byte(3))
	}
	f.Fuzz(func(t *testing.T, raw, target, name, value string, n byte) {
		size := 0
		for _, l := range links(raw) {
			size += len(l.target) + 1
			for _, p := range l.params {
				size += len(p.name) + len(p.value)
			}
		}
		if size > len(raw) {
			t.Errorf("%q: %d bytes were read of %d", raw, size, len(raw))
		}
		if next := nextLink([]string{raw}); next != "" && !strings.Contains(raw, next) {
			t.Errorf("%q: the next page is %q", raw, next)
		}
		if target = strings.TrimSpace(target); target == "" || strings.ContainsAny(target, "<>\r\n\x00") || !httpToken(name) || strings.ContainsAny(value, "\r\n\x00") {
			return
		}
		printed := printLink("https://first.test/", [][2]string{{"rel", "prev"}, {name, value}}, n) + [...]string{", ", ",", " ,\t", ",,"}[n%4] +
			printLink(target, [][2]string{{name, value}, {"rel", "x next"}, {"title*", "UTF-8''x"}}, n>>2)
		got := links(printed)
		if len(got) != 2 || got[1].target != target || !slices.Equal(got[1].params, []field{{name, value}, {"rel", "x next"}, {"title*", "UTF-8''x"}}) {
			t.Errorf("%s\nis read as %q", printed, got)
		}
		if lower := strings.ToLower(name); lower == "rel" || lower == "anchor" || lower == "results" {
			return // these mean something
		}
		if next := nextLink([]string{printed}); next != target {
			t.Errorf("%s\nleads to %q", printed, next)
		}
	})
}

// httpToken reports whether s is a token of RFC 9110, 5.6.2.
func httpToken(s string) bool {
	for _, r := range s {
		if r > '~' || r <= ' ' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) {
			return false
		}
	}
	return s != ""
}

// printLink writes a link: values that are tokens bare or quoted as a bit of n
// says, all others quoted; with optional white space as other bits say.
func printLink(target string, params [][2]string, n byte) string {
	var b strings.Builder
	b.WriteString("<" + target + ">")
	for i, p := range params {
		blank := [...]string{"", " ", "\t"}[(int(n)+i)%3]
		value := p[1]
		if n>>i&1 == 0 || !httpToken(value) {
			value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
		}
		b.WriteString(blank + ";" + blank + p[0] + "=" + value)
	}
	return b.String()
}

// FuzzRetryAfter: whatever stands in Retry-After, the wait is never negative and
// never shorter than what was asked for; what is no number and no date is none.
func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"", "0", "1", "120", "1.5", ".", "..", "1.2.3", "-1", "+1", " 5 ", "5s", "1e3", "0x10", "99999999999999999999", strings.Repeat("9", 400), "0." + strings.Repeat("0", 400) + "1",
		"Wed, 21 Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:00 GMT", "Wed Oct 21 07:28:00 2026", "Wed, 21 Oct 9999 07:28:00 GMT", "Wed, 21 Oct 0000 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 PST", "21 Oct 2026"} {
		f.Add(text, int64(1_790_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%(1<<40), 0)
		wait, ok := retryAfter(http.Header{"Retry-After": {text}}, now)
		if wait < 0 || !ok && wait != 0 {
			t.Fatalf("%q: %v, %v", text, wait, ok)
		}
		trimmed := strings.TrimSpace(text)
		if whole := strings.Trim(trimmed, "0123456789") == "" && trimmed != ""; whole {
			seconds, err := strconv.ParseUint(trimmed, 10, 64)
			if long := err != nil || seconds > 1<<31; !ok || long && wait < (1<<31)*time.Second || !long && wait != time.Duration(seconds)*time.Second {
				t.Fatalf("%q: %v, %v", text, wait, ok)
			}
			return
		}
		at, err := http.ParseTime(trimmed)
		if err != nil {
			if ok && strings.Trim(trimmed, "0123456789.") != "" {
				t.Fatalf("%q: %v of what is no number and no date", text, wait)
			}
			return
		}
		if !ok || wait < at.Sub(now) {
			t.Fatalf("%q: %v, %v at %v", text, wait, ok, now)
		}
	})
}

// FuzzRows: rows that encoding/csv has written are read back; any other text is
// refused, or is a list of objects with the names of its first row.
func FuzzRows(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "a;b\n1;2", "a\tb\r\n\"x\ty\"\t2\r\n", "a,a\n1,2\n", "a\n\"b\nc\"\n", "a,b\n1\n", "a,b\n1,2,3\n", "\"a\n", "\xff,b\n\xff,1\n", "a,\"b\"\"c\"\n,\n", "\n\n"} {
		for comma := range byte(3) {
			f.Add([]byte(text), "name", "a,b;c\t", "x\"y\n", comma)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, a, b, c string, comma byte) {
		if out, err := rowsOf(bytes.ToValidUTF8(text, []byte("\uFFFD"))); err == nil {
			var rows []map[string]string
			if err := json.Unmarshal(out, &rows); err != nil {
				t.Fatalf("%q became %q: %v", text, out, err)
			}
		}
		// What is written is read: names and values of every kind, two rows.
		names := []string{"id", "k" + plainText(a)}
		rows := [][]string{names, {plainText(b), plainText(c)}, {plainText(c), "z"}}
		var doc bytes.Buffer
		w := csv.NewWriter(&doc)
		w.Comma = [...]rune{',', ';', '\t'}[comma%3]
		if err := w.WriteAll(rows); err != nil || strings.ContainsAny(names[1], ",;\t\n") {
			return // a name with separators of its own is ambiguous
		}
		out, err := rowsOf(doc.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", doc.String(), err)
		}
		var got []map[string]string
		if err := json.Unmarshal(out, &got); err != nil || len(got) != 2 {
			t.Fatalf("%q became %s: %v", doc.String(), out, err)
		}
		for i, row := range got {
			for j, name := range names {
				if row[name] != rows[i+1][j] {
					t.Errorf("%q became %s", doc.String(), out)
				}
			}
		}
	})
}

// plainText is a text that a CSV file can hold: UTF-8, and no carriage returns,
// which encoding/csv drops.
func plainText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r", "")
}

// FuzzFailure: whatever stands in the body of a failure, its text in the
// envelope is short, can be printed, and is read back as it was.
func FuzzFailure(f *testing.F) {
	for _, body := range []string{
		``, `{"errors":[{"title":"T","detail":"D"},{"title":"U"}]}`, `{"message":"no"}`, `{"message":{"a":1}}`, `<html><b>no</b></html>`, "\x1b[31m", "\xff\xfe", `{"errors":"\u202e\ud800"}`, `{"errors":[[],{},null,7]}`,
		`{"message":" \n "}`, strings.Repeat("é", 2000), "\uFEFF" + `{"message":"m"}`, `{status}{detail}{reason}`,
	} {
		f.Add([]byte(body), uint16(404), "id-1")
	}
	k := callFor(f, &getThing)
	f.Fuzz(func(t *testing.T, body []byte, status uint16, id string) {
		a := &answer{status: 100 + int(status)%900, body: body[:min(len(body), maxErrorBytes)], header: http.Header{"X-Request-Id": {id}}}
		err := k.statusError(a)
		rest, ok := strings.CutPrefix(err.Error(), fmt.Sprintf("API error (%d): ", a.status))
		if !ok || utf8.RuneCountInString(rest) > maxErrorText+1 || err.Code == "" || err.Status != a.status {
			t.Fatalf("%q became %q", body, err.Error())
		}
		for _, text := range []string{rest, err.RequestID} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
				return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
			}) {
				t.Fatalf("%q became %q", body, text)
			}
		}
		var said struct {
			Success bool
			Error   string
			Data    any
		}
		e := failure(k.op, err, nil)
		if jsonErr := json.Unmarshal(e.JSON, &said); jsonErr != nil || said.Success || said.Error != err.Error() || said.Data != nil {
			t.Fatalf("%q became %s, %v", err.Error(), e.JSON, jsonErr)
		}
	})
}

// FuzzQuoted: a text is a JSON string that says the same; what is no UTF-8 in it
// is U+FFFD.
func FuzzQuoted(f *testing.F) {
	for _, s := range append(hostile, "\xff", "\xed\xa0\x80", "\u2028") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		quoted := appendQuoted([]byte("x"), s)[1:]
		if err := json.Unmarshal(quoted, &got); err != nil || !utf8.Valid(quoted) {
			t.Fatalf("%q became %q: %v", s, quoted, err)
		}
		if want := string([]rune(s)); got != want || unquote(quoted) != want || textOf(quoted) != want {
			t.Errorf("%q became %s, which is %q", s, quoted, got)
		}
	})
}

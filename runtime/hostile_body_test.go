// Hostile servers: what comes under a success status. Where JSON is wrong in
// itself, TestBodies has the places in it; here the rest of the way is real.

package runtime

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf16"
)

func ok(text string, headers ...string) string {
	return ok200 + strings.Join(append(headers, ""), "\r\n") + "\r\n" + text
}

func utf16le(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func bodyRows() []rude {
	packed := gzipped(goodBody)
	const gz = "Content-Encoding: gzip"
	const notJSON = "Call failed: the answer is not JSON"
	digits := `{"n":` + strings.Repeat("7", 4000) + `.` + strings.Repeat("0", 4000) + `1e-99999}`
	return []rude{
		// JSON, if strange. What passes through keeps its bytes.
		{"no content type", says(ok(goodBody)), works, oneThing},
		{"a wrong content type", says(ok(goodBody, "Content-Type: image/png")), works, oneThing},
		{"a content type that is none", says(ok(goodBody, "Content-Type: ;;;=\x01")), broken, callFailed},
		{"a byte order mark", says(ok("\uFEFF" + goodBody)), works, oneThing},
		{"duplicate keys", says(ok(`{"data":7,"data":{"a":1,"a":2}}`)), works, `{"a":1,"a":2}`},
		{"a lone surrogate", says(ok(`{"data":{"s":"\ud800","\udfff":1}}`)), works, `{"s":"\ud800","\udfff":1}`},
		{"NUL in a text", says(ok(`{"data":{"s":"\u0000"}}`)), works, `{"s":"\u0000"}`},
		{"numbers of many digits", says(ok(`{"data":` + digits + `}`)), works, digits},
		{"numbers beyond all numbers", says(ok(`{"data":{"n":[1e400,-1E+99999,12345678901234567890,-0]}}`)), works, `{"n":[1e400,-1E+99999,12345678901234567890,-0]}`},
		{"nested as deep as it may be", says(ok(`{"data":{"a":` + strings.Repeat("[", maxDepth-2) + strings.Repeat("]", maxDepth-2) + `}}`)), works, ""},
		{"a million elements", says(ok(`{"data":{"a":[0` + strings.Repeat(",0", 1_000_000) + `]}}`)), works, ""},
		{"a hundred thousand members", says(ok(`{"data":{"a":0` + strings.Repeat(`,"b":1`, 100_000) + `}}`)), works, ""},

		// Not JSON.
		{"HTML", says(ok("<!doctype html><title>Sign in</title>", "Content-Type: text/html")), odd, notJSON + " but text/html: "},
		{"HTML under JSON's name", says(ok("<html>", "Content-Type: application/json")), odd, notJSON + ": it is not JSON at byte 0"},
		{"text", says(ok("OK")), odd, notJSON},
		{"nothing", says(ok("")), odd, "Call failed: the answer has no body"},
		{"blanks", says(ok(" \r\n\t ")), odd, "Call failed: the answer has no body"},
		{"null", says(ok("null")), odd, `Call failed: "data" in the answer is missing`},
		{"a number", says(ok("7")), odd, `Call failed: "data" in the answer is missing`},
		{"a text of JSON", says(ok(`"data"`)), odd, `Call failed: "data" in the answer is missing`},
		{"a list", says(ok(`[{"data":{}}]`)), odd, `Call failed: "data" in the answer is missing`},
		{"a list for an object", says(ok(`{"data":[]}`)), odd, `Call failed: "data" in the answer is an array, not an object`},
		{"two documents", says(ok(goodBody + goodBody)), odd, notJSON + ": text after the end of the value"},
		{"two documents on lines", says(ok(goodBody + "\n" + goodBody)), odd, notJSON + ": text after the end of the value"},
		{"text after the value", says(ok(goodBody + "x")), odd, notJSON + ": text after the end of the value"},
		{"NUL after the value", says(ok(goodBody + "\x00")), odd, notJSON},
		{"cut", says(ok(goodBody[:len(goodBody)-1])), odd, notJSON + ": it ends too early"},
		{"NaN", says(ok(`{"data":{"n":NaN}}`)), odd, notJSON},
		{"Infinity", says(ok(`{"data":{"n":Infinity}}`)), odd, notJSON},
		{"minus Infinity", says(ok(`{"data":{"n":-Infinity}}`)), odd, notJSON},
		{"hexadecimal", says(ok(`{"data":{"n":0x7f}}`)), odd, notJSON},
		{"a leading zero", says(ok(`{"data":{"n":007}}`)), odd, notJSON},
		{"a trailing comma", says(ok(`{"data":{"n":1,}}`)), odd, notJSON},
		{"a comment", says(ok(`{"data":{}} // done`)), odd, notJSON},
		{"single quotes", says(ok(`{'data':{}}`)), odd, notJSON},
		{"a control character in a text", says(ok("{\"data\":{\"s\":\"a\x01b\"}}")), odd, notJSON},
		{"a guard against scripts", says(ok(")]}'\n" + goodBody)), odd, notJSON},
		{"a call of a script", says(ok("f(" + goodBody + ")")), odd, notJSON},
		{"nested 100,000 deep", says(ok(`{"data":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`)), odd, notJSON + ": it is nested too deep"},
		{"nested 100,000 deep, objects", says(ok(strings.Repeat(`{"data":`, 100_000) + "0" + strings.Repeat("}", 100_000))), odd, notJSON + ": it is nested too deep"},
		{"invalid UTF-8", says(ok("{\"data\":{\"s\":\"\xff\"}}")), odd, notJSON + ": not valid UTF-8"},
		{"overlong UTF-8", says(ok("{\"data\":{\"s\":\"\xc0\xaf\"}}")), odd, notJSON + ": not valid UTF-8"},
		{"a surrogate in UTF-8", says(ok("{\"data\":{\"s\":\"\xed\xa0\x80\"}}")), odd, notJSON + ": not valid UTF-8"},
		{"Latin-1", says(ok("{\"data\":{\"s\":\"caf\xe9\"}}", "Content-Type: application/json; charset=iso-8859-1")), odd, notJSON + ": not valid UTF-8"},
		{"UTF-16", says(ok(utf16le("\uFEFF" + goodBody))), odd, notJSON},
		{"UTF-16 without a mark", says(ok(utf16le(goodBody))), odd, notJSON},
		{"base64 of it", says(ok(base64.StdEncoding.EncodeToString([]byte(goodBody)))), odd, notJSON},

		// gzip.
		{"gzip", says(ok(packed, gz)), works, oneThing},
		{"gzip, chunked, in capitals", says(strings.TrimSuffix(chunked, "\r\n") + "content-encoding: GZip\r\n\r\n" + chunk(packed) + "0\r\n\r\n"), works, oneThing},
		{"gzip in two members", says(ok(gzipped(goodBody[:7])+gzipped(goodBody[7:]), "Content-Encoding: x-gzip")), works, oneThing},
		{"gzip of nothing", says(ok("", gz, "Content-Length: 0")), odd, "Call failed: the answer has no body"},
		{"gzip of an empty text", says(ok(gzipped(""), gz)), odd, "Call failed: the answer has no body"},
		{"gzip in gzip", says(ok(gzipped(packed), gz)), odd, notJSON},
		{"gzip that is not said", says(ok(packed)), odd, notJSON},
		{"gzip cut", says(ok(packed[:len(packed)-5], gz)), broken, brokeOff + "unexpected EOF"},
		{"gzip cut in its header", says(ok(packed[:5], gz)), broken, brokeOff},
		{"gzip with a wrong sum", says(ok(packed[:len(packed)-8]+"12345678", gz)), broken, brokeOff + "gzip: invalid checksum"},
		{"gzip with noise in it", says(ok(packed[:12]+"\xff\xff\xff\xff"+packed[16:], gz)), broken, brokeOff},
		{"gzip with noise behind it", says(ok(packed+"noise", gz)), broken, brokeOff},
		{"gzip that is none", says(ok(goodBody, gz)), broken, brokeOff + "gzip: invalid header"},
		{"gzip twice", says(ok(gzipped(packed), "Content-Encoding: gzip, gzip")), odd, "Call failed: the answer is in an encoding that was not asked for"},
		{"deflate", says(ok("x", "Content-Encoding: deflate")), odd, "Call failed: the answer is in an encoding that was not asked for"},
		{"brotli", says(ok("x", "Content-Encoding: br")), odd, "Call failed: the answer is in an encoding that was not asked for"},
		{"zstd", says(ok("x", "Content-Encoding: zstd")), odd, "Call failed: the answer is in an encoding that was not asked for"},
		{"identity, said", says(ok(goodBody, "Content-Encoding: identity")), works, oneThing},
	}
}

func TestHostileBodies(t *testing.T) { runHostile(t, bodyRows()) }

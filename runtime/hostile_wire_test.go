// Hostile servers: the connection, and HTTP/1 itself. (TestRedirects has those
// that send the client elsewhere, retry_test.go every status.)

package runtime

import (
	"fmt"
	"net"
	goruntime "runtime"
	"strings"
	"testing"
	"time"
)

func length(n int) string   { return fmt.Sprintf("Content-Length: %d\r\n\r\n", n) }
func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

const (
	callFailed = "Call failed: "
	brokeOff   = "Call failed: the answer broke off: "
	oneThing   = `{"id":"1"}`
)

// wireRows are odd, rude and broken ways to speak HTTP.
func wireRows() []rude {
	return []rude{
		// Odd, but legal.
		{"length", says(ok200 + length(len(goodBody)) + goodBody), works, oneThing},
		{"until the end", says(ok200 + "\r\n" + goodBody), works, oneThing},
		{"HTTP/1.0", says("HTTP/1.0 200 OK\r\n\r\n" + goodBody), works, oneThing},
		{"no reason phrase", says("HTTP/1.1 200\r\nConnection: close\r\n\r\n" + goodBody), works, oneThing},
		{"line feeds alone", says("HTTP/1.1 200 OK\nConnection: close\n\n" + goodBody), works, oneThing},
		{"a folded header", says(ok200 + "X-A: b\r\n  c\r\n\r\n" + goodBody), works, oneThing},
		{"a header of other bytes", says(ok200 + "X-A: \xff\xfe\u00e9\r\n\r\n" + goodBody), works, oneThing},
		{"a cookie of the server's", says(ok200 + "Set-Cookie: a=b\r\n\r\n" + goodBody), works, oneThing},
		{"the same length twice", says(ok200 + "Content-Length: 19\r\n" + length(19) + goodBody), works, oneThing},
		{"chunked", says(chunked + chunk(goodBody[:5]) + chunk(goodBody[5:]) + "0\r\n\r\n"), works, oneThing},
		{"chunks of one byte", says(chunked + bytewise(goodBody) + "0\r\n\r\n"), works, oneThing},
		{"chunked with a trailer", says(chunked + chunk(goodBody) + "0\r\nX-Sum: 1\r\n\r\n"), works, oneThing},
		{"chunked with extensions", says(chunked + strings.Replace(chunk(goodBody), "\r\n", ";a=b;c\r\n", 1) + "0\r\n\r\n"), works, oneThing},
		{"chunked and a length", says(ok200 + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(goodBody) + "0\r\n\r\n"), works, oneThing},
		{"early hints", says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok200 + "\r\n" + goodBody), works, oneThing},
		{"processing, three times", says(strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 3) + ok200 + "\r\n" + goodBody), works, oneThing},
		{"byte by byte", then("", drip(ok200+length(len(goodBody))+goodBody)), works, oneThing},
		{"an answer while the request is read", func(conn net.Conn) {
			firstByte(conn)
			_, _ = conn.Write([]byte(ok200 + length(len(goodBody)) + goodBody))
			readRequest(conn)
		}, works, oneThing},
		{"more behind the answer", says("HTTP/1.1 200 OK\r\n" + length(len(goodBody)) + goodBody + "HTTP/1.1 200 OK\r\n" + length(0)), works, oneThing},
		{"reset after the body", then(ok200+length(len(goodBody))+goodBody, func(conn net.Conn) { time.Sleep(20 * time.Millisecond); reset(conn) }), works, oneThing},

		// The connection goes away.
		{"closed while the request is read", firstByte, broken, callFailed}, // before it, nothing may have been sent
		{"reset while the request is read", func(conn net.Conn) { firstByte(conn); reset(conn) }, broken, callFailed},
		{"closed before an answer", readRequest, broken, "Call failed: the connection was closed before an answer came"},
		{"reset before an answer", then("", reset), broken, callFailed},
		{"closed in the status line", says("HTTP/1.1 20"), broken, callFailed},
		{"reset in the status line", then("HTTP/1.1 20", reset), broken, callFailed},
		{"closed in the headers", says("HTTP/1.1 200 OK\r\nContent-"), broken, callFailed},
		{"reset in the headers", then("HTTP/1.1 200 OK\r\nContent-", reset), broken, callFailed},
		{"closed after early hints", says("HTTP/1.1 103 Early Hints\r\n\r\n"), broken, callFailed},
		{"reset in the body", then(ok200+length(500)+`{"data":`, reset), broken, callFailed},
		{"reset where JSON ends", then(ok200+"\r\n"+goodBody, reset), broken, callFailed},
		{"length cut", says(ok200 + length(500) + `{"data":`), broken, brokeOff + "unexpected EOF"},
		{"length cut where JSON ends", says(ok200 + length(500) + goodBody), broken, brokeOff + "unexpected EOF"},
		{"length of 10^18", says(ok200 + "Content-Length: 1000000000000000000\r\n\r\n" + goodBody), broken, brokeOff + "unexpected EOF"},
		{"chunked cut", says(chunked + chunk(goodBody)), broken, brokeOff + "unexpected EOF"},
		{"chunked cut in a chunk", says(chunked + "ff\r\n" + goodBody), broken, brokeOff + "unexpected EOF"},
		{"chunked cut in a size", says(chunked + chunk(goodBody) + "f"), broken, brokeOff + "unexpected EOF"},
		{"chunked cut in the trailer", says(chunked + chunk(goodBody) + "0\r\nX-Sum"), broken, brokeOff},

		// Nothing comes, or not enough.
		{"stalled before an answer", then("", stall), late, timedOut},
		{"stalled in the headers", then("HTTP/1.1 200 OK\r\n", stall), late, timedOut},
		{"stalled in the body", then(ok200+length(500)+`{"data":`, stall), late, timedOut},
		{"stalled between chunks", then(chunked+chunk(goodBody), stall), late, timedOut},
		{"dripping longer than an attempt may last", then(ok200+length(900000)+`{"data":"`, drip(strings.Repeat("a", 900000))), late, timedOut},
		{"headers dripping longer than an attempt may last", then(ok200, drip(strings.Repeat("X-A: b\r\n", 9000))), late, timedOut},
		{"stalled in a failure", then("HTTP/1.1 404 Not Found\r\n"+length(500)+"nothing", stall), outcomes{"1 not_found", "1 not_found", "1 not_found"}, waits},

		// Not HTTP, or not quite.
		{"noise", says("\x00\xff\x80noise\r\n\r\n"), broken, callFailed},
		{"noise without end", then("", forever("\x8f\x13\x07\xe2")), broken, callFailed},
		{"another protocol", says("220 mail.example.com ESMTP\r\n"), broken, callFailed},
		{"HTTP/0.9", says(goodBody), broken, callFailed},
		{"HTTP/3.0", says("HTTP/3.0 200 OK\r\n\r\n" + goodBody), works, oneThing}, // net/http does not mind
		{"a TLS alert", says("\x15\x03\x01\x00\x02\x02\x46"), broken, callFailed},
		{"HTTP/2 unasked", says("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), broken, callFailed},
		{"a status that is no number", says("HTTP/1.1 OK\r\n\r\n"), broken, callFailed},
		{"a status of four digits", says("HTTP/1.1 2000 OK\r\n\r\n" + goodBody), broken, callFailed},
		{"a status below nothing", says("HTTP/1.1 -20 OK\r\n\r\n" + goodBody), broken, callFailed},
		{"an endless status line", then("HTTP/1.1 200 ", forever("OK")), broken, callFailed},

		// Lengths that lie.
		{"a length that is short", says(ok200 + length(5) + goodBody), odd, "Call failed: the answer is not JSON: a string does not end"},
		{"a length of nothing", says(ok200 + length(0) + goodBody), odd, "Call failed: the answer has no body"},
		{"two lengths", says(ok200 + "Content-Length: 5\r\n" + length(19) + goodBody), broken, callFailed},
		{"two lengths in one", says(ok200 + "Content-Length: 5, 19\r\n\r\n" + goodBody), broken, callFailed},
		{"a length below nothing", says(ok200 + "Content-Length: -1\r\n\r\n" + goodBody), broken, callFailed},
		{"a length with a sign", says(ok200 + "Content-Length: +19\r\n\r\n" + goodBody), broken, callFailed},
		{"a length beyond all numbers", says(ok200 + "Content-Length: 99999999999999999999\r\n\r\n" + goodBody), broken, callFailed},
		{"a length in words", says(ok200 + "Content-Length: many\r\n\r\n" + goodBody), broken, callFailed},
		{"a chunk that is none", says(chunked + "zz\r\n" + goodBody), broken, brokeOff + "invalid byte in chunk length"},
		{"a chunk beyond all numbers", says(chunked + "fffffffffffffffff\r\n" + goodBody), broken, brokeOff + "http chunk length too large"},
		{"a chunk below nothing", says(chunked + "-5\r\n" + goodBody), broken, brokeOff + "invalid byte in chunk length"},
		{"a chunk longer than it says", says(chunked + "5\r\n" + goodBody + "\r\n0\r\n\r\n"), broken, brokeOff + "malformed chunked encoding"},
		{"an endless size of a chunk", then(chunked, forever("0")), broken, brokeOff},
		{"an endless extension of a chunk", then(chunked+"5;", forever("a=b;")), broken, brokeOff},
		{"an endless trailer", then(chunked+chunk(goodBody)+"0\r\n", forever("X-A: b\r\n")), broken, brokeOff},
		{"a transfer encoding of its own", says(ok200 + "Transfer-Encoding: gzip\r\n\r\n" + goodBody), broken, callFailed},
		{"chunked twice", says(ok200 + "Transfer-Encoding: chunked, chunked\r\n\r\n" + goodBody), broken, callFailed},

		// Headers.
		{"a header without a colon", says(ok200 + "oops\r\n\r\n" + goodBody), broken, callFailed},
		{"a header without a name", says(ok200 + ": oops\r\n\r\n" + goodBody), broken, callFailed},
		{"a header with NUL", says(ok200 + "X-A: \x00\r\n\r\n" + goodBody), broken, callFailed},
		{"endless headers", then(ok200, forever("X-A: b\r\n")), broken, callFailed},
		{"a million headers", then(ok200, func(conn net.Conn) {
			_, _ = conn.Write([]byte(strings.Repeat("X-A: b\r\n", 1_000_000) + "\r\n" + goodBody))
		}), broken, callFailed},
		{"a header of 32 MiB", then(ok200+"X-A: ", func(conn net.Conn) {
			_, _ = conn.Write([]byte(strings.Repeat("b", 32<<20) + "\r\n\r\n" + goodBody))
		}), broken, callFailed},
		{"one endless header", then(ok200+"X-A: ", forever("b")), broken, callFailed},
		{"a header over the bound", says(ok200 + "X-A: " + strings.Repeat("b", maxHeaderBytes) + "\r\n\r\n" + goodBody), broken, callFailed},
		{"a header within the bound", says(ok200 + "X-A: " + strings.Repeat("b", maxHeaderBytes/2) + "\r\n\r\n" + goodBody), works, oneThing},
		{"endless early hints", then("", forever("HTTP/1.1 103 Early Hints\r\n\r\n")), broken, callFailed},
		{"endless continues", then("", forever("HTTP/1.1 100 Continue\r\n\r\n")), broken, callFailed},
		{"endless early hints with headers", then("", forever("HTTP/1.1 103 Early Hints\r\nX-A: "+strings.Repeat("b", 1000)+"\r\n\r\n")), broken, callFailed},

		// Statuses with and without what belongs to them.
		{"204", says("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), odd, "API error (204): No Content"},
		{"204 with a body", says("HTTP/1.1 204 No Content\r\nConnection: close\r\n" + length(19) + goodBody), odd, "API error (204): No Content"},
		{"205", says("HTTP/1.1 205 Reset Content\r\nConnection: close\r\n" + length(0)), odd, "API error (205): Reset Content"},
		{"205 with a body", says("HTTP/1.1 205 Reset Content\r\nConnection: close\r\n" + length(19) + goodBody), odd, "API error (205): " + goodBody},
		{"300", says("HTTP/1.1 300 Multiple Choices\r\nConnection: close\r\n" + length(0)), odd, "API error (300): Multiple Choices"},
		{"300 with a place", says("HTTP/1.1 300 Multiple Choices\r\nConnection: close\r\nLocation: /x\r\n" + length(19) + goodBody), odd, "API error (300): " + goodBody},
		{"304", says("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"), odd, "API error (304): Not Modified"},
		{"304 with a body", says("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n" + length(19) + goodBody), odd, "API error (304): Not Modified"},
		{"206", says("HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes 0-18/500\r\n" + length(19) + goodBody), odd, "API error (206): " + goodBody},
		{"299", says("HTTP/1.1 299 Fine\r\nConnection: close\r\n" + length(19) + goodBody), odd, "API error (299): " + goodBody},
		{"999", says("HTTP/1.1 999 No\r\nConnection: close\r\n" + length(2) + "no"), refused, "API error (999): no"},
		{"another protocol after the answer", then("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", lull), odd, "API error (101): Switching Protocols"},
	}
}

func firstByte(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) }

func bytewise(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString(chunk(s[i : i+1]))
	}
	return b.String()
}

func TestHostileWire(t *testing.T) { runHostile(t, wireRows()) }

// TestHostileNothing: an action that returns nothing is content with nothing.
func TestHostileNothing(t *testing.T) {
	for name, row := range map[string]rude{
		"204":             {serve: says("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), want: works},
		"204 with a body": {serve: says("HTTP/1.1 204 No Content\r\nConnection: close\r\n" + length(3) + "abc"), want: works},
		"200 with HTML":   {serve: says(ok200 + "\r\n<html>"), want: works},
		"200 cut":         {serve: says(ok200 + length(500) + "abc"), want: works}, // the status says it all
		"205":             {serve: says("HTTP/1.1 205 Reset Content\r\nConnection: close\r\n" + length(0)), want: odd},
		"304":             {serve: says("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"), want: odd},
	} {
		base, connections := loopback(t, func(conn net.Conn, _ int) { row.serve(conn) })
		w := counting(NewTransport())
		c := newTestClient(t, Options{BaseURL: base, Transport: w, Clock: newFakeClock()})
		e := c.Call(t.Context(), "delete_thing", token(), []byte(good["delete_thing"]))
		wantEnvelope(t, &deleteThing, e)
		if want := map[bool]Code{true: "", false: CodeUnexpectedResponse}[row.want == works]; e.code() != want || connections() != 1 {
			t.Errorf("%s: %s after %d requests", name, e.JSON, connections())
		}
		w.finished(t)
	}
}

// TestHostileSizes: the worst answers cost no more than a few times the bound,
// in memory and on the wire, and a write is known to have been taken. They are
// made while they are sent; nobody holds ten gigabytes.
func TestHostileSizes(t *testing.T) {
	bomb := gzipped(strings.Repeat(" ", 1<<20)) // 1 KiB on the wire
	inner := gzipped(strings.Repeat(bomb, 64))
	const large = "Call failed: the answer is larger than 10 MiB"
	for _, tt := range []struct {
		rude
		mib uint64
	}{
		{rude{"endless body", then(ok200+"\r\n", forever("          ")), odd, large}, 64},
		{rude{"ten gigabytes announced", then(ok200+"Content-Length: 10000000000\r\n\r\n", forever("          ")), odd, large}, 64},
		{rude{"endless chunks", then(chunked, forever("400\r\n"+strings.Repeat(" ", 1024)+"\r\n")), odd, large}, 64},
		{rude{"endless array", then(ok200+"\r\n"+`{"data":[{}`, forever(",{}")), odd, large}, 64},
		{rude{"endless text", then(ok200+"\r\n"+`{"data":{"id":"`, forever("a")), odd, large}, 64},
		{rude{"endless nesting", then(ok200+"\r\n"+`{"data":`, forever("[")), odd, large}, 64},
		{rude{"gzip bomb", then(ok200+"Content-Encoding: gzip\r\n\r\n", forever(bomb)), odd, large}, 64},
		{rude{"gzip bomb in gzip", then(ok200+"Content-Encoding: gzip\r\n\r\n", forever(inner)), odd, large}, 64},
		{rude{"empty members of gzip without end", then(ok200+"Content-Encoding: gzip\r\n\r\n", forever(gzipped(""))), odd, large}, 64},
		{rude{"empty blocks of gzip without end", then(ok200+"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", forever("\x00\x00\x00\xff\xff")), odd, large}, 64},
		{rude{"endless name in gzip", then(ok200+"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03", forever("a")), broken, brokeOff}, 64},
		{rude{"endless failure", then("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", forever("no ")), outcomes{"3 unavailable", "3 unavailable", "1 unavailable"}, "API error (500): no no"}, 8},
		{rude{"gzip bomb in a failure", then("HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", forever(bomb)), outcomes{"1 permission_denied", "1 permission_denied", "1 permission_denied"}, "API error (403): Forbidden"}, 8},
		{rude{"empty gzip in a failure", then("HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", forever(gzipped(""))), outcomes{"1 permission_denied", "1 permission_denied", "1 permission_denied"}, "API error (403): Forbidden"}, 64},
		{rude{"endless headers", then(ok200, forever("X-A: b\r\n")), broken, callFailed}, 64},
		{rude{"a length that is not kept", says(ok200 + "Content-Length: 10485760\r\n\r\n{"), broken, brokeOff + "unexpected EOF"}, 64},
	} {
		for i, op := range hostileActions {
			t.Run(tt.name+"/"+op.Name, func(t *testing.T) {
				base, connections := loopback(t, func(conn net.Conn, _ int) { tt.serve(conn) })
				w := counting(NewTransport())
				o := Options{BaseURL: base, Transport: w, AttemptTimeout: time.Minute}
				var before, after goruntime.MemStats
				goruntime.ReadMemStats(&before)
				tt.check(t, op, good[op.Name], tt.want[i], o, connections)
				goruntime.ReadMemStats(&after)
				if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > tt.mib {
					t.Errorf("allocated %d MiB, want at most %d", used, tt.mib)
				}
				w.finished(t)
			})
		}
	}
}

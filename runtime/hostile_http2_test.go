// Hostile servers: HTTP/2, frame by frame. The client is net/http; what it makes
// of frames must come to what the same faults come to in HTTP/1.

package runtime

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Frames (RFC 9113, 6) and what they are marked with.
const (
	frameData, frameHeaders, frameReset, frameSettings, framePush, framePing, frameGoAway, frameContinuation = 0, 1, 3, 4, 5, 6, 7, 9

	endStream, endHeaders, ack = 1, 4, 1

	noError, internalError, refusedStream, cancelStream = 0, 2, 7, 8
)

// Headers as HPACK writes them (RFC 7541).
const (
	status200 = "\x88"
	status103 = "\x08\x03103"
	length500 = "\x0f\x0d\x03500"
)

// framer is the server's side of a connection.
type framer struct {
	net.Conn
	in *bufio.Reader
}

func (f *framer) send(kind, flags byte, stream uint32, payload string) error {
	head := make([]byte, 9, 9+len(payload))
	head[0], head[1], head[2] = byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload))
	head[3], head[4] = kind, flags
	binary.BigEndian.PutUint32(head[5:], stream)
	_, err := f.Write(append(head, payload...))
	return err
}

// next reads a frame.
func (f *framer) next() (kind, flags byte, err error) {
	head := make([]byte, 9)
	if _, err := io.ReadFull(f.in, head); err != nil {
		return 0, 0, err
	}
	size := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
	_, err = f.in.Discard(size)
	return head[3], head[4], err
}

// request reads until a request has begun, and whole says to its end.
func (f *framer) request(whole bool) bool {
	for {
		kind, flags, err := f.next()
		switch {
		case err != nil:
			return false
		case kind == frameSettings && flags&ack == 0:
			_ = f.send(frameSettings, ack, 0, "")
		case (kind == frameHeaders || kind == frameData) && flags&endStream != 0, kind == frameHeaders && !whole:
			return true
		}
	}
}

// answer is the answer to the first request, which is stream 1.
func (f *framer) answer() {
	_ = f.send(frameHeaders, endHeaders, 1, status200)
	_ = f.send(frameData, endStream, 1, goodBody)
}

// drain reads on until the client goes.
func (f *framer) drain() {
	for {
		if _, _, err := f.next(); err != nil {
			return
		}
	}
}

// leave says goodbye below HTTP/2, so that the next attempt comes on a connection
// of its own.
func (f *framer) leave() {
	_ = f.Conn.(*tls.Conn).CloseWrite()
	f.drain()
}

// flood sends a frame again and again until the client goes.
func (f *framer) flood(kind, flags byte, stream uint32, payload string) {
	go f.drain()
	for f.send(kind, flags, stream, payload) == nil {
	}
}

func uint32s(values ...uint32) string {
	var out []byte
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return string(out)
}

// setting is one setting of a server.
func setting(id uint16, value uint32) string {
	return string(binary.BigEndian.AppendUint16(nil, id)) + uint32s(value)
}

func TestHostileHTTP2(t *testing.T) {
	a := newAuthority(t)
	config := a.issue(nil)
	config.NextProtos = []string{"h2"}
	again := outcomes{"3 unavailable", "3 unavailable", "3 unavailable"} // the server says that it has not begun
	for _, tt := range []struct {
		name     string
		settings string
		part     bool // the request is answered where it begins
		serve    func(*framer)
		want     outcomes
		text     string
	}{
		{"good", "", false, (*framer).answer, works, oneThing},
		{"an unknown frame", "", false, func(f *framer) { _ = f.send(0xbe, 0xff, 0, "what"); f.answer() }, works, oneThing},
		{"an answer before the request is over", "", true, func(f *framer) { f.answer(); f.leave() }, works, oneThing},
		{"early hints", "", false, func(f *framer) { _ = f.send(frameHeaders, endHeaders, 1, status103); f.answer() }, works, oneThing},
		{"a reset without error after the answer", "", false, func(f *framer) { f.answer(); _ = f.send(frameReset, 0, 1, uint32s(noError)) }, works, oneThing},
		{"a goodbye that keeps the request", "", false, func(f *framer) { _ = f.send(frameGoAway, 0, 0, uint32s(1, noError)); f.answer() }, works, oneThing},

		{"a goodbye that leaves the request out", "", false, func(f *framer) { _ = f.send(frameGoAway, 0, 0, uint32s(0, noError)); f.leave() }, again, callFailed},
		{"a stream refused", "", false, func(f *framer) { _ = f.send(frameReset, 0, 1, uint32s(refusedStream)); f.leave() }, again, callFailed},

		{"a goodbye that keeps the request, and no answer", "", false, func(f *framer) { _ = f.send(frameGoAway, 0, 0, uint32s(1, noError)) }, broken, callFailed},
		{"a goodbye with an error", "", false, func(f *framer) { _ = f.send(frameGoAway, 0, 0, uint32s(1, internalError)+secret) }, broken, callFailed},
		{"closed", "", false, func(*framer) {}, broken, callFailed},
		{"a reset with an error", "", false, func(f *framer) { _ = f.send(frameReset, 0, 1, uint32s(internalError)); f.leave() }, broken, callFailed},
		{"a reset that cancels", "", false, func(f *framer) { _ = f.send(frameReset, 0, 1, uint32s(cancelStream)); f.leave() }, broken, callFailed},
		{"a reset in the body", "", false, func(f *framer) {
			_ = f.send(frameHeaders, endHeaders, 1, status200)
			_ = f.send(frameData, 0, 1, goodBody)
			_ = f.send(frameReset, 0, 1, uint32s(internalError))
			f.leave()
		}, broken, callFailed},
		{"closed in the body", "", false, func(f *framer) {
			_ = f.send(frameHeaders, endHeaders, 1, status200)
			_ = f.send(frameData, 0, 1, goodBody)
		}, broken, callFailed},
		{"a length that is not kept", "", false, func(f *framer) {
			_ = f.send(frameHeaders, endHeaders, 1, status200+length500)
			_ = f.send(frameData, endStream, 1, goodBody)
			f.leave()
		}, broken, callFailed},
		{"headers alone", "", false, func(f *framer) { _ = f.send(frameHeaders, endHeaders|endStream, 1, status200); f.leave() }, odd, "Call failed: the answer has no body"},
		{"headers without a status", "", false, func(f *framer) { _ = f.send(frameHeaders, endHeaders, 1, length500); f.leave() }, broken, callFailed},
		{"headers that are noise", "", false, func(f *framer) { _ = f.send(frameHeaders, endHeaders, 1, "\xff\xff\xff\xff\xff\xff"); f.leave() }, broken, callFailed},
		{"a body without headers", "", false, func(f *framer) { _ = f.send(frameData, endStream, 1, goodBody); f.leave() }, broken, callFailed},
		{"a promise", "", false, func(f *framer) { _ = f.send(framePush, endHeaders, 1, uint32s(2)+status200); f.leave() }, broken, callFailed},
		{"a frame that is too large", "", false, func(f *framer) { _ = f.send(frameData, 0, 1, strings.Repeat(" ", 1<<20)); f.leave() }, broken, callFailed},
		{"HTTP/1 in HTTP/2", "", false, func(f *framer) { _, _ = io.WriteString(f, ok200+"\r\n"+goodBody); f.leave() }, broken, callFailed},
		{"endless headers", "", false, func(f *framer) {
			_ = f.send(frameHeaders, 0, 1, status200)
			f.flood(frameContinuation, 0, 1, strings.Repeat("\x00\x01a\x01b", 1000))
		}, broken, callFailed},

		{"stalled before an answer", "", false, (*framer).drain, late, timedOut},
		{"stalled in the body", "", false, func(f *framer) {
			_ = f.send(frameHeaders, endHeaders, 1, status200)
			_ = f.send(frameData, 0, 1, goodBody)
			f.drain()
		}, late, timedOut},
		{"endless pings", "", false, func(f *framer) { f.flood(framePing, 0, 0, "12345678") }, late, timedOut},
		{"endless settings", "", false, func(f *framer) { f.flood(frameSettings, 0, 0, "") }, late, timedOut},
		{"endless frames of nothing", "", false, func(f *framer) {
			_ = f.send(frameHeaders, endHeaders, 1, status200)
			f.flood(frameData, 0, 1, "")
		}, late, timedOut},
		{"no window for a body", "", false, (*framer).answer, outcomes{"1 success", "3 timeout", "1 outcome_unknown"}, ""}, // writes send more than the first window
		{"no streams allowed", setting(3, 0), false, (*framer).answer, works, oneThing},                                    // the first is on its way by then
	} {
		for i, op := range hostileActions {
			t.Run(tt.name+"/"+op.Name, func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int64 // an attempt may find a connection that is going away, and send none
				base, _ := loopback(t, func(conn net.Conn, _ int) {
					secured(config, func(conn net.Conn) {
						f := &framer{conn, bufio.NewReader(conn)}
						_, _ = f.in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
						_ = f.send(frameSettings, 0, 0, tt.settings)
						if f.request(!tt.part) {
							requests.Add(1)
							tt.serve(f)
						}
					})(conn)
				})
				w := counting(a.trusted())
				o := Options{BaseURL: strings.Replace(base, "http:", "https:", 1), Transport: w, AttemptTimeout: time.Minute}
				row, input := rude{name: tt.name, text: tt.text}, good[op.Name]
				if tt.name == "no window for a body" {
					input = strings.Replace(input, `"n"`, `"`+strings.Repeat("n", 100_000)+`"`, 1)
				}
				if tt.want == late || len(input) > 100_000 {
					o.AttemptTimeout = patience
				}
				row.check(t, op, input, tt.want[i], o, nil)
				if n := requests.Load(); n > 3 || n > 1 && op == &createThing && tt.want != again {
					t.Errorf("the server saw %d requests", n)
				}
				w.finished(t)
			})
		}
	}
}

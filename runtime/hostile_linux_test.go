// Hostile servers: an address that swallows connections. A queue that is full
// does that on Linux.

package runtime

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// TestHostileBlackhole: where no connection can be had nothing was sent, so a
// write is tried again too, and a call ends with its caller.
func TestHostileBlackhole(t *testing.T) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 10 { // the queue takes one or two
		conn, err := net.DialTimeout("tcp", at, 200*time.Millisecond)
		if err != nil {
			break
		}
		defer conn.Close()
	}
	row := rude{"no answer to a connection", nil, outcomes{"3 timeout", "3 timeout", "3 timeout"}, timedOut}
	for i, op := range hostileActions {
		w := counting(NewTransport())
		row.check(t, op, good[op.Name], row.want[i], Options{BaseURL: "http://" + at, Transport: w, AttemptTimeout: patience}, nil)
		w.finished(t)
	}
}

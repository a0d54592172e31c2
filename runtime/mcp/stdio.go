// Over standard input and output: one message a line. A line that is no message
// is answered with an error and the next one is read; the SDK's own transport
// would end there. The end of the input ends the server, and gives calls that are
// under way a moment to answer.

package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	// maxLineBytes bounds a message. The runtime takes inputs of 10 MiB.
	maxLineBytes = 16 << 20
	// graceAtEnd is how long calls may go on when nothing more can come.
	graceAtEnd = 1500 * time.Millisecond
)

// ServeLines serves one client that writes messages to in and reads them from
// out, until in ends or the context does. Nothing else may be written to out.
func (s *Server) ServeLines(ctx context.Context, in io.Reader, out io.Writer) error {
	ended, end := context.WithCancel(context.Background())
	defer end()
	l := &lines{in: in, out: out, end: end, messages: make(chan jsonrpc.Message), closed: make(chan struct{})}
	stop := context.AfterFunc(ctx, func() {
		l.settle()
		_ = l.Close()
	})
	defer stop()
	session, err := s.protocol(ended, &l.sends).Connect(context.WithoutCancel(ctx), l, nil)
	if err != nil {
		return err
	}
	err = session.Wait()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, syscall.EPIPE) {
		return nil // the client has gone, which is how this ends
	}
	return err
}

// lines is a connection of one line a message.
type lines struct {
	in       io.Reader
	messages chan jsonrpc.Message
	readErr  error  // why there are no more messages; set before messages is closed
	end      func() // ends the calls that are under way
	pending  running
	sends    payloads

	mu  sync.Mutex
	out io.Writer

	once   sync.Once
	closed chan struct{}
}

// Connect implements mcp.Transport.
func (l *lines) Connect(context.Context) (mcp.Connection, error) {
	go l.read()
	return l, nil
}

// SessionID implements mcp.Connection: there is one session.
func (l *lines) SessionID() string { return "" }

// Close implements mcp.Connection.
func (l *lines) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Read implements mcp.Connection.
func (l *lines) Read(ctx context.Context) (jsonrpc.Message, error) {
	select {
	case m, more := <-l.messages:
		if !more {
			return nil, l.readErr
		}
		return m, nil
	case <-l.closed:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Write implements mcp.Connection.
func (l *lines) Write(_ context.Context, m jsonrpc.Message) error {
	if _, answers := m.(*jsonrpc.Response); answers {
		defer l.pending.end()
	}
	line, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return err
	}
	return l.write(l.sends.fill(line))
}

// settle lets calls that are under way answer, and ends those that take longer.
func (l *lines) settle() {
	l.pending.wait(graceAtEnd)
	l.end()
	l.pending.wait(graceAtEnd / 3)
}

func (l *lines) write(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.out.Write(append(line, '\n'))
	return err
}

// read reads messages to the end of the input.
func (l *lines) read() {
	in := bufio.NewReaderSize(l.in, 64<<10)
	var err error
	for err == nil {
		var line []byte
		var long bool
		line, long, err = readLine(in)
		switch line = bytes.TrimSpace(line); {
		case long:
			_ = l.write(problem(nil, jsonrpc.CodeInvalidRequest, "the message is larger than 16 MiB"))
		case len(line) > 0:
			l.take(line)
		}
	}
	l.settle()
	l.readErr = err
	close(l.messages)
}

// take passes on the message of a line, or answers that it is none.
func (l *lines) take(line []byte) {
	m, p := parse(line)
	if p != nil {
		_ = l.write(p)
		return
	}
	if r, asks := m.(*jsonrpc.Request); asks && r.IsCall() {
		l.pending.begin()
	}
	select {
	case l.messages <- m:
	case <-l.closed:
	}
}

// readLine reads a line. One that is too long is read to its end and thrown away.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLineBytes {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

// parse reads one message, or makes the answer to what is none.
func parse(line []byte) (m jsonrpc.Message, problemFound []byte) {
	switch {
	case !json.Valid(line):
		return nil, problem(nil, jsonrpc.CodeParseError, "this is not valid JSON")
	case line[0] == '[':
		return nil, problem(nil, jsonrpc.CodeInvalidRequest, "messages come one by one; the protocol has no batches since "+structuredSince)
	case line[0] != '{':
		return nil, problem(nil, jsonrpc.CodeInvalidRequest, "a message is a JSON object")
	}
	var head struct {
		ID json.RawMessage `json:"id"`
	}
	_ = json.Unmarshal(line, &head) // an object always fits
	if len(head.ID) > 0 && !isID(head.ID) {
		return nil, problem(nil, jsonrpc.CodeInvalidRequest, "the id of a message is a string or a whole number")
	}
	m, err := jsonrpc.DecodeMessage(line)
	if err != nil {
		return nil, problem(head.ID, jsonrpc.CodeInvalidRequest, "this is no message of JSON-RPC 2.0: "+plain(err.Error(), 200))
	}
	return m, nil
}

// isID reports whether a JSON value can be the id of a message.
func isID(id json.RawMessage) bool {
	if id[0] == '"' {
		return true
	}
	_, err := strconv.ParseInt(string(id), 10, 64)
	return err == nil
}

// problem is the answer to what could not be read as a request.
func problem(id json.RawMessage, code int, said string) []byte {
	if id == nil {
		id = json.RawMessage("null")
	}
	failure, _ := json.Marshal(struct { // plain fields always encode
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}{"2.0", id, struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}{code, said}})
	return failure
}

// Over HTTP: the streamable transport at /mcp. The SDK speaks the protocol; this
// file decides what reaches it: what has passed the door (door.go) and has a body
// that holds messages.
//
// Clients of the revision 2026-07-28 and those that only ask one thing are served
// without a session. Others get one: it belongs to the token and the credential
// that opened it, and every call uses the credential of its own request.

package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 4 << 20 // of a request
	maxBodyTime    = 30 * time.Second
	maxWriteTime   = 30 * time.Second // of one write to a client that does not read
	maxHeaderTime  = 10 * time.Second
	maxIdleTime    = 2 * time.Minute // of a connection
	maxBatch       = 100             // messages in a batch, which old revisions have
	// graceAtStop is how long calls may go on when the server stops.
	graceAtStop = 10 * time.Second
	// statelessSince is the revision of the protocol that has no sessions.
	statelessSince = "2026-07-28"
	// lastWithSessions is the revision before it.
	lastWithSessions = "2025-11-25"

	versionHeader = "Mcp-Protocol-Version"
	sessionHeader = "Mcp-Session-Id"
)

// HTTPOptions configures how a [Server] is reached over HTTP. The zero value
// serves the programs of this machine.
type HTTPOptions struct {
	// Token, when set, must come with every request: Authorization: Bearer ….
	Token string
	// Hosts are the values of the header Host that are served, with or without
	// a port. Without any: the names of this machine when Local, else all.
	Hosts []string
	// Origins are the web pages that may ask: https://app.example.com. Without
	// any no page may, and programs that are no browsers always may.
	Origins []string
	// Local says that only this machine reaches the server.
	Local bool
	// RequireCredentials refuses requests without [HeaderCredential].
	RequireCredentials bool
	// MaxSessions bounds the sessions; 1,000 when 0. Clients that come when
	// there are so many are served without one.
	MaxSessions int
	// SessionTimeout ends sessions of which nothing is heard; an hour when 0.
	SessionTimeout time.Duration
}

func (o *HTTPOptions) setDefaults() {
	if o.MaxSessions == 0 {
		o.MaxSessions = 1000
	}
	if o.SessionTimeout == 0 {
		o.SessionTimeout = time.Hour
	}
}

// Handler serves the protocol at /mcp and tells at /healthz that it is there.
// Close ends what is under way.
type Handler struct {
	server   *Server
	options  HTTPOptions
	protocol *mcp.Server
	sessions http.Handler
	once     http.Handler // requests without a session
	end      context.CancelFunc
}

// Handler makes the handler of a server.
func (s *Server) Handler(o HTTPOptions) *Handler {
	o.setDefaults()
	ended, end := context.WithCancel(context.Background())
	h := &Handler{server: s, options: o, protocol: s.protocol(ended, nil), end: end}
	known := auth.RequireBearerToken(verified, &auth.RequireBearerTokenOptions{AllowMissingExpiration: true})
	get := func(*http.Request) *mcp.Server { return h.protocol }
	h.sessions = known(mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{
		SessionTimeout: o.SessionTimeout, MaxRequestBodyBytes: maxBodyBytes, DisableLocalhostProtection: true,
	}))
	h.once = known(mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{
		Stateless: true, PropagateRequestCancellation: true, MaxRequestBodyBytes: maxBodyBytes, DisableLocalhostProtection: true,
	}))
	return h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &writer{ResponseWriter: w, control: http.NewResponseController(w)}
	switch {
	case r.URL.Path == "/mcp":
		h.serve(out, r)
	case r.URL.Path == "/healthz" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		out.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(out, `{"status":"ok"}`+"\n")
	default:
		http.NotFound(out, r)
	}
}

// Close gives calls that are under way some time, and ends them and all sessions.
func (h *Handler) Close() {
	h.server.running.wait(graceAtStop)
	h.end()
	for session := range h.protocol.Sessions() {
		_ = session.Close()
	}
}

// Serve serves a listener until the context ends; then no more requests are
// taken, and those under way get a bounded time.
func (h *Handler) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: h, MaxHeaderBytes: maxHeaderBytes, ReadHeaderTimeout: maxHeaderTime, IdleTimeout: maxIdleTime,
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		late, cancel := context.WithTimeout(context.Background(), graceAtStop+time.Second)
		defer cancel()
		closed := make(chan struct{})
		go func() { h.Close(); close(closed) }() // lets go of the streams that Shutdown waits for
		if server.Shutdown(late) != nil {
			_ = server.Close()
		}
		<-closed
	})
	err := server.Serve(listener)
	if stop() {
		h.Close()
		return err // it ended by itself
	}
	<-stopped
	return nil
}

// serve takes a request through all checks, to the SDK.
func (h *Handler) serve(w *writer, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if !h.comesFromHere(w, r) {
		return
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	c := h.caller(w, r)
	if c == nil {
		return
	}
	c.sends = &w.sends
	next := h.sessions
	switch {
	case r.Method == http.MethodPost:
		if next = h.read(w, r); next == nil {
			return
		}
	case r.Header.Get(sessionHeader) == "": // there is no stream to read, and nothing to end
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, jsonrpc.CodeInvalidRequest, "without a session there is only POST")
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), callerContext{}, c))
	r.Header = r.Header.Clone()
	r.Header.Del(HeaderCredential)
	r.Header.Set("Authorization", "Bearer checked") // the SDK wants one; nobody sees the real one again
	next.ServeHTTP(w, r)
}

// verified tells the SDK who asks, as it has been found out.
func verified(ctx context.Context, _ string, _ *http.Request) (*auth.TokenInfo, error) {
	c, ok := ctx.Value(callerContext{}).(*caller)
	if !ok {
		return nil, auth.ErrInvalidToken
	}
	return &auth.TokenInfo{UserID: c.identity, Extra: map[string]any{callerKey: c}}, nil
}

// read reads the body of a request and chooses who answers it; nil when it has
// been refused.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) http.Handler {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, jsonrpc.CodeInvalidRequest, "Content-Type must be application/json")
		return nil
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(maxBodyTime)) // where a server has no deadlines the body is bounded all the same
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, jsonrpc.CodeInvalidRequest, "the message is larger than 4 MiB")
		return nil
	case err != nil:
		refuse(w, http.StatusBadRequest, jsonrpc.CodeInvalidRequest, "the body could not be read")
		return nil
	}
	_ = control.SetReadDeadline(time.Time{})
	version := r.Header.Get(versionHeader)
	opens, p := look(bytes.TrimSpace(body), version)
	if p != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(p)
		return nil
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	switch {
	case version >= statelessSince:
		return h.once
	case r.Header.Get(sessionHeader) != "" || opens && h.hasRoom():
		return h.sessions
	case version == "":
		r.Header.Set(versionHeader, lastWithSessions)
	}
	return h.once
}

// look reads the messages of a body: whether one of them opens a session, or the
// answer to what is wrong with them.
func look(body []byte, version string) (opens bool, p []byte) {
	messages := []json.RawMessage{body}
	if len(body) > 0 && body[0] == '[' && json.Valid(body) && version < structuredSince {
		if messages = elements(body); len(messages) == 0 || len(messages) > maxBatch {
			return false, problem(nil, jsonrpc.CodeInvalidRequest, "a batch has 1 to 100 messages")
		}
	}
	for _, one := range messages {
		m, p := parse(one)
		if p != nil {
			return false, p
		}
		if r, ok := m.(*jsonrpc.Request); ok && r.Method == "initialize" {
			opens = true
		}
	}
	return opens, nil
}

// hasRoom reports whether there may be one more session.
func (h *Handler) hasRoom() bool {
	n := 0
	for session := range h.protocol.Sessions() {
		if session.ID() != "" {
			n++
		}
	}
	return n < h.options.MaxSessions
}

// writer writes an answer: with the payloads that go past the SDK, and with some
// time for each write, and no more.
type writer struct {
	http.ResponseWriter
	control *http.ResponseController
	sends   payloads
}

// Write writes a message, or a part of an answer that holds none.
func (w *writer) Write(b []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(maxWriteTime))
	if _, err := w.ResponseWriter.Write(w.sends.fill(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Unwrap lets http.ResponseController find the writer below.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// This file is the way in: the options, the handler, and the steps every call
// goes through before an operation sees it. The order of those steps is the
// order in which a caller learns about mistakes: token, rate limit, address,
// query, body.
//
// The story continues in routes.go (which addresses exist), limits.go, body.go
// and errors.go, then in the operations: identity.go, events.go, tags.go,
// sessions.go, people.go, registration.go, jobs.go, room.go, users.go and
// webhooks.go. world.go holds the state, start.go what exists before the first
// call.

// Package sandbox answers like the Livestorm REST API, from memory.
//
// It is written by hand from the public documentation at
// https://developers.livestorm.co and from public clients, and knows nothing of
// any client's own description of that API: a client that gets a name, a type
// or a page number wrong is refused here. Where the documentation is silent the
// comments say so, and the stricter reading is taken unless it would invent a
// rule.
package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	defaultToken     = "sandbox"
	defaultPerSecond = 5
	defaultMonthly   = 10_000
	defaultSessions  = 120
)

// Options configures a Server; its zero value works.
type Options struct {
	Token     string           // accepted token; "" means "sandbox"
	PerSecond int              // calls in any sliding second; 0 means 5, negative switches the limit off
	Monthly   int              // calls per 30 days counted from the first call; 0 means 10000, negative off
	Now       func() time.Time // clock; nil means time.Now; called from several goroutines
	Sessions  int              // past sessions in the starting world; 0 means 120, negative none
}

// Server is the API as an http.Handler. It is safe for concurrent use. Make one
// with New.
type Server struct {
	token  string
	now    func() time.Time
	limits *limiter
	routes []route

	mu    sync.Mutex // guards world
	world *world
}

// New makes a Server holding the starting world.
func New(o Options) *Server {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	token := o.Token
	if token == "" {
		token = defaultToken
	}
	return &Server{
		token: token,
		now:   now,
		limits: &limiter{
			perSecond: orDefault(o.PerSecond, defaultPerSecond),
			monthly:   orDefault(o.Monthly, defaultMonthly),
		},
		routes: routes(),
		world:  newWorld(now(), orDefault(o.Sessions, defaultSessions)),
	}
}

func orDefault(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(w, r)
	if err != nil {
		answer = asFault(err).reply()
	}
	answer.write(w)
}

// answer takes one call through its steps. It sets the rate limit headers
// itself because they belong to every answer, refusals included.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) (*reply, error) {
	now := s.now()
	if err := s.authorize(r.Header); err != nil {
		// A refused token belongs to no workspace, so it uses up nobody's
		// calls. The documentation does not say.
		s.limits.peek(now).set(w.Header())
		return nil, err
	}
	left, admitted := s.limits.take(now)
	left.set(w.Header())
	if !admitted {
		return nil, tooManyCalls(left)
	}
	rt, ids, err := s.route(r)
	if err != nil {
		return nil, err
	}
	query, err := readQuery(r.URL.RawQuery, rt.query, s.mention)
	if err != nil {
		return nil, err
	}
	// The body is read before the lock is taken, so that a slow sender holds
	// up nobody else.
	doc, err := readDocument(w, r, rt.body, s.mention)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return rt.serve(&call{world: s.world, now: now.Unix(), ids: ids, query: query, doc: doc, mention: s.mention})
}

// authorize holds the Authorization header against the token. An API token is
// sent as it is, with no scheme word: https://developers.livestorm.co/docs/pagination
// shows it so. A value behind "Bearer " goes to the OAuth2 store instead, which
// refuses an API token with the header below
// (https://github.com/w6w-io/w6w-apps, apps/livestorm).
func (s *Server) authorize(h http.Header) error {
	values := h.Values("Authorization")
	if len(values) != 1 || values[0] == "" {
		return refuse(http.StatusUnauthorized, "The Authorization header with the API token is missing or repeated.")
	}
	if len(values[0]) > 7 && strings.EqualFold(values[0][:7], "Bearer ") {
		f := refuse(http.StatusUnauthorized, `The value behind "Bearer " was read as an OAuth2 access token and refused. `+
			"An API token goes into the Authorization header alone, with no scheme word.")
		f.header = http.Header{"Www-Authenticate": {`Bearer realm="Doorkeeper", error="invalid_token"`}}
		return f
	}
	// Digests have one length, so the comparison tells nothing about the
	// token, its length included.
	got, want := sha256.Sum256([]byte(values[0])), sha256.Sum256([]byte(s.token))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return refuse(http.StatusUnauthorized, "The credential was refused.")
	}
	return nil
}

// mention makes a name that the caller sent fit to stand in an error text:
// short, printable, and never the token, should someone put that in a query.
func (s *Server) mention(name string) string {
	if strings.Contains(strings.ToLower(name), strings.ToLower(s.token)) {
		return "(hidden)"
	}
	const most = 64
	if utf8.RuneCountInString(name) > most {
		name = string([]rune(name)[:most]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name)
}

// call is one admitted call, as the operations see it. It lives under the
// server's lock.
type call struct {
	world   *world
	now     int64 // unix seconds: the API has no finer time
	ids     map[string]string
	query   map[string]string
	doc     *document
	mention func(string) string
}

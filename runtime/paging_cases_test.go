// Lists against servers that lie, as data: testdata/paging has an archive for each
// mode, a case for each lie, with what the server says and what must come of it.
// Every case runs over real connections through every face of the runtime, and,
// where pages can be asked for together, again with each width.

package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

var updatePaging = flag.Bool("update-paging", false, "write what comes of the cases into testdata/paging")

// lie is one case of an archive; its comment says how cases are written.
type lie struct {
	name     string
	mode     PagingMode
	lines    []string
	paging   Paging
	input    string
	from     string
	attempts int
	timeout  time.Duration
	quota    int
	kept     bool // only the faces that keep the list
	moves    bool // the list itself changes, so there is no whole to compare with
	ways     []*spot
	later    []*spot
	want     []string // the outcome, and that of the list resumed when the server is well again
}

// spot is what a server says at one place, one answer after the other; the last
// one stays.
type spot struct {
	place   string
	pattern *regexp.Regexp
	answers []string
}

var (
	patterned = regexp.MustCompile(`\\\{n\\\}`)
	numberAt  = regexp.MustCompile(`\{n(\+\d+)?\}`)
	headered  = regexp.MustCompile(`^[A-Z][A-Za-z-]*: `)
)

func newSpot(place string) *spot {
	s := &spot{place: place}
	if strings.Contains(place, "{n}") {
		s.pattern = regexp.MustCompile("^" + patterned.ReplaceAllString(regexp.QuoteMeta(place), `(\d+)`) + "$")
	}
	return s
}

// at reports whether a request is for this place, and with which number.
func (s *spot) at(place string) (n int, ok bool) {
	if s.pattern == nil {
		return 0, s.place == place
	}
	m := s.pattern.FindStringSubmatch(place)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

func parseLie(t *testing.T, mode PagingMode, name, text string) *lie {
	t.Helper()
	l := &lie{name: name, mode: mode, attempts: 3, timeout: 30 * time.Second}
	l.paging = map[PagingMode]Paging{
		PagingPage: {Mode: mode, Param: "page", First: 1}, PagingOffset: {Mode: mode, Param: "offset"},
		PagingCursor: {Mode: mode, Param: "cursor", Next: "next"}, PagingURL: {Mode: mode, Next: "links.next"}, PagingLink: {Mode: mode},
	}[mode]
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		l.lines = append(l.lines, line)
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "with":
			for _, pair := range strings.Fields(rest) {
				l.declare(t, pair)
			}
		case word == "input":
			l.input = rest
		case word == "from":
			l.from = rest
		case word == "attempts":
			l.attempts, _ = strconv.Atoi(rest)
		case word == "timeout":
			l.timeout, _ = time.ParseDuration(rest)
		case word == "quota":
			l.quota, _ = strconv.Atoi(rest)
		case line == "kept":
			l.kept = true
		case line == "moves":
			l.moves = true
		case word == "=":
			l.want = append(l.want, rest)
		case word == "later":
			place, answer, _ := strings.Cut(rest, " -> ")
			l.later = answered(l.later, place, answer)
		default:
			place, answer, ok := strings.Cut(line, " -> ")
			if !ok {
				t.Fatalf("%s: what is %q?", name, line)
			}
			l.ways = answered(l.ways, place, answer)
		}
	}
	return l
}

func answered(spots []*spot, place, answer string) []*spot {
	i := slices.IndexFunc(spots, func(s *spot) bool { return s.place == place })
	if i < 0 {
		i, spots = len(spots), append(spots, newSpot(place))
	}
	spots[i].answers = append(spots[i].answers, answer)
	return spots
}

func (l *lie) declare(t *testing.T, pair string) {
	name, value, _ := strings.Cut(pair, "=")
	n, _ := strconv.Atoi(value)
	p := &l.paging
	switch name {
	case "first":
		p.First = int64(n)
	case "size":
		p.Size = value
	case "items":
		p.SizeValue = n
	case "bounded":
		p.Limit, p.MaxPages, p.SizeParam = "limit", "pages", "size"
	case "in":
		p.In = Place(value)
	default:
		into := map[string]*string{"param": &p.Param, "next": &p.Next, "next_query": &p.NextQuery, "header": &p.Header, "current": &p.Current,
			"more": &p.More, "pages": &p.Pages, "total": &p.Total, "until": &p.Until}[name]
		if into == nil {
			t.Fatalf("%s: what is %q?", l.name, pair)
		}
		*into = value
	}
}

// together reports whether the pages of the case can be asked for together.
func (l *lie) together() bool {
	p := l.paging
	return l.mode == PagingPage && (p.Pages != "" || p.Total != "" && p.SizeValue > 0) || l.mode == PagingOffset && p.Total != "" && p.SizeValue > 0
}

// timely reports whether it matters when requests are sent.
func (l *lie) timely() bool {
	return slices.ContainsFunc(l.ways, func(s *spot) bool {
		return slices.ContainsFunc(s.answers, func(a string) bool { return a == "cancel" || a == "over" })
	})
}

// liar is the server of a case.
type liar struct {
	t      *testing.T
	ways   []*spot
	cancel func()
	over   func()

	mu    sync.Mutex
	given map[*spot]map[string]int
	lost  []string // places that the case does not have
	asked int
}

func (s *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	place := placeOf(r)
	s.mu.Lock()
	s.asked++
	answer := ""
	for _, spot := range s.ways {
		n, ok := spot.at(place)
		if !ok {
			continue
		}
		if s.given[spot] == nil {
			s.given[spot] = make(map[string]int)
		}
		i := s.given[spot][place]
		s.given[spot][place]++
		answer = numberAt.ReplaceAllStringFunc(spot.answers[min(i, len(spot.answers)-1)], func(hole string) string {
			plus, _ := strconv.Atoi(strings.Trim(hole, "{n+}"))
			return strconv.Itoa(n + plus)
		})
		break
	}
	if answer == "" {
		s.lost = append(s.lost, place)
		answer = "404"
	}
	s.mu.Unlock()
	s.say(w, r, strings.ReplaceAll(answer, "{host}", "http://"+r.Host))
}

// placeOf is where a request went, as cases write it.
func placeOf(r *http.Request) string {
	q, _ := url.QueryUnescape(r.URL.RawQuery)
	place := r.URL.Path + "?" + q
	if rest, ok := strings.CutPrefix(place, "/v1/things?"); ok {
		place = "?" + rest
	}
	if r.Method == http.MethodPost {
		var body struct{ Cursor string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		place += "{" + body.Cursor + "}"
	}
	if h := r.Header.Get("X-Cursor"); h != "" {
		place += " X-Cursor: " + h
	}
	return place
}

func (s *liar) say(w http.ResponseWriter, r *http.Request, answer string) {
	status, body := 200, ""
	var members []string
	for _, part := range strings.Split(answer, " | ") {
		n, err := strconv.Atoi(part)
		raw, isRaw := strings.CutPrefix(part, "raw ")
		switch {
		case err == nil:
			status = n
		case isRaw:
			body = raw
		case part[0] == '[':
			members = append(members, `"data":`+itemsOf(strings.Fields(strings.Trim(part, "[]"))))
		case part[0] == '"':
			members = append(members, part)
		case headered.MatchString(part):
			name, value, _ := strings.Cut(part, ": ")
			w.Header().Add(name, value)
		case part == "reset":
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
			return
		case part == "cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"data":[{"id":"x"}`))
			panic(http.ErrAbortHandler)
		case part == "hang", part == "cancel", part == "over":
			if part == "cancel" {
				s.cancel()
			} else if part == "over" {
				s.over()
			}
			<-r.Context().Done()
			return
		default:
			s.t.Errorf("what is %q?", part)
		}
	}
	if body == "" && status == 200 {
		body = "{" + strings.Join(members, ",") + "}"
	} else if body == "" && status != 204 {
		body = `{"errors":[{"title":"T","detail":"D"}]}`
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status != 204 {
		_, _ = w.Write([]byte(body))
	}
}

// finite is a context whose deadline passes when the test says so.
type finite struct {
	context.Context
	mu  sync.Mutex
	err error
}

func (f *finite) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func newFinite(t *testing.T) (f *finite, over, cancel func()) {
	inner, end := context.WithCancel(t.Context())
	f = &finite{Context: inner}
	set := func(err error) func() {
		return func() {
			f.mu.Lock()
			f.err = err
			f.mu.Unlock()
			end()
		}
	}
	t.Cleanup(end)
	return f, set(context.DeadlineExceeded), set(context.Canceled)
}

// told is what one run of a case came to.
type told struct {
	ids      []string
	state    ListState
	err      error
	envelope string
	asked    int
	lost     []string // places that were asked for and that the case does not have
}

func (g told) String() string {
	out := strings.Join(g.ids, " ")
	if n := len(g.ids); n > 99 {
		out = fmt.Sprintf("%s … %s, %d in all", strings.Join(g.ids[:2], " "), g.ids[n-1], n)
	}
	out += " | " + string(g.state.Stop)
	if !g.state.Complete {
		out += " at " + g.state.Resume
	}
	if g.err != nil {
		text := strings.TrimSuffix(g.err.Error(), noteOf(g.state))
		out += " | " + string(CodeOf(g.err)) + ": " + strings.TrimPrefix(text, "Call failed: ")
	}
	if g.state.Doubt != "" {
		out += " | doubt: " + g.state.Doubt
	}
	return out
}

// stage runs cases.
type stage struct{ t *testing.T }

type face func(ctx context.Context, c *Client, op *Operation, values []Value, input string, opts ...CallOption) told

var faces = map[string]face{
	"envelope": func(ctx context.Context, c *Client, op *Operation, _ []Value, input string, opts ...CallOption) (g told) {
		e := c.Call(ctx, op.Name, token(), []byte(input), opts...)
		var doc struct{ Data []thing }
		g.err = json.Unmarshal(e.JSON, &doc)
		for _, item := range doc.Data {
			g.ids = append(g.ids, item.ID)
		}
		if g.envelope, g.state = string(e.JSON), *e.List; e.Err != nil {
			g.err = e.Err
		}
		return g
	},
	"list": func(ctx context.Context, c *Client, op *Operation, values []Value, _ string, opts ...CallOption) (g told) {
		l, err := c.List(ctx, op, token(), values, opts...)
		for _, item := range l.Items {
			g.ids = append(g.ids, idOf(item))
		}
		g.state, g.err = l.ListState, err
		return g
	},
	"seq": func(ctx context.Context, c *Client, op *Operation, values []Value, _ string, opts ...CallOption) (g told) {
		for item, err := range c.Seq(ctx, op, token(), values, append(opts, KeepState(&g.state))...) {
			if g.err = err; err == nil {
				g.ids = append(g.ids, idOf(item))
			}
		}
		return g
	},
	"stream": func(ctx context.Context, c *Client, op *Operation, _ []Value, input string, opts ...CallOption) (g told) {
		for item, err := range c.Stream(ctx, op.Name, token(), []byte(input), append(opts, KeepState(&g.state))...) {
			if g.err = err; err == nil {
				g.ids = append(g.ids, idOf(item))
			}
		}
		return g
	},
}

func idOf(item Object) string {
	var o thing
	if item.Decode(&o) != nil {
		return "?" + item.String()
	}
	return o.ID
}

// play runs a case through one face, from a place on, on a server of its own.
func (s *stage) play(l *lie, ways []*spot, f face, input, from string, opts ...CallOption) told {
	s.t.Helper()
	ctx, over, cancel := newFinite(s.t)
	server := &liar{t: s.t, ways: ways, over: over, cancel: cancel, given: make(map[*spot]map[string]int)}
	listening := httptest.NewServer(server)
	defer listening.Close()
	base := listening.URL
	if from != "" {
		opts = append(opts, ResumeAt(strings.ReplaceAll(from, "{host}", base)))
	}
	p := l.paging
	p.Together = maxTogether
	op := walking(p)
	api := demoAPI
	if l.quota > 0 {
		api.Budgets = []Budget{{Calls: l.quota, Per: 30 * 24 * time.Hour}}
	}
	c, err := NewClient(tableOf(&api, op), Options{BaseURL: base + "/v1", Clock: newFakeClock(), Attempts: l.attempts, AttemptTimeout: l.timeout, PagesTogether: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	g := f(ctx, c, op, l.values(s.t, op, input), input, opts...)
	c.Close()
	listening.Close()
	g.asked, g.lost = server.asked, server.lost
	plain := func(text string) string {
		return brokenWays.ReplaceAllString(strings.ReplaceAll(text, base, "{host}"), "the connection broke")
	}
	g.state.Resume, g.envelope = plain(g.state.Resume), plain(g.envelope)
	var e *Error
	if errors.As(g.err, &e) {
		clone := *e
		clone.text = plain(e.text)
		g.err = &clone
	}
	return g
}

// brokenWays are the ways in which a connection that is reset may show.
var brokenWays = regexp.MustCompile(`read tcp [^ ]+: read: connection reset by peer|the connection was closed before an answer came`)

// values are the arguments of an input.
func (l *lie) values(t *testing.T, op *Operation, input string) []Value {
	values := make([]Value, len(op.Params))
	var given map[string]json.RawMessage
	if input != "" && json.Unmarshal([]byte(input), &given) != nil {
		t.Fatalf("the input %s is no object", input)
	}
	for i, p := range op.Params {
		if v := given[p.Name]; v != nil {
			values[i] = rawJSON(v)
		}
	}
	return values
}

// healed is what the server says when it is well again.
func (l *lie) healed() []*spot {
	out := slices.Clone(l.later)
	for _, s := range l.ways {
		if !slices.ContainsFunc(l.later, func(o *spot) bool { return o.place == s.place }) {
			out = append(out, s)
		}
	}
	return out
}

// resets reports whether connections are reset.
func (l *lie) resets() bool {
	return slices.ContainsFunc(l.ways, func(s *spot) bool { return slices.Contains(s.answers, "reset") })
}

// TestPagingCases runs the cases of every mode.
func TestPagingCases(t *testing.T) {
	for _, mode := range []PagingMode{PagingPage, PagingOffset, PagingCursor, PagingURL, PagingLink} {
		t.Run(string(mode), func(t *testing.T) {
			file := filepath.Join("testdata", "paging", string(mode)+".txtar")
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) < 30 {
				t.Errorf("%d cases; there should be 30 at least", len(archive.Files))
			}
			s := &stage{t}
			for i := range archive.Files {
				f := &archive.Files[i]
				t.Run(f.Name, func(t *testing.T) {
					s.t = t
					l := parseLie(t, mode, f.Name, string(f.Data))
					got := s.try(l)
					if *updatePaging {
						f.Data = l.with(got)
					} else if !slices.Equal(got, l.want) {
						t.Errorf("got\n= %s\nwant\n= %s", strings.Join(got, "\n= "), strings.Join(l.want, "\n= "))
					}
				})
			}
			if *updatePaging {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// with is the text of the case with other outcomes.
func (l *lie) with(got []string) []byte {
	var out []string
	for _, line := range l.lines {
		if strings.HasPrefix(line, "later ") && len(got) > 1 {
			out, got = append(out, "= "+got[0]), got[1:]
		}
		if strings.HasPrefix(line, "=") {
			continue
		}
		out = append(out, line)
	}
	for _, line := range got {
		out = append(out, "= "+line)
	}
	return []byte(strings.Join(out, "\n") + "\n\n")
}

// try runs a case in every way, holds what must always hold, and returns the
// outcomes.
func (s *stage) try(l *lie) (outcomes []string) {
	s.t.Helper()
	first := s.play(l, l.ways, faces["envelope"], l.input, l.from)
	s.holds(l, first)
	s.foreseen(first)
	for name, f := range faces {
		if name == "envelope" || l.kept && name != "list" {
			continue
		}
		other := s.play(l, l.ways, f, l.input, l.from)
		// A connection that is reset may take a request with it that nobody has read.
		counted := other.asked == first.asked || l.resets() && max(other.asked-first.asked, first.asked-other.asked) == 1
		if other.String() != first.String() || !counted {
			s.t.Errorf("%s says something else, after %d requests:\n%s\nthan the envelope, after %d:\n%s", name, other.asked, other, first.asked, first)
		}
	}
	s.together(l, first)
	outcomes = []string{first.String()}
	if first.state.Complete || first.state.Resume == "" {
		return outcomes
	}
	rest := s.play(l, l.healed(), faces["envelope"], "", first.state.Resume)
	s.holds(l, rest)
	if len(l.later) > 0 || first.err == nil {
		outcomes = append(outcomes, rest.String())
		s.foreseen(rest)
		s.whole(l, first, rest)
	}
	return outcomes
}

// foreseen checks that nothing was asked for that the case does not have.
func (s *stage) foreseen(g told) {
	s.t.Helper()
	if len(g.lost) > 0 {
		s.t.Errorf("asked for places that the case does not have: %q", g.lost)
	}
}

// holds checks what holds for every list.
func (s *stage) holds(l *lie, g told) {
	s.t.Helper()
	switch {
	case g.state.Count != len(g.ids):
		s.t.Errorf("Count is %d of %d items", g.state.Count, len(g.ids))
	case g.state.Complete && (g.state.Stop != StopEnd || g.err != nil || g.state.Resume != ""):
		s.t.Errorf("complete, and yet %+v, %v", g.state, g.err)
	case !g.state.Complete && g.err == nil && g.state.Stop != StopLimit:
		s.t.Errorf("neither complete nor failed nor as much as was wanted: %+v", g.state)
	case !g.state.Complete && g.state.Resume == "":
		s.t.Errorf("nobody knows where to resume: %+v", g.state)
	}
	doc := struct {
		Success bool
		Error   *string
	}{}
	if json.Unmarshal([]byte(g.envelope), &doc) != nil || doc.Success != (g.err == nil) || (doc.Error == nil) != doc.Success {
		s.t.Errorf("the envelope is %s for %v", g.envelope, g.err)
	}
}

// whole checks that a list and its rest are what an uninterrupted one is.
func (s *stage) whole(l *lie, first, rest told) {
	s.t.Helper()
	if l.moves || !rest.state.Complete {
		return
	}
	all := s.play(l, l.healed(), faces["envelope"], "", l.from)
	if got := append(slices.Clone(first.ids), rest.ids...); !all.state.Complete || !slices.Equal(got, all.ids) {
		s.t.Errorf("in two parts %q + %q, in one %q (%s)", first.ids, rest.ids, all.ids, all)
	}
}

// together checks that pages asked for together make the same list.
func (s *stage) together(l *lie, one told) {
	s.t.Helper()
	if !l.together() {
		return
	}
	for _, width := range []int{2, 3, 4, 16} {
		got := s.play(l, l.ways, faces["envelope"], l.input, l.from, PagesTogether(width))
		if l.timely() {
			s.holds(l, got)
			continue
		}
		if got.envelope != one.envelope || got.state != one.state || fmt.Sprint(got.err) != fmt.Sprint(one.err) {
			s.t.Errorf("%d together:\n%s\none by one:\n%s\n%s\n%s", width, got, one, got.envelope, one.envelope)
		}
	}
}

// What holds for every action, whatever it is given and whatever the API
// answers: the envelope is what the action's output schema says, and an input is
// taken when the input schema says so. The actions are those of the four
// connectors and of all examples of the language; the judge is a JSON Schema
// validator that knows nothing of this repository.
//
// A failure prints the seed; `go test -run NAME -seed N` begins with it.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/cmd/connectorgen/cases"
	"modulex.dev/connector/examples/ahrefs/gen/ahrefs"
	"modulex.dev/connector/examples/amplitude/gen/amplitude"
	"modulex.dev/connector/examples/luma/gen/luma"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
)

var firstSeed = flag.Uint64("seed", 1, "first seed of the property tests")

// subject is an action under test.
type subject struct {
	name   string // livestorm/get_event
	action *runtime.Action
	client func(api http.RoundTripper) *runtime.Client
	cases  []manifest.Case // that its manifest has: what is likely
	other  []manifest.Case // those of the connector's other actions
	input  *jsonschema.Schema
	output *jsonschema.Schema
	fields []string // of the envelope, in their order
}

// subjects are all actions that run without a function written by hand.
var subjects = sync.OnceValue(func() (out []*subject) {
	for _, c := range []struct {
		file  string
		table *runtime.Table
	}{
		{"../../manifest.yaml", &livestorm.Table}, {"../../examples/luma/manifest.yaml", &luma.Table},
		{"../../examples/ahrefs/manifest.yaml", &ahrefs.Table}, {"../../examples/amplitude/manifest.yaml", &amplitude.Table},
	} {
		src, err := os.ReadFile(c.file)
		if err != nil {
			panic(err)
		}
		out = append(out, subjectsOf(c.table.API.Name, src, c.table)...)
	}
	for _, e := range export.Examples() {
		if e.Go == nil {
			out = append(out, subjectsOf(e.Name, e.Source, nil)...)
		}
	}
	return out
})

// subjectsOf are the actions of a manifest; without a table it is run as it
// stands.
func subjectsOf(name string, src []byte, table *runtime.Table) (out []*subject) {
	m, faults := manifest.Load(name, src)
	if len(faults) > 0 {
		panic(faults)
	}
	if table == nil {
		c, faults := generator.Load(name, src)
		if len(faults) > 0 {
			panic(faults)
		}
		var err error
		if table, err = tableOf(c); err != nil {
			panic(err)
		}
	}
	var all []manifest.Case
	for _, a := range m.Actions {
		all = append(all, a.Value.Cases...)
	}
	for i, a := range m.Actions {
		action := table.Lookup(a.Name.Value)
		out = append(out, &subject{
			name: name + "/" + action.Name, action: action, cases: m.Actions[i].Value.Cases, other: all,
			client: func(api http.RoundTripper) *runtime.Client { return quick(table, api) },
			input:  jsonschema.MustCompileString("input.json", string(action.InputSchema)),
			output: jsonschema.MustCompileString("output.json", string(action.OutputSchema)),
			fields: propertiesOf(string(action.OutputSchema)),
		})
	}
	return out
}

// quick is a client that never waits.
func quick(table *runtime.Table, api http.RoundTripper) *runtime.Client {
	c, err := runtime.NewClient(table, runtime.Options{Transport: api, Attempts: 2, DisableBudgets: true, Clock: &leaping{}})
	if err != nil {
		panic(err)
	}
	return c
}

// propertiesOf are the names of a schema's properties, in their order.
func propertiesOf(schema string) []string {
	var s struct{ Properties json.RawMessage }
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		panic(err)
	}
	return keysIn(s.Properties)
}

// keysIn are the keys of an object in their order, those that are there twice
// too.
func keysIn(object []byte) (keys []string) {
	d := json.NewDecoder(bytes.NewReader(object))
	_, _ = d.Token()
	for d.More() {
		key, err := d.Token()
		var skipped json.RawMessage
		if err != nil || d.Decode(&skipped) != nil {
			return append(keys, "no JSON")
		}
		keys = append(keys, fmt.Sprint(key))
	}
	return keys
}

// secretsIn are the fields of auth_data that nobody may see.
type secretsIn map[string]string

// credentials are those that a host would give: made up, or those of a case.
func (s *subject) credentials(c chance) (runtime.Credentials, secretsIn) {
	if s.action.Auth == nil {
		return runtime.Credentials{}, nil
	}
	scheme := s.action.Auth
	data := make(map[string]string)
	for _, f := range scheme.Fields {
		data[f.Key] = cases.Placeholder(f)
	}
	if k := pick(c, s.other); k.Credentials.Given() && !c.once(3) {
		var given map[string]any
		_ = json.Unmarshal([]byte(model.ValueJSON(k.Credentials)), &given)
		for key, v := range given {
			if text, ok := v.(string); ok && text != "" {
				data[key] = text
			}
		}
	}
	if c.once(40) {
		data = nil
	}
	hidden := make(secretsIn)
	for _, f := range scheme.Fields {
		if v := strings.TrimSpace(data[f.Key]); len(v) >= 6 && !f.Public && len(f.Values) == 0 {
			hidden[f.Key] = v
		}
	}
	return runtime.NewCredentials(scheme.Type, data), hidden
}

// responses are what the API answers: what the cases have, spoilt or not, or
// anything.
func (s *subject) answers(c chance, hidden secretsIn) (out []reply) {
	from := s.cases
	if len(from) == 0 || c.once(6) {
		from = s.other
	}
	for _, x := range pick(c, from).Exchanges {
		out = append(out, replyOf(x.Answer))
	}
	for range c.IntN(3) {
		if more := pick(c, from).Exchanges; len(more) > 0 {
			out = append(out, replyOf(pick(c, more).Answer))
		}
	}
	for i := range out {
		s.hurt(c, &out[i], hidden)
	}
	return out
}

// hurt spoils an answer, or leaves it alone.
func (s *subject) hurt(c chance, r *reply, hidden secretsIn) {
	switch c.IntN(8) {
	case 0, 1, 2:
		r.body = []byte(c.spoil(string(r.body)))
	case 3:
		r.body = []byte(c.json(4))
	case 4:
		r.body = []byte(c.broken(string(r.body)))
	}
	if c.once(6) {
		r.status = pick(c, []int{0, 100, 200, 201, 202, 204, 206, 301, 304, 400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504, 599, 999})
	}
	if c.once(4) {
		h := pick(c, [][2]string{
			{"Retry-After", "1"}, {"Retry-After", "99999999999"}, {"Retry-After", "-1"}, {"Retry-After", "Wed, 21 Oct 2099 07:28:00 GMT"}, {"Content-Type", "text/html; charset=\x1b"},
			{"Content-Encoding", "gzip"}, {"Content-Encoding", "br"}, {"Link", `<https://elsewhere.example/>; rel="next"`}, {"Link", `<?page=2>; rel=next`}, {"Location", "/elsewhere"},
			{"X-Request-Id", "\x1b[31m"}, {"RateLimit-Remaining", "0"}, {"Content-Range", "bytes */0"},
		})
		r.header.Add(h[0], h[1])
	}
	for _, v := range hidden {
		if c.once(8) {
			quoted, _ := json.Marshal("it is " + v)
			r.body = []byte(pick(c, []string{v, string(quoted), `{"error":` + string(quoted) + `,"errors":[{"title":` + string(quoted) + `}],"message":` + string(quoted) + `}`}))
			r.header.Set("X-Request-Id", v)
		}
	}
}

func shown(all ...reply) string {
	var out []string
	for _, r := range all {
		out = append(out, fmt.Sprintf("%d %q %q", r.status, r.header, r.body))
	}
	return strings.Join(out, "\n         ")
}

// promised says what is wrong with an envelope.
func (s *subject) promised(e runtime.Envelope, hidden secretsIn) error {
	if !utf8.Valid(e.JSON) || !json.Valid(e.JSON) {
		return errors.New("it is not JSON in UTF-8")
	}
	if keys := keysIn(e.JSON); !slices.Equal(keys, s.fields) {
		return fmt.Errorf("its fields are %q, not %q", keys, s.fields)
	}
	if err := s.output.Validate(decoded(e.JSON)); err != nil {
		return fmt.Errorf("it is not what the output schema says: %#v", err)
	}
	var said struct {
		Success bool
		Error   *string
	}
	if err := json.Unmarshal(e.JSON, &said); err != nil {
		return err
	}
	switch {
	case said.Success != e.Success(), said.Success != (said.Error == nil):
		return fmt.Errorf("success is %v beside %v", said.Success, e.Err)
	case said.Success:
		return nil
	case *said.Error != strings.ToValidUTF8(e.Err.Error(), "\uFFFD"), strings.TrimSpace(*said.Error) == "", len(*said.Error) > 64<<10:
		return fmt.Errorf("its error is %.200q, Err is %.200q", *said.Error, e.Err)
	case e.Err.Code == "" || e.Err.Code == runtime.CodeInternal || e.Err.RetryAfter < 0:
		return fmt.Errorf("the error is %+v", *e.Err)
	case strings.ContainsFunc(*said.Error+e.Err.RequestID, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return fmt.Errorf("the error has characters that steer a terminal: %q %q", *said.Error, e.Err.RequestID)
	}
	for key, v := range hidden {
		for _, text := range []string{*said.Error, e.Err.RequestID, fmt.Sprintf("%+v", e.Err), fmt.Sprint(errors.Unwrap(e.Err))} {
			if strings.Contains(text, v) {
				return fmt.Errorf("the secret %s is in %q", key, text)
			}
		}
	}
	return s.hollow(e)
}

// hollow wants the fields of a failure to be empty, but for the list that has
// come so far.
func (s *subject) hollow(e runtime.Envelope) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(e.JSON, &fields); err != nil {
		return err
	}
	full := 0
	for _, name := range s.fields[2:] {
		switch text := string(fields[name]); {
		case text == "null" || text == "[]":
		case strings.HasPrefix(text, "[") && e.List != nil:
			full++
		default:
			return fmt.Errorf("it failed, but its %q is %.100s", name, text)
		}
	}
	if full > 1 {
		return errors.New("it failed, but more than one list has elements")
	}
	return nil
}

// decoded is JSON with its numbers as they are written.
func decoded(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}

// huge are numbers that the validator would spend hours on.
var huge = regexp.MustCompile(`[eE][+-]?0*[1-9]\d{3,}`)

func TestEveryEnvelopeKeepsToItsSchema(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	counts := make(map[string]int)
	for n, s := range subjects() {
		for seed := *firstSeed; seed < *firstSeed+uint64(rounds); seed++ {
			c := newChance(seed, n)
			cred, hidden := s.credentials(c)
			input, api := s.given(c), &replies{all: s.answers(c, hidden)}
			e := s.client(api).Call(t.Context(), s.action.Name, cred, []byte(input))
			counts[outcome(e)]++
			if err := s.promised(e, hidden); err != nil {
				t.Fatalf("%s, seed %d: %v\ninput    %q\nanswers  %s\nenvelope %.2000s", s.name, seed, err, input, shown(api.all...), e.JSON)
			}
		}
	}
	t.Logf("%d actions: %v", len(subjects()), counts)
	for _, want := range []string{"success", "invalid_input", "unauthenticated", "unexpected_response", "unavailable", "not_found"} {
		if counts[want] == 0 {
			t.Errorf("no call came to %s, so this test shows little", want)
		}
	}
}

func outcome(e runtime.Envelope) string {
	if e.Success() {
		return "success"
	}
	return string(e.Err.Code)
}

// given is what a call is given: mostly what the cases have, since only a good
// input leads to an answer.
func (s *subject) given(c chance) string {
	if len(s.cases) > 0 && !c.once(3) {
		if text := model.ValueJSON(pick(c, s.cases).Input); text != "" {
			return text
		}
	}
	return c.input(s.action)
}

// FuzzCall: whatever goes into an action and whatever comes back, the envelope
// keeps to its schema.
func FuzzCall(f *testing.F) {
	all := subjects()
	for n, s := range all {
		for _, k := range s.cases {
			for _, x := range k.Exchanges {
				if r := replyOf(x.Answer); !r.fault {
					f.Add(uint16(n), model.ValueJSON(k.Input), uint16(r.status), string(r.body), "")
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint16, input string, status uint16, body, link string) {
		s := all[int(n)%len(all)]
		if status < 100 || status > 999 || huge.MatchString(body) || huge.MatchString(input) {
			return
		}
		said := reply{status: int(status), body: []byte(body), header: http.Header{"Content-Type": {"application/json"}}}
		for _, name := range []string{"Link", "Retry-After", "X-Request-Id"} {
			said.header.Set(name, link)
		}
		cred, hidden := s.credentials(newChance(0, int(n)))
		e := s.client(&replies{all: []reply{said, said, said}}).Call(t.Context(), s.action.Name, cred, []byte(input))
		if err := s.promised(e, hidden); err != nil {
			t.Fatalf("%s: %v\ninput    %q\nanswer   %s\nenvelope %.2000s", s.name, err, input, shown(said), e.JSON)
		}
	})
}

// TestEveryInputIsJudgedByItsSchema: what the input schema refuses is refused
// before anything is sent, and what it takes is not refused in its words.
func TestEveryInputIsJudgedByItsSchema(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	taken, refused := 0, 0
	for n, s := range subjects() {
		for seed := *firstSeed; seed < *firstSeed+uint64(rounds); seed++ {
			input := newChance(seed, n).input(s.action)
			sent, err := s.judged(input)
			if err != nil {
				t.Fatalf("%s, seed %d: %v\ninput %s", s.name, seed, err, input)
			}
			if sent {
				taken++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d actions: %d inputs taken, %d refused", len(subjects()), taken, refused)
	if taken < refused/4 || refused < taken/4 {
		t.Error("nearly all go one way, so this test shows little")
	}
}

// FuzzArguments: the same for any bytes.
func FuzzArguments(f *testing.F) {
	all := subjects()
	for n, s := range all {
		for _, k := range s.cases {
			f.Add(uint16(n), model.ValueJSON(k.Input))
		}
		f.Add(uint16(n), newChance(0, int(n)).input(s.action))
	}
	f.Fuzz(func(t *testing.T, n uint16, input string) {
		s := all[int(n)%len(all)]
		if huge.MatchString(input) {
			return
		}
		if _, err := s.judged(input); err != nil {
			t.Fatalf("%s: %v\ninput %s", s.name, err, input)
		}
	})
}

// judged gives an input to the action and holds what comes of it against the
// input schema. sent tells whether a request went out.
func (s *subject) judged(input string) (sent bool, err error) {
	data := make(map[string]string)
	authType := ""
	if a := s.action.Auth; a != nil {
		authType = a.Type
		for _, f := range a.Fields {
			data[f.Key] = cases.Placeholder(f)
		}
	}
	api := &replies{}
	e := s.client(api).Call(context.Background(), s.action.Name, runtime.NewCredentials(authType, data), []byte(input))
	if e.Err != nil && e.Err.Code == runtime.CodeUnauthenticated {
		return false, nil // a credential of another form is looked at first
	}
	sent = api.next > 0
	why, known := s.against(strings.TrimPrefix(input, "\uFEFF"))
	refused := e.Err != nil && e.Err.Code == runtime.CodeInvalidInput && !sent
	switch {
	case !known:
	case why != "" && sent:
		return sent, fmt.Errorf("%s, but a request went out", why)
	case why != "" && !refused:
		return sent, fmt.Errorf("%s, but the envelope is %s", why, e.JSON)
	case why == "" && refused && wordsOfSchemas.MatchString(e.Err.Error()):
		return sent, fmt.Errorf("the schema takes it, but %v", e.Err)
	}
	return sent, nil
}

// wordsOfSchemas tell what a schema can say too. What it cannot (rules between
// parameters, texts that no path and no header can hold) is told otherwise.
var wordsOfSchemas = regexp.MustCompile(`is not valid JSON: |must be a JSON object|is not a parameter| is required|must be (an?|at least|at most) .*, not |must have at |must match `)

// against says what the input schema has against an input. It is not known where
// a value is parsed or changed first. null is absence, and no input an empty
// object.
func (s *subject) against(text string) (why string, known bool) {
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
		return "it is no JSON", true
	}
	object, ok := decoded([]byte(text)).(map[string]any)
	if !ok {
		return "it is no object", true
	}
	names := keysIn([]byte(text))
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name + " is there twice", true
		}
	}
	for i := range s.action.Parameters {
		p := &s.action.Parameters[i]
		v, given := object[p.Name]
		if _, text := v.(string); text && p.Parse != "" || given && p.Change != nil && p.Check != nil {
			return "", false
		}
		if given && v == nil || !given && p.Default != "" && p.Required {
			delete(object, p.Name)
		}
	}
	for i := range s.action.Parameters {
		if p := &s.action.Parameters[i]; powered(p, object[p.Name]) {
			return p.Name + " has an exponent, which no integer is written with here", true
		}
	}
	if err := s.input.Validate(object); err != nil {
		return fmt.Sprintf("the schema refuses it (%v)", err), true
	}
	return "", true
}

// powered reports whether an integer is written with an exponent. A schema takes
// 1e2 for one; the places that numbers are sent in would not all read it.
func powered(p *runtime.Param, v any) bool {
	list, _ := v.([]any)
	switch {
	case p.Type == runtime.TypeInteger:
		list = []any{v}
	case p.Items != runtime.TypeInteger:
		return false
	}
	return slices.ContainsFunc(list, func(v any) bool {
		number, ok := v.(json.Number)
		return ok && strings.ContainsAny(string(number), "eE")
	})
}

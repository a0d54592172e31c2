// Package preview shows the request that an action would send, without sending
// it: words stand for the secrets while the runtime builds the request, and their
// names are shown in the place of the words. So no secret is ever near it.
//
// masks.go has the words, curl.go the request as a command.
package preview

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"modulex.dev/connector/runtime"
)

// Request is a request whose secrets are masked.
type Request struct {
	// Token is where an access token is fetched first; "" when none is.
	Token string
	// Last is the last request of an action that makes several, such as
	// "POST /jobs"; "" when this is the only one. Steps is how many come before.
	Last  string
	Steps int

	// Signed tells that a signature is added when it is sent.
	Signed bool

	sent  *http.Request
	body  []byte
	masks masks
}

// Of builds the request of an action. Of the options only those that say where
// it goes matter.
func Of(t *runtime.Table, action string, input []byte, o runtime.Options) (*Request, error) {
	a := t.Lookup(action)
	switch {
	case a == nil:
		return nil, fmt.Errorf("there is no action %q", action)
	case a.Hook != nil:
		return nil, fmt.Errorf("%s is written by hand, so nobody knows what it sends", a.Name)
	}
	own, scheme := openTable(t, a)
	r := &Request{masks: masksOf(own.API, scheme), Signed: a.Op.Auth != nil && a.Op.Auth.Sign != nil}
	if len(a.Op.Steps) > 0 {
		r.Last, r.Steps = a.Op.Method+" "+a.Op.Path, len(a.Op.Steps)
	}
	client, err := runtime.NewClient(own, runtime.Options{
		Transport: &recorder{into: r, scheme: scheme}, Attempts: 1, DisableBudgets: true, PagesTogether: 1,
		BaseURL: o.BaseURL, BaseURLs: o.BaseURLs, AllowPrivateHosts: true,
	})
	if err != nil {
		return nil, err
	}
	cred := runtime.Credentials{}
	if scheme != nil {
		cred, input = r.masks.credentials(scheme), withoutKeys(scheme, a.Op, input)
	}
	e := client.Call(context.Background(), action, cred, input)
	if r.sent == nil {
		return nil, errors.New(e.Err.Error())
	}
	return r, nil
}

// URL is the address of the request, and Header its headers, with the words of
// [Masks] in the place of the secrets.
func (r *Request) URL() url.URL        { return *r.sent.URL }
func (r *Request) Header() http.Header { return r.sent.Header.Clone() }

// openTable is a table with one action, whose scheme takes any credential.
func openTable(t *runtime.Table, a *runtime.Action) (*runtime.Table, *runtime.AuthScheme) {
	api, action, op := *t.API, *a, *a.Op
	action.Op = &op
	own := &runtime.Table{API: &api, Actions: []runtime.Action{action}}
	if op.Auth == nil {
		return own, nil
	}
	scheme := *op.Auth
	scheme.Fields = slices.Clone(scheme.Fields)
	for i := range scheme.Fields {
		scheme.Fields[i].Pattern = "" // a mask fits none
	}
	scheme.Sign = nil // it would fail over a mask
	op.Auth, op.OtherAuth, api.Auth = &scheme, nil, []*runtime.AuthScheme{&scheme}
	own.Actions[0].Auth = &scheme
	return own, &scheme
}

// withoutKeys takes a credential out of an input that a host has put there: a
// mask takes its place.
func withoutKeys(scheme *runtime.AuthScheme, op *runtime.Operation, input []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(input, &members) != nil {
		return input
	}
	taken := false
	for _, f := range scheme.Fields {
		if _, there := members[f.Key]; there && !slices.ContainsFunc(op.Params, func(p runtime.Param) bool { return p.Name == f.Key }) {
			delete(members, f.Key)
			taken = true
		}
	}
	if without, err := json.Marshal(members); taken && err == nil {
		return without
	}
	return input
}

// recorder keeps the first request instead of sending it, apart from one for an
// access token, which it answers.
type recorder struct {
	into   *Request
	scheme *runtime.AuthScheme
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.into.sent != nil {
		return nil, errors.New("this is a preview")
	}
	if r.scheme != nil && r.scheme.Token != nil && r.into.Token == "" {
		r.into.Token = r.into.masks.shown(req.URL.String())
		token := tokenAnswer(r.scheme.Token.Path)
		return &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(token)), Request: req}, nil
	}
	r.into.sent = req
	if req.Body != nil {
		r.into.body, _ = io.ReadAll(req.Body)
	}
	return nil, errors.New("this is a preview")
}

// tokenAnswer is an answer with a mask for the access token at its path.
func tokenAnswer(path string) string {
	text := `"` + maskOf(accessToken) + `"`
	for _, name := range slices.Backward(strings.Split(path, ".")) {
		key, _ := json.Marshal(name)
		text = fmt.Sprintf("{%s:%s}", key, text)
	}
	return text
}

// HTTP is the request as a server receives it, secrets as [field]. Its
// Content-Length is that of the body as it is shown, so that the text is a
// request of its own.
func (r *Request) HTTP() string {
	body := r.masks.shown(string(r.body))
	req := r.sent.Clone(context.Background())
	if req.Body != nil {
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	var b bytes.Buffer
	if err := req.Write(&b); err != nil {
		return err.Error()
	}
	head, _, _ := strings.Cut(b.String(), "\r\n\r\n")
	head = r.masks.shown(strings.ReplaceAll(head, "\r\n", "\n"))
	if body == "" {
		return head
	}
	return head + "\n\n" + body
}

// Write prints the request as HTTP, as a curl line, or as both ("all"), and what
// comes before and after it.
func (r *Request) Write(w io.Writer, format string) error {
	var parts []string
	if format != "curl" {
		parts = append(parts, r.HTTP())
	}
	if format != "http" {
		parts = append(parts, r.Curl())
	}
	text := strings.Join(parts, "\n\n") + "\n"
	if r.Token != "" {
		text = "# before this, an access token is fetched from " + r.Token + "\n" + text
	}
	if r.Signed {
		text += "\n# it is signed when it is sent\n"
	}
	if r.Last != "" {
		text += fmt.Sprintf("\n# this is the first of %d requests; the last is %s\n", r.Steps+1, r.Last)
	}
	_, err := io.WriteString(w, text)
	return err
}

// What request.js needs to build the request of an action: the operation as the
// table declares it, without what only reads answers, and the words that stand
// for the credential.

package docs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/preview"
)

// recipe is the data of an action's page.
type recipe struct {
	Name       string
	Command    string
	Go         string            // the program, INPUT in the place of the input
	Curl       bool              // whether request.js can build the request
	Base       string            `json:",omitempty"`
	Headers    [][2]string       `json:",omitempty"` // sent with every request
	Query      any               `json:",omitempty"` // the same of the query
	Send       []sent            `json:",omitempty"` // the credential's parts
	Credential map[string]string `json:",omitempty"` // what holes of its fields are
	Masks      []preview.Mask    `json:",omitempty"`
	Op         any
}

// sent is what a part of the credential sends.
type sent struct{ Place, Name, Value string }

func (s *site) recipe(a *runtime.Action) *recipe {
	r := &recipe{Name: a.Name, Command: s.API.Name, Go: s.program(a)}
	op := requestOf(a.Op)
	if a.Hook == nil && buildable(op, a) && r.addresses(s.Table, a) {
		r.Curl = true
		r.Query = pruned(s.API.Query)
		r.Op = pruned(op)
		return r
	}
	only := runtime.Operation{}
	for _, p := range a.Parameters {
		only.Params = append(only.Params, runtime.Param{Name: p.Name, Type: p.Type, Required: p.Required, Default: p.Default})
	}
	r.Op = pruned(only)
	return r
}

// requestOf is the part of an operation that makes its request.
func requestOf(op *runtime.Operation) runtime.Operation {
	out := runtime.Operation{Method: op.Method, Path: op.Path, Rules: op.Rules, Query: op.Query, Headers: op.Headers, Body: op.Body}
	for _, p := range op.Params {
		p.Description, p.APIDefault = "", ""
		out.Params = append(out.Params, p)
	}
	if p := op.Paging; p != nil {
		out.Paging = &runtime.Paging{Mode: p.Mode, Param: p.Param, In: p.In, First: p.First, Size: p.Size, SizeValue: p.SizeValue, SizeParam: p.SizeParam, Limit: p.Limit, MaxPages: p.MaxPages}
	}
	return out
}

// madeForCall finds values that are others in every call, so no page can know them.
// It is compiled when pages are made: every start of a command would pay for it.
var madeForCall = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$(uuid|now|unix|idempotency_key)\b`)
})

// buildable reports whether request.js knows all that the operation uses.
func buildable(op runtime.Operation, a *runtime.Action) bool {
	if len(a.Op.Steps) > 0 || op.Body != nil && op.Body.Format == runtime.BodyMultipart || a.Auth != nil && a.Auth.Sign != nil {
		return false
	}
	unknown := func(e *runtime.Encoding) bool {
		return e != nil && (e.As == runtime.EncodeMD5 || e.As == runtime.EncodeFile)
	}
	for _, p := range op.Params {
		if p.JQ != "" || unknown(p.Encode) {
			return false
		}
	}
	if slices.ContainsFunc(slices.Concat(op.Query, op.Headers), func(f runtime.Field) bool { return unknown(f.Encode) }) {
		return false
	}
	text, err := json.Marshal(pruned(op))
	return err == nil && !madeForCall().Match(text)
}

// addresses fills in where requests go and what all of them carry: the runtime
// builds one, and the page keeps what is the same in every request.
func (r *recipe) addresses(t *runtime.Table, a *runtime.Action) bool {
	bare := &runtime.Action{Name: a.Name, Auth: a.Auth, Op: &runtime.Operation{Name: a.Name, Method: "GET", Path: "/", Host: a.Op.Host, Auth: a.Op.Auth, OtherAuth: a.Op.OtherAuth}}
	request, err := preview.Of(&runtime.Table{API: t.API, Actions: []runtime.Action{*bare}}, a.Name, nil, runtime.Options{})
	if err != nil {
		return false
	}
	u, headers := request.URL(), request.Header()
	u.RawQuery = ""
	r.Base = strings.TrimSuffix(u.String(), "/")
	r.credential(t.API, a.Auth)
	for _, s := range r.Send {
		if s.Place == "header" {
			headers.Del(s.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if name != "User-Agent" && name != "Accept-Encoding" {
			r.Headers = append(r.Headers, [2]string{name, headers.Get(name)})
		}
	}
	return true
}

// credential fills in the masks, and the parts of a request that hold them.
func (r *recipe) credential(api *runtime.API, auth *runtime.AuthScheme) {
	if auth == nil {
		return
	}
	r.Masks, r.Credential = preview.Masks(api, auth), make(map[string]string)
	for _, f := range auth.Fields {
		if len(f.Values) > 0 {
			r.Credential[f.Key] = f.Values[0].To
		}
	}
	for _, m := range r.Masks {
		r.Credential[m.Key] = m.Word
	}
	for _, part := range auth.Send {
		value := part.Value
		for key, word := range r.Credential {
			value = strings.NewReplacer("{"+key+"}", word, "{auth."+key+"}", word).Replace(value)
		}
		switch {
		case part.Basic:
			r.Send = append(r.Send, sent{"header", "Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(value))})
		case part.Header != "":
			r.Send = append(r.Send, sent{"header", part.Header, value})
		case part.Query != "":
			r.Send = append(r.Send, sent{"query", part.Query, value})
		default:
			r.Send = append(r.Send, sent{"body", part.Body, value})
		}
	}
}

// pruned is a value as JSON holds it, without the members that say nothing.
func pruned(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // tables are data
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var out any
	if err := d.Decode(&out); err != nil {
		panic(err)
	}
	return prune(out)
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, m := range v {
			if m = prune(m); empty(m) {
				delete(v, name)
			} else {
				v[name] = m
			}
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
	}
	return v
}

func empty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case json.Number:
		return v == "0"
	}
	return v == nil || v == false || v == ""
}

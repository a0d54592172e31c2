// A request as it came, held against the one that a case expects.

package cases

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// received is a request that has come.
type received struct {
	*http.Request
	body string
}

// line is the request without its query. What the base address of the host
// says is left out.
func (r received) line(host, path string) string {
	if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), path); ok && r.Host == host {
		return r.Method + " " + rest
	}
	return r.Method + " https://" + r.Host + r.URL.EscapedPath()
}

// whole is the request with its address and its query.
func (r received) whole() string {
	line := r.line("", "")
	if r.URL.RawQuery != "" {
		line += "?" + r.URL.RawQuery
	}
	return line
}

// compare returns what differs, each to be put behind the request's number.
func (r received) compare(x manifest.Exchange, base string) (faults []string) {
	method, target, _ := strings.Cut(x.Request.Value, " ")
	want, err := url.Parse(target)
	if err != nil {
		return []string{": " + err.Error()}
	}
	host, path := hostOf(base)
	if want.Host != "" {
		host, path = want.Host, ""
	}
	if wanted := method + " " + want.EscapedPath(); r.line(host, path) != wanted {
		if r.Host != host || x.Host.Given() {
			wanted = method + " https://" + host + path + want.EscapedPath()
		}
		faults = append(faults, fmt.Sprintf(": %s, want %s", r.line(host, path), wanted))
	}
	faults = append(faults, prefixed(diffFields("query", r.URL.RawQuery, want.Query()))...)
	faults = append(faults, prefixed(r.headers(x))...)
	return append(faults, prefixed(r.bodies(x))...)
}

func prefixed(faults []string) []string {
	for i := range faults {
		faults[i] = ", " + faults[i]
	}
	return faults
}

func (r received) headers(x manifest.Exchange) (faults []string) {
	for _, h := range x.Headers {
		got, ok := r.header(h.Name.Value)
		if !ok {
			faults = append(faults, fmt.Sprintf("header %s: not there, want %q", h.Name.Value, h.Value.Value))
		} else if got != h.Value.Value {
			faults = append(faults, fmt.Sprintf("header %s: %q, want %q", h.Name.Value, got, h.Value.Value))
		}
	}
	for _, name := range x.Without {
		if got, ok := r.header(name.Value); ok {
			faults = append(faults, fmt.Sprintf("header %s: %q, want none", name.Value, got))
		}
	}
	return faults
}

// header is a header as it came; net/http keeps the host elsewhere.
func (r received) header(name string) (value string, ok bool) {
	if strings.EqualFold(name, "Host") {
		return r.Host, true
	}
	values := r.Header.Values(name)
	return strings.Join(values, ", "), len(values) > 0
}

func (r received) bodies(x manifest.Exchange) []string {
	switch {
	case x.Body.Given():
		return diffTexts("body", r.body, model.ValueJSON(x.Body))
	case x.Form != nil:
		want := make(url.Values)
		for _, f := range x.Form {
			want.Add(f.Name.Value, f.Value.Value)
		}
		return diffFields("form", r.body, want)
	case x.Parts != nil:
		return r.parts(x.Parts)
	case r.body != x.Text.Value:
		return []string{different("body", quoted(r.body), quoted(x.Text.Value))}
	}
	return nil
}

// parts compares the parts of a multipart body, in their order.
func (r received) parts(want []manifest.Part) (faults []string) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return []string{fmt.Sprintf("body: %q is no multipart body", r.Header.Get("Content-Type"))}
	}
	reader := multipart.NewReader(strings.NewReader(r.body), params["boundary"])
	for i := 0; ; i++ {
		part, err := reader.NextPart()
		switch {
		case err == io.EOF && i >= len(want):
			return faults
		case err == io.EOF:
			return append(faults, fmt.Sprintf("part %d: not there, want %s", i+1, want[i].Name.Value))
		case err != nil:
			return append(faults, "body: "+err.Error())
		case i >= len(want):
			return append(faults, fmt.Sprintf("part %d: %s, want none", i+1, part.FormName()))
		}
		content, _ := io.ReadAll(part) // it is in memory
		media := part.Header.Get("Content-Type")
		if !want[i].MediaType.Given() {
			media = "" // nobody asks
		}
		got := strings.Join([]string{part.FormName(), part.FileName(), media, string(content)}, " | ")
		wanted := strings.Join([]string{want[i].Name.Value, want[i].File.Value, want[i].MediaType.Value, want[i].Text.Value}, " | ")
		if got != wanted {
			faults = append(faults, different(fmt.Sprintf("part %d", i+1), quoted(got), quoted(wanted)))
		}
	}
}

// diffFields compares the fields of a query or a form by their names; the order
// of different names means nothing.
func diffFields(what, got string, want url.Values) (faults []string) {
	values, err := url.ParseQuery(got)
	if err != nil {
		return []string{fmt.Sprintf("%s: %q cannot be read", what, got)}
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	for name := range want {
		if !values.Has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Equal(values[name], want[name]) {
			faults = append(faults, different(what+" "+name, listed(values[name]), listed(want[name])))
		}
	}
	return faults
}

// listed shows the values of a field; "" when it is not there.
func listed(values []string) string {
	shown := make([]string, len(values))
	for i, v := range values {
		shown[i] = text(v)
	}
	return strings.Join(shown, " and ")
}

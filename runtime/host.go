// Where requests go: the hosts of an API, what replaces them, and the parts of
// an address that a credential may fill in. A credential chooses among the
// places that the manifest has in mind; it can never lead anywhere else.

package runtime

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// host is one base URL of an API.
type host struct {
	name     string
	declared string
	url      *url.URL // nil when declared holds credential fields
	replaced bool     // the options say where it is
}

const defaultHost = "default" // the base URL, in Options.BaseURLs

// newHosts reads the hosts of an API and what the options put in their place.
func newHosts(api *API, o Options) ([]host, error) {
	var out []host
	if api.BaseURL != "" || len(api.Hosts) == 0 {
		out = append(out, host{declared: api.BaseURL})
	}
	for _, h := range api.Hosts {
		out = append(out, host{name: h.Name, declared: h.URL})
	}
	if err := knownHosts(out, o.BaseURLs); err != nil {
		return nil, err
	}
	for i := range out {
		if err := out[i].read(o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// knownHosts wants every name to be that of a host.
func knownHosts(hosts []host, replaced map[string]string) error {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		if names[i] = h.name; h.name == "" {
			names[i] = defaultHost
		}
	}
	for name := range replaced {
		if name != "" && !slices.Contains(names, name) {
			return fmt.Errorf("the option BaseURLs has %q, which is no host of this API; the hosts are %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// read finds the URL of a host.
func (h *host) read(o Options) (err error) {
	text := o.BaseURLs[h.name]
	if text == "" && h.name == "" {
		text = o.BaseURLs[defaultHost]
	}
	if text == "" {
		text = o.BaseURL
	}
	switch {
	case text != "":
		h.replaced = true
		h.url, err = baseURL(h.declared, text)
	case strings.Contains(h.declared, "{"): // a credential completes it
	default:
		h.url, err = baseURL(h.declared, h.declared)
	}
	return err
}

// openHost reports whether a template leaves the whole host to a credential:
// there is no letter of the manifest's own in it.
func openHost(template string) bool {
	_, rest, found := strings.Cut(template, "://")
	if !found {
		return true
	}
	for name := before(rest, "/"); name != ""; {
		literal, after, _ := strings.Cut(name, "{")
		if strings.Trim(literal, ".:0123456789") != "" {
			return false
		}
		_, name, _ = strings.Cut(after, "}")
	}
	return true
}

// baseURL checks a base URL. declared shows in errors how one is written.
func baseURL(declared, text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, fmt.Errorf("the base URL cannot be read; write it like %s", declared)
	}
	switch {
	case u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the base URL needs a scheme and a host, like %s", declared)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the base URL must not have a user, a query or a fragment; write it like %s", declared)
	case u.Scheme == "http" && !nearby(u.Hostname()):
		return nil, fmt.Errorf("the base URL uses http, which would send the credential readable to %s; use https", u.Hostname())
	}
	return u, nil
}

// base is the base URL of the operation. It is shared: copy it to change it.
// The reason is "" unless the credential does not fill it in.
func (k *call) base() (u *url.URL, reason string) {
	h := k.host()
	switch {
	case h == nil:
		return nil, fmt.Sprintf("the operation names the host %q, which is not declared", k.op.Host)
	case h.url != nil:
		return h.url, ""
	}
	return k.address(h.declared)
}

// host is the host of the operation, or nil.
func (k *call) host() *host {
	for i := range k.client.hosts {
		if k.client.hosts[i].name == k.op.Host {
			return &k.client.hosts[i]
		}
	}
	return nil
}

// located checks at the start of a call that the credential leads somewhere.
func (k *call) located() *Error {
	if h := k.host(); h == nil || h.url != nil {
		return nil
	}
	if _, reason := k.base(); reason != "" {
		return k.failed(CodeUnauthenticated, reason)
	}
	return nil
}

// address fills credential fields into the template of a URL and checks that
// they have changed nothing else about it.
func (k *call) address(template string) (u *url.URL, reason string) {
	f := addressFiller{call: k}
	rest := template
	for {
		literal, after, found := strings.Cut(rest, "{")
		f.text.WriteString(literal)
		if !found {
			break
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		if reason = f.hole(strings.TrimPrefix(name, "auth.")); reason != "" {
			return nil, "auth_data." + strings.TrimPrefix(name, "auth.") + " " + reason
		}
	}
	u, err := url.Parse(strings.TrimRight(f.text.String(), "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, "the credential does not make an address of " + template
	}
	if openHost(template) && !k.client.private && privateHost(u.Hostname()) {
		return nil, "the credential names a host of a private network, " + privateRule
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && k.client.private && nearby(u.Hostname())) {
		return nil, "the credential names an address without https"
	}
	return u, ""
}

// addressFiller writes a URL.
type addressFiller struct {
	*call
	text strings.Builder
}

// hole writes a field at the place that has been reached: the whole base URL,
// a part of the host, or a segment of the path.
func (f *addressFiller) hole(key string) (reason string) {
	v := f.secrets.of(key)
	if v == "" {
		return "is missing, but it is part of the address"
	}
	_, site, found := strings.Cut(f.text.String(), "://")
	switch {
	case f.text.Len() == 0:
		return f.whole(v)
	case !found, !strings.Contains(site, "/") && strings.Contains(site, ":"):
		return "stands where no credential may stand in the address"
	case !strings.Contains(site, "/"):
		return f.label(key, v)
	}
	if reason = badSegment(v); reason == "" {
		f.text.WriteString(escapeSegment(v))
	}
	return reason
}

// whole writes a credential that is the base URL itself.
func (f *addressFiller) whole(v string) (reason string) {
	const like = "must be a base URL such as https://example.com, without a user, a query or a fragment"
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.ContainsAny(v, "#\\") {
		return like
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return like
	}
	if !ascii(u.Host) {
		return "must spell its host in ASCII, such as https://xn--bcher-kva.example"
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return like
		}
	}
	u.Host = strings.ToLower(u.Host)
	f.text.WriteString(strings.TrimRight(u.String(), "/"))
	return ""
}

// label writes a credential into the host: one label, or several where the
// manifest checks the value.
func (f *addressFiller) label(key, v string) (reason string) {
	dots := f.secrets.bounded(key)
	for part := range strings.SplitSeq(v, ".") {
		if !hostLabel(part) {
			return "must be " + map[bool]string{false: "one part of a host name: letters, digits and hyphens", true: "a host name"}[dots]
		}
	}
	if !dots && strings.Contains(v, ".") {
		return "must be one part of a host name: letters, digits and hyphens"
	}
	f.text.WriteString(strings.ToLower(v))
	return ""
}

func hostLabel(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' && i > 0 && i < len(s)-1) {
			return false
		}
	}
	return s != "" && len(s) <= 63
}

// bounded reports whether the manifest says which values a field may have.
func (s secrets) bounded(key string) bool {
	for i := range s.scheme.Fields {
		if f := &s.scheme.Fields[i]; f.Key == key {
			return f.Pattern != "" || len(f.Values) > 0
		}
	}
	return false
}

// nearby reports whether a host is this machine or an address of a private
// network.
func nearby(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsPrivate())
}

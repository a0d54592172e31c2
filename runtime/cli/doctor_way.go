// The way to the API, as a doctor looks at it: proxy, name, connection, TLS, answer,
// and the clock that the answer tells.

package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"time"

	"modulex.dev/connector/runtime"
)

// proxy tells which proxy is in the way. It is the one of the process: net/http
// looks there.
func (d *doctor) proxy(target *url.URL) {
	var set []string
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"} {
		if os.Getenv(name) != "" || os.Getenv(strings.ToLower(name)) != "" {
			set = append(set, name)
		}
	}
	if target == nil || len(set) == 0 {
		d.note("proxy", "ok", or(strings.Join(set, ", "), "none is set"), "")
		return
	}
	through, err := http.ProxyFromEnvironment(&http.Request{URL: target})
	switch {
	case err != nil:
		d.note("proxy", "fail", "the address of the proxy cannot be read", "mend HTTPS_PROXY or HTTP_PROXY: http://HOST:PORT")
	case through == nil:
		d.note("proxy", "ok", strings.Join(set, ", ")+" set, but not for "+target.Hostname(), "")
	default:
		d.note("proxy", "ok", "requests pass "+through.Scheme+"://"+through.Host, "")
	}
}

// trip is what one request tells of its way.
type trip struct {
	dns, tcp, tls string // what went well, "" when it was not reached
	err           error
	failed        string // the part that err is of
}

// network makes one request without a credential: whatever the API answers, the
// way to it is open.
func (d *doctor) network(ctx context.Context, target *url.URL) {
	if target == nil {
		d.note("network", "skip", "nobody knows where requests go", "")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, d.flags.timeout)
	defer cancel()
	var t trip
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, t.trace()), http.MethodGet, target.String(), nil)
	if err != nil {
		d.note("network", "fail", "no request can be made for "+target.Redacted(), "mend the base URL")
		return
	}
	transport := runtime.NewTransport()
	defer transport.CloseIdleConnections()
	began := time.Now()
	answer, err := transport.RoundTrip(request)
	t.err = err
	d.way(t, target)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	answer.Body.Close()
	status := "ok"
	cure := ""
	if answer.StatusCode >= 500 {
		status, cure = "fail", "the API is not well; try again later"
	}
	d.note("http", status, fmt.Sprintf("%s answers %d in %s", target.Host, answer.StatusCode, time.Since(began).Round(time.Millisecond)), cure)
	d.clock(answer.Header.Get("Date"), began)
}

// trace notes the parts of a way that went well, and the one that did not.
func (t *trip) trace() *httptrace.ClientTrace {
	note := func(part string, into *string, said string, err error) {
		if err != nil {
			t.failed = part
			return
		}
		*into = said
	}
	return &httptrace.ClientTrace{
		DNSDone: func(i httptrace.DNSDoneInfo) {
			said := ""
			for _, a := range i.Addrs {
				said = strings.TrimSpace(said + " " + a.String())
			}
			note("dns", &t.dns, said, i.Err)
		},
		ConnectDone: func(_, address string, err error) { note("tcp", &t.tcp, address, err) },
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			said := tls.VersionName(s.Version)
			if len(s.PeerCertificates) > 0 {
				said += ", certificate until " + s.PeerCertificates[0].NotAfter.Format(time.DateOnly)
			}
			note("tls", &t.tls, said, err)
		},
	}
}

// way tells the parts of a way to the API.
func (d *doctor) way(t trip, target *url.URL) {
	if t.dns != "" {
		d.note("dns", "ok", t.dns, "")
	}
	if t.tcp != "" {
		d.note("tcp", "ok", "connected to "+t.tcp, "")
	}
	if t.tls != "" {
		d.note("tls", "ok", t.tls, "")
	}
	if t.err == nil {
		return
	}
	part := or(t.failed, "http")
	if t.tcp != "" && part == "tcp" { // another address was taken
		part = "http"
	}
	cure := map[string]string{
		"dns":  "check the name " + target.Hostname() + " and the connection to the internet",
		"tcp":  "check the port, a firewall, and whether HTTPS_PROXY is needed",
		"tls":  "check the clock and the certificates; a proxy that opens TLS needs its own certificate trusted",
		"http": "try again; a proxy may need a password",
	}[part]
	d.note(part, "fail", reasonOf(t.err), cure)
}

// reasonOf words why a request failed, without what it was.
func reasonOf(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer came in time"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name cannot be found: " + dns.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return op.Err.Error()
	}
	return strings.TrimSpace(err.Error())
}

// clock compares the clock with that of the API, which tells whole seconds.
func (d *doctor) clock(date string, now time.Time) {
	theirs, err := http.ParseTime(date)
	if err != nil {
		d.note("clock", "skip", "the API tells no time", "")
		return
	}
	off := now.Sub(theirs).Round(time.Second)
	const cure = "set the clock, such as with NTP"
	switch {
	case off.Abs() > 5*time.Minute:
		d.note("clock", "fail", fmt.Sprintf("it is %s off", off), cure)
	case off.Abs() > 30*time.Second:
		d.note("clock", "warn", fmt.Sprintf("it is %s off", off), cure)
	default:
		d.note("clock", "ok", "as that of the API", "")
	}
}

// Which addresses requests may reach. A host's name says nothing about where it
// leads: whoever runs its DNS may let it lead to this machine or into the
// network around it, at any time. So the address is looked at when a connection
// is made, and only what the operator has named may be private.

package runtime

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// privateRule says when private addresses are called, for errors.
const privateRule = "which is called only where the operator allows it (as the base URL, or with AllowPrivateHosts)"

var (
	errPrivate = errors.New("an address of this machine or of a private network, " + privateRule)
	errProxy   = errors.New("the address of the proxy, in HTTPS_PROXY or HTTP_PROXY, cannot be read")
)

// NewTransport returns the transport that a client uses by default: TLS 1.2 at
// least, bounded headers and connection times, the environment's proxies, no
// connection into a private network that the operator has not named, and no
// transparent decompression, whose size nobody bounds.
func NewTransport() *http.Transport {
	d := dialer{Dialer: net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}, private: privateAddr}
	return &http.Transport{
		Proxy:                  environmentProxy,
		DialContext:            d.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTimeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true,
	}
}

// environmentProxy is the proxy of the environment. An address that cannot be
// read is not quoted: it may hold a password.
func environmentProxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errProxy
	}
	return u, nil
}

// proxyPassword is the user:password of the proxy that a request passes, ""
// when there is none.
func proxyPassword(transport http.RoundTripper, r *http.Request) string {
	t, ok := transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return ""
	}
	u, err := t.Proxy(r)
	if err != nil || u == nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return u.User.Username() + ":" + password
}

// publicOnly marks the context of a request; its value is the name of the host
// that may lead into the public network only.
type publicOnly struct{}

// guarded marks the context of a request, unless the operator has named its host
// or allows private ones. All that follows from one attempt has the mark:
// redirects and the pages of a list.
func (k *call) guarded(ctx context.Context, target *url.URL) context.Context {
	if k.client.private || k.client.named(target) {
		return ctx
	}
	return context.WithValue(ctx, publicOnly{}, target.Hostname())
}

// named reports whether the options name the origin of an address.
func (c *Client) named(target *url.URL) bool {
	for i := range c.hosts {
		if h := &c.hosts[i]; h.replaced && sameOrigin(h.url, target) {
			return true
		}
	}
	return c.replaced != nil && sameOrigin(c.replaced, target)
}

// dialer connects, and looks at the addresses of hosts that are guarded.
type dialer struct {
	net.Dialer
	private func(netip.Addr) bool
}

// DialContext connects. The connection to a proxy is not guarded: the operator
// has named it, and what lies behind it is the proxy's to decide.
func (d dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	name, _, _ := net.SplitHostPort(addr)
	if host, ok := ctx.Value(publicOnly{}).(string); ok && (host == name || !ascii(host)) { // net/http dials another spelling of what is not ASCII
		d.Control = d.refusePrivate
	}
	return d.Dialer.DialContext(ctx, network, addr)
}

// refusePrivate looks at the address of a connection before it is made.
func (d dialer) refusePrivate(_, address string, _ syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(address); err != nil || d.private(at.Addr()) {
		return errPrivate
	}
	return nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// privateHost reports whether a host is none of the public network, as far as
// its name tells. The dialer looks at where the name leads.
func privateHost(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if addr, err := netip.ParseAddr(name); err == nil {
		return privateAddr(addr)
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case last == name || last == "": // intranet
		return true
	case isDigit(last[0]): // 127.1, 0x7f.1: no name ends in a number, but some resolvers read addresses
		return true
	}
	return slices.Contains([]string{"localhost", "local", "internal", "intranet", "lan", "home", "corp", "localdomain"}, last) ||
		strings.HasSuffix(name, ".home.arpa")
}

// privateAddr reports whether an address is none of the public network. One that
// holds an address of version 4 is as private as that.
func privateAddr(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return true
	}
	reserved := reserved6
	if a.Is4() {
		reserved = reserved4
	}
	if slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) }) {
		return true
	}
	if a.Is4() {
		return false
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return privateAddr(netip.AddrFrom4([4]byte(b[12:])))
	case sixToFour.Contains(a):
		return privateAddr(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return !global6.Contains(a)
}

// The networks that are nobody's in public (RFC 6890), beside those that
// net/netip knows.
var (
	reserved4 = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),       // this network
		netip.MustParsePrefix("100.64.0.0/10"),   // between a provider and its customers
		netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
		netip.MustParsePrefix("192.0.2.0/24"),    // documentation
		netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
		netip.MustParsePrefix("198.51.100.0/24"), // documentation
		netip.MustParsePrefix("203.0.113.0/24"),  // documentation
		netip.MustParsePrefix("240.0.0.0/4"),     // reserved
	}
	reserved6 = []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // protocol assignments, Teredo among them
		netip.MustParsePrefix("2001:db8::/32"), // documentation
		netip.MustParsePrefix("3fff::/20"),     // documentation
	}
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
	global6   = netip.MustParsePrefix("2000::/3") // all that is given out
)

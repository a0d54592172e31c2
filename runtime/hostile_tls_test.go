// Hostile servers: the way there. Names that lead nowhere, ports where nobody
// listens, handshakes that fail. Nothing has been sent then, so a write is tried
// again as a read is, unless trying again is no use.

package runtime

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// authority makes certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the authority of a test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	return &authority{t, cert, key}
}

// issue makes a certificate for this machine, changed by change.
func (a *authority) issue(change func(*x509.Certificate)) *tls.Config {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS10}
}

// trusted is a transport of this package that trusts the authority.
func (a *authority) trusted() *http.Transport {
	transport := NewTransport()
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(a.cert)
	return transport
}

// secured shakes hands and goes on.
func secured(config *tls.Config, next func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		secure := tls.Server(conn, config)
		if secure.Handshake() == nil {
			next(secure)
			secure.Close()
		}
	}
}

// hello reads what a client says first.
func hello(conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) }

func TestHostileTLS(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	fine := secured(a.issue(nil), says(ok200+length(len(goodBody))+goodBody))
	old := func(version uint16) *tls.Config {
		config := a.issue(nil)
		config.MaxVersion = version
		return config
	}
	slow := outcomes{"3 timeout", "3 timeout", "3 timeout"}
	certificate := func(change func(*x509.Certificate)) func(net.Conn) {
		return secured(a.issue(change), func(conn net.Conn) { t.Error("a request came"); readRequest(conn) })
	}
	const untrusted = "Call failed: tls: failed to verify certificate: x509: "
	rows := []rude{
		{"good", fine, works, oneThing},
		{"TLS 1.2", secured(old(tls.VersionTLS12), says(ok200+length(len(goodBody))+goodBody)), works, oneThing},
		{"TLS 1.1", secured(old(tls.VersionTLS11), readRequest), unsent, "Call failed: remote error: tls: protocol version not supported"},
		{"TLS 1.0", secured(old(tls.VersionTLS10), readRequest), unsent, "Call failed: remote error: tls: protocol version not supported"},
		{"expired", certificate(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), refused, untrusted + "certificate has expired"},
		{"not yet valid", certificate(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), refused, untrusted + "certificate has expired or is not yet valid"},
		{"another address", certificate(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} }), refused, untrusted + "certificate is valid for 127.0.0.2, not 127.0.0.1"},
		{"a name", certificate(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"api.example.test"} }), refused, untrusted},
		{"for clients only", certificate(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), refused, untrusted},
		{"an unknown authority", secured(stranger.issue(nil), readRequest), refused, untrusted + "certificate signed by unknown authority"},
		{"a certificate of the client is wanted", secured(wanting(a.issue(nil)), readRequest), broken, callFailed},
		{"closed in the handshake", hello, unsent, callFailed},
		{"reset in the handshake", func(conn net.Conn) { hello(conn); reset(conn) }, unsent, callFailed},
		{"closed before the handshake", func(net.Conn) {}, unsent, callFailed},
		{"stalled in the handshake", func(conn net.Conn) { hello(conn); stall(conn) }, slow, timedOut},
		{"an alert", func(conn net.Conn) { hello(conn); _, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x28") }, unsent, "Call failed: remote error: tls: handshake failure"},
		{"noise", func(conn net.Conn) { hello(conn); _, _ = io.WriteString(conn, "\x8f\x13\x07\xe2noise") }, unsent, "Call failed: tls: first record does not look like a TLS handshake"},
		{"noise without end", func(conn net.Conn) { hello(conn); forever("\x16\x03\x03\x40\x00" + strings.Repeat("x", 0x4000))(conn) }, unsent, callFailed},
		{"no TLS at all", says("HTTP/1.1 400 Bad Request\r\n\r\n"), unsent, callFailed},
		{"cut without a goodbye", secured(a.issue(nil), then(ok200+length(500)+goodBody, cutTLS)), broken, brokeOff + "unexpected EOF"},
		{"cut without a goodbye, no length", secured(a.issue(nil), then(ok200+"\r\n"+goodBody, cutTLS)), works, oneThing}, // JSON shows its own end
	}
	for _, row := range rows {
		for i, op := range hostileActions {
			t.Run(row.name+"/"+op.Name, func(t *testing.T) {
				t.Parallel()
				base, _ := loopback(t, func(conn net.Conn, _ int) { row.serve(conn) })
				w := counting(a.trusted())
				o := Options{BaseURL: strings.Replace(base, "http:", "https:", 1), Transport: w, AttemptTimeout: time.Minute}
				if row.want == slow {
					o.AttemptTimeout = patience
				}
				row.check(t, op, good[op.Name], row.want[i], o, nil)
				w.finished(t)
			})
		}
	}
}

// wanting makes a server want a certificate of its client.
func wanting(config *tls.Config) *tls.Config {
	config.ClientAuth = tls.RequireAnyClientCert
	return config
}

// cutTLS ends a connection below TLS, so that nothing says that it ends.
func cutTLS(conn net.Conn) { conn.(*tls.Conn).NetConn().Close() }

// TestHostileNames: a name that does not exist will not exist a second later; a
// resolver that fails may work then.
func TestHostileNames(t *testing.T) {
	slow := outcomes{"3 timeout", "3 timeout", "3 timeout"}
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	lookup := func(ip string, code uint16) *net.Resolver {
		return resolver(t, func(string) (string, uint16) { return ip, code })
	}
	for _, tt := range []struct {
		rude
		resolver *net.Resolver
	}{
		{rude{"no such name", nil, refused, "Call failed: dial tcp: lookup api.example.test"}, lookup("", nxdomain)},
		{rude{"a name without addresses", nil, refused, "Call failed: dial tcp: lookup api.example.test"}, lookup("", 0)},
		{rude{"a resolver that fails", nil, unsent, "Call failed: dial tcp: lookup api.example.test"}, lookup("", servfail)},
		{rude{"a resolver that says nothing", nil, slow, timedOut}, asking(silent.LocalAddr())},
		{rude{"an address where nobody listens", nil, unsent, "Call failed: dial tcp 127.0.0.1:1: connect: connection refused"}, lookup("127.0.0.1", 0)},
	} {
		for i, op := range hostileActions {
			o := Options{BaseURL: "https://api.example.test:1", AttemptTimeout: time.Minute}
			if tt.want == slow {
				o.AttemptTimeout = patience
			}
			w := counting(through(t, tt.resolver, func(netip.Addr) bool { return false }))
			o.Transport = w
			tt.check(t, op, good[op.Name], tt.want[i], o, nil)
			w.finished(t)
		}
	}
}

// Where connections may lead, whatever names say: real dialers, and a resolver
// of the test that answers as it likes.

package runtime

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// resolver asks a name server on this machine that answers as the function says:
// an address of version 4, or "" and a code such as nxdomain.
func resolver(t testing.TB, answer func(name string) (ip string, code uint16)) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		query := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(query)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(resolved(query[:n], answer), from)
		}
	})
	t.Cleanup(func() { server.Close(); running.Wait() })
	return asking(server.LocalAddr())
}

// asking is a resolver that asks one name server.
func asking(server net.Addr) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, server.Network(), server.String())
	}}
}

const (
	servfail = 2
	nxdomain = 3
)

// resolved is the answer to a query: its question once more, and one address.
func resolved(query []byte, answer func(name string) (ip string, code uint16)) []byte {
	var labels []string
	end := 12
	for query[end] != 0 {
		labels = append(labels, string(query[end+1:end+1+int(query[end])]))
		end += 1 + int(query[end])
	}
	version4 := binary.BigEndian.Uint16(query[end+1:]) == 1
	out := append([]byte{}, query[:end+5]...)
	ip, code := answer(strings.Join(labels, "."))
	binary.BigEndian.PutUint16(out[2:], 0x8180|code)
	copy(out[4:12], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	if ip != "" && version4 {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, netip.MustParseAddr(ip).AsSlice()...)
	}
	return out
}

// through is a transport of this package that asks a resolver and takes some
// addresses for private.
func through(t testing.TB, r *net.Resolver, private func(netip.Addr) bool) *http.Transport {
	transport := NewTransport()
	transport.Proxy = nil
	transport.DialContext = dialer{net.Dialer{Timeout: dialTimeout, Resolver: r}, private}.DialContext
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// at is the demo API at another address.
func at(base string) *API {
	api := demoAPI
	api.BaseURL = base
	return &api
}

const leads = " leads to an address of this machine or of a private network, which is called only where the operator allows it (as the base URL, or with AllowPrivateHosts)"

// TestSpellings: no spelling of an address of this machine reaches it. (Other
// networks are in TestPrivateHost: nothing here leaves the machine.)
func TestSpellings(t *testing.T) {
	base, connections := loopback(t, func(net.Conn, int) {})
	port := base[strings.LastIndexByte(base, ':'):]
	nowhere := resolver(t, func(string) (string, uint16) { return "", nxdomain })
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "0.0.0.0", "0",
		"localhost", "LOCALHOST", "localhost.", "a.localhost", "[::1]", "[::]", "[::1%25lo]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
		"127.0.0.\uff11", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "\u24dbocalhost", "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
	} {
		for _, action := range []string{"get_thing", "create_thing"} {
			clock := newFakeClock()
			c := clientOf(t, tableOf(at("https://"+host+port), &getThing, &createThing), Options{Transport: through(t, nowhere, privateAddr), Clock: clock})
			e := c.Call(t.Context(), action, token(), []byte(good[action]))
			switch {
			case e.code() != CodeUnavailable:
				t.Errorf("%s: %s", host, e.JSON)
			case e.Err.Attempts == 1 && strings.HasSuffix(e.Err.Error(), leads):
			case !strings.Contains(e.Err.Error(), "no such host") && !strings.Contains(e.Err.Error(), "protocol not"):
				t.Errorf("%s: %s", host, e.JSON)
			}
		}
	}
	if n := connections(); n > 0 {
		t.Errorf("%d connections were made", n)
	}
}

// TestRebinding: a name that has led into the public network and then leads
// elsewhere is found out, at a new call, a redirect and a next page. Two
// addresses of this machine stand for a public and a private one.
func TestRebinding(t *testing.T) {
	const public, inside = "127.0.0.1", "127.0.0.2"
	for _, tt := range []struct {
		name, action string
		first        string // the public server's answer
		calls        int
	}{
		{"a new call", "get_thing", "HTTP/1.1 200 OK\r\n\r\n" + goodBody, 2},
		{"a redirect", "get_thing", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", 1},
		{"a next page", "list_things", "HTTP/1.1 200 OK\r\n\r\n" + `{"data":[{"id":"1"}],"meta":{"next_page":1}}`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base, connections := loopback(t, func(conn net.Conn, _ int) {
				says(strings.Replace(tt.first, "\r\n", "\r\nConnection: close\r\n", 1))(conn)
			})
			port := base[strings.LastIndexByte(base, ':'):]
			l, err := net.Listen("tcp", inside+port)
			if err != nil {
				t.Skipf("no second address on this machine: %v", err)
			}
			defer l.Close()
			var asked atomic.Int64
			turning := resolver(t, func(string) (string, uint16) {
				if asked.Add(1) <= 2 { // for both versions
					return public, 0
				}
				return inside, 0
			})
			private := func(a netip.Addr) bool { return a.String() != public }
			// http is for private addresses only, so the API is declared with its port.
			c := clientOf(t, tableOf(at("https://api.example.test"), &getThing, &listThings), Options{Transport: plain{through(t, turning, private), port}, Clock: newFakeClock()})
			var e Envelope
			for range tt.calls {
				e = c.Call(t.Context(), tt.action, token(), []byte(good[tt.action]))
			}
			if e.code() != CodeUnavailable || !strings.Contains(errorText(e), "the host api.example.test"+leads) || !errors.Is(e.Err, errPrivate) || connections() != 1 {
				t.Errorf("%s after %d connections", e.JSON, connections())
			}
			_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Millisecond))
			if conn, err := l.Accept(); err == nil {
				conn.Close()
				t.Error("the inside was reached")
			}
		})
	}
}

// plain carries requests over a transport without TLS, to another port.
type plain struct {
	*http.Transport
	port string
}

func (p plain) RoundTrip(r *http.Request) (*http.Response, error) {
	to := *r.URL
	to.Scheme, to.Host = "http", r.URL.Hostname()+p.port
	r = r.Clone(r.Context())
	r.URL = &to
	return p.Transport.RoundTrip(r)
}

// TestGuarded: what the operator has named is not guarded, and all else is.
func TestGuarded(t *testing.T) {
	api := at("https://api.example.test/v1")
	api.Hosts = []Host{{"other", "https://other.example.test"}}
	op := getThing
	op.Name, op.Host = "get_other", "other"
	open, s := hostAPI("{auth.site}/v1", CredentialField{})
	site := cred("custom", "token=tok3n", "site=https://shop.example.com:8443")
	for _, tt := range []struct {
		name    string
		table   *Table
		cred    Credentials
		options Options
		want    string
	}{
		{"nothing named", tableOf(api, &getThing, &op), token(), Options{}, "api.example.test other.example.test"},
		{"private hosts allowed", tableOf(api, &getThing, &op), token(), Options{AllowPrivateHosts: true}, "<nil> <nil>"},
		{"all named", tableOf(api, &getThing, &op), token(), Options{BaseURL: "https://named.test"}, "<nil> <nil>"},
		{"one named", tableOf(api, &getThing, &op), token(), Options{BaseURLs: map[string]string{"other": "https://named.test"}}, "api.example.test <nil>"},
		{"two of one origin", tableOf(api, &getThing, &op), token(), Options{BaseURLs: map[string]string{"other": "https://API.example.test:443/x"}}, "<nil> <nil>"},
		{"by a credential", tableOf(open, withAuth(s)), site, Options{}, "shop.example.com"},
		{"by a credential, allowed", tableOf(open, withAuth(s)), site, Options{AllowPrivateHosts: true}, "<nil>"},
		{"by a credential, named", tableOf(open, withAuth(s)), site, Options{BaseURL: "https://named.test"}, "<nil>"},
	} {
		var marks []string
		tt.options.Transport = play(func(r *http.Request) (*http.Response, error) {
			marks = append(marks, fmt.Sprint(r.Context().Value(publicOnly{})))
			return answering(200, goodBody)(r)
		})
		c := clientOf(t, tt.table, tt.options)
		for _, a := range tt.table.Actions {
			c.Call(t.Context(), a.Name, tt.cred, []byte(good["get_thing"]))
		}
		if got := strings.Join(marks, " "); got != tt.want {
			t.Errorf("%s: the marks are %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestDial: the mark holds for its host, whatever the case, and for no other,
// such as a proxy.
func TestDial(t *testing.T) {
	base, connections := loopback(t, func(net.Conn, int) {})
	u, _ := url.Parse(base)
	transport := NewTransport()
	defer transport.CloseIdleConnections()
	marked := context.WithValue(t.Context(), publicOnly{}, u.Hostname())
	r, _ := http.NewRequestWithContext(marked, http.MethodGet, base, nil)
	if _, err := transport.RoundTrip(r); !errors.Is(err, errPrivate) || !permanent(err) || connections() > 0 {
		t.Errorf("guarded: %v", err)
	}
	for _, ctx := range []context.Context{t.Context(), context.WithValue(t.Context(), publicOnly{}, "another.test")} {
		conn, err := transport.DialContext(ctx, "tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
}

// TestProxyOfOperator: a proxy may stand in a private network; the guard looks
// at what is asked of it by name only.
func TestProxyOfOperator(t *testing.T) {
	s := serveTLS(t, true, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, goodBody) })
	var asked atomic.Value
	base, _ := loopback(t, func(conn net.Conn, _ int) {
		asked.Store(tunnel(conn, s.Listener.Addr().String()))
	})
	proxy, _ := url.Parse(base)
	transport := trusting(s)
	transport.Proxy = http.ProxyURL(proxy)
	c := clientOf(t, tableOf(at("https://api.example.com/v1"), &getThing), Options{Transport: transport})
	e := c.Call(t.Context(), "get_thing", token(), []byte(good["get_thing"]))
	c.Close()
	if !e.Success() {
		t.Fatal(e.Err)
	}
	s.CloseClientConnections()
	for asked.Load() == nil { // the tunnel ends with its connections
		time.Sleep(time.Millisecond)
	}
	if asked.Load() != "api.example.com:443" {
		t.Errorf("the proxy was asked for %v", asked.Load())
	}
}

// tunnel answers a CONNECT and carries what follows to an address. It returns
// what was asked for when both sides are done.
func tunnel(conn net.Conn, to string) (asked string) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil || r.Method != http.MethodConnect {
		return "no CONNECT"
	}
	inside, err := net.Dial("tcp", to)
	if err != nil {
		return err.Error()
	}
	defer inside.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(inside, conn)
		inside.Close()
		close(done)
	}()
	_, _ = io.Copy(conn, inside)
	conn.Close()
	<-done
	return r.Host
}

func TestPrivateHost(t *testing.T) {
	for _, name := range []string{
		"8.8.8.8", "example.com", "2606:4700::1111", "a.b.c.d", "127.0.0.1.nip.io", "172.32.0.1", "100.128.0.1", "192.0.1.1", "198.20.0.1",
		"64:ff9b::8.8.8.8", "2002:808:808::1", "::ffff:8.8.8.8", "2a00:1450::1",
	} {
		if privateHost(name) {
			t.Errorf("%s is public", name)
		}
	}
	for _, name := range []string{
		"172.16.0.1", "192.168.1.1", "224.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "192.0.2.1", "203.0.113.9", "240.0.0.1", "0.1.2.3", "100.127.255.255",
		"::", "::1", "ff02::1", "2001::1", "2001:db8::1", "100::1", "fe80::1%eth0", "fec0::1", "fc00::1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "2002:a00:1::", "::8.8.8.8", "4000::1",
		"169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254", "100.100.100.200",
		"printer.local", "a.home.arpa", "1.2.3", "",
	} {
		if !privateHost(name) {
			t.Errorf("%q is private", name)
		}
	}
}

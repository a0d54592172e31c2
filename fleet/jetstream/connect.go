// Reaching a server: its address, who we are, and that nobody listens.

package jetstream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Server says how a NATS server is reached.
type Server struct {
	URL         string // nats://host:4222, tls://host:4222; several with commas
	Credentials string // file of user credentials (.creds)
	NKey        string // file of an NKey seed
	User        string
	Password    string
	Token       string
	CA          string // file of the authority that signed the server's certificate; "" trusts the system's
	Cert, Key   string // files of the client's certificate
	// AllowPlaintext permits a connection without TLS to another machine.
	AllowPlaintext bool
}

// connect connects and keeps connecting.
func (s Server) connect(name string, log *slog.Logger) (*nats.Conn, error) {
	secure, err := s.check()
	if err != nil {
		return nil, err
	}
	options := []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.Timeout(5 * time.Second),
		nats.ReconnectBufSize(-1), // what cannot be sent fails at once: nothing is kept that a crash would lose
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("the NATS server is away; it is waited for", "error", err)
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("the NATS server is back", "url", bare(c.ConnectedUrl())) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("the NATS server refuses", "error", err) }),
	}
	if s.Credentials != "" {
		options = append(options, nats.UserCredentials(s.Credentials))
	}
	if s.NKey != "" {
		o, err := nats.NkeyOptionFromSeed(s.NKey)
		if err != nil {
			return nil, fmt.Errorf("the NKey seed in %s cannot be read", s.NKey)
		}
		options = append(options, o)
	}
	if s.User != "" {
		options = append(options, nats.UserInfo(s.User, s.Password))
	}
	if s.Token != "" {
		options = append(options, nats.Token(s.Token))
	}
	if !secure && !s.AllowPlaintext {
		options = append(options, nats.IgnoreDiscoveredServers()) // they may be on other machines
	}
	if secure {
		c, err := s.tls()
		if err != nil {
			return nil, err
		}
		options = append(options, nats.Secure(c))
	}
	nc, err := nats.Connect(s.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("NATS at %s: %w", bare(s.URL), err)
	}
	return nc, nil
}

// check refuses addresses that would show jobs to whoever listens, and reports
// whether the connection is to use TLS.
func (s Server) check() (secure bool, err error) {
	secure = s.CA != "" || s.Cert != ""
	for one := range strings.SplitSeq(s.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		if err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != "tls") {
			return false, errors.New("the address of a NATS server is nats://HOST:PORT or tls://HOST:PORT")
		}
		if u.User != nil {
			return false, errors.New("the address of a NATS server holds no password; use --nats-creds, --nats-nkey or the environment")
		}
		if u.Scheme == "tls" {
			secure = true
		}
		if !secure && !s.AllowPlaintext && !loopback(u.Hostname()) {
			return false, fmt.Errorf("the connection to %s would be readable by others; use tls://, or --nats-allow-plaintext where the network is your own", u.Hostname())
		}
	}
	return secure, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s Server) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		pem, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", s.CA)
		}
	}
	if s.Cert != "" {
		pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// bare is an address without what could be a secret.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	return u.Scheme + "://" + u.Host
}

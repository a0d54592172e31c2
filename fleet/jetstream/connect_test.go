package jetstream_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"modulex.dev/connector/fleet/jetstream"
)

// authority signs certificates and keeps them in files.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.cert, a.key = a.sign(t, "ca", func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	})
	return a
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name+".pem") }

// sign makes a certificate; the first one signs itself.
func (a *authority) sign(t *testing.T, name string, change func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	change(c)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{name: {Type: "CERTIFICATE", Bytes: der}, name + "-key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(a.file(file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c, key
}

// secured starts a server that wants certificates of its clients.
func secured(t *testing.T, a *authority) (address string) {
	t.Helper()
	a.sign(t, "server", func(*x509.Certificate) {})
	pair, err := tls.LoadX509KeyPair(a.file("server"), a.file("server-key"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	s, err := server.NewServer(&server.Options{
		JetStream: true, StoreDir: t.TempDir(), Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, TLS: true, TLSTimeout: 5, TLSVerify: true,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s.Addr().String()
}

// TestTLS: a server that has a certificate, and wants one.
func TestTLS(t *testing.T) {
	a := newAuthority(t)
	address := secured(t, a)
	a.sign(t, "client", func(*x509.Certificate) {})
	for _, c := range []struct {
		name   string
		server jetstream.Server
		says   string // of the error; "" is none
	}{
		{"both are known", jetstream.Server{CA: a.file("ca"), Cert: a.file("client"), Key: a.file("client-key")}, ""},
		{"the authority is not known", jetstream.Server{Cert: a.file("client"), Key: a.file("client-key")}, "certificate signed by unknown authority"},
		{"no certificate of the client", jetstream.Server{CA: a.file("ca")}, "NATS at tls://"}, // the rest differs: the server has closed the connection already, or not,
		{"no such file", jetstream.Server{CA: a.file("other")}, "no such file"},
		{"no certificate in the file", jetstream.Server{CA: a.file("client-key")}, "holds no certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.server.URL = "tls://" + address
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			e, err := jetstream.Open(ctx, jetstream.Options{Server: c.server})
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Submit(ctx, job("a")); err != nil {
					t.Error(err)
				}
				if err := e.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestAddresses: what would be readable by others, or hold a secret, is refused
// before anything is connected to.
func TestAddresses(t *testing.T) {
	for url, says := range map[string]string{
		"nats://10.1.2.3:4222":                        "the connection to 10.1.2.3 would be readable by others; use tls://, or --nats-allow-plaintext where the network is your own",
		"nats://127.0.0.1:4222,nats://nats.test:4222": "the connection to nats.test would be readable by others; use tls://, or --nats-allow-plaintext where the network is your own",
		"nats://user:canary@127.0.0.1:4222":           "the address of a NATS server holds no password; use --nats-creds, --nats-nkey or the environment",
		"http://127.0.0.1:4222":                       "the address of a NATS server is nats://HOST:PORT or tls://HOST:PORT",
		"127.0.0.1:4222":                              "the address of a NATS server is nats://HOST:PORT or tls://HOST:PORT",
		"nats://":                                     "the address of a NATS server is nats://HOST:PORT or tls://HOST:PORT",
	} {
		_, err := jetstream.Open(t.Context(), jetstream.Options{Server: jetstream.Server{URL: url}})
		if err == nil || err.Error() != says {
			t.Errorf("%s: %v", url, err)
		}
	}
}

package jetstream_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"modulex.dev/connector/fleet/internal/authority"
	"modulex.dev/connector/fleet/jetstream"
)

// secured starts a server that wants certificates of its clients.
func secured(t *testing.T, a *authority.Authority) (address string) {
	t.Helper()
	a.Sign(t, "server")
	pair, err := tls.LoadX509KeyPair(a.File("server"), a.File("server-key"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.Cert)
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
	a := authority.New(t)
	address := secured(t, a)
	a.Sign(t, "client")
	for _, c := range []struct {
		name   string
		server jetstream.Server
		says   string // of the error; "" is none
	}{
		{"both are known", jetstream.Server{CA: a.File("ca"), Cert: a.File("client"), Key: a.File("client-key")}, ""},
		{"the authority is not known", jetstream.Server{Cert: a.File("client"), Key: a.File("client-key")}, "certificate signed by unknown authority"},
		{"no certificate of the client", jetstream.Server{CA: a.File("ca")}, "NATS at tls://"}, // the rest differs: the server has closed the connection already, or not,
		{"no such file", jetstream.Server{CA: a.File("other")}, "no such file"},
		{"no certificate in the file", jetstream.Server{CA: a.File("client-key")}, "holds no certificate"},
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

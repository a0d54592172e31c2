package main

// Calls and lists.

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
	"modulex.dev/connector/testdata/bench/measure"
)

// timeLimit is http.Client.Timeout of the floor and the peers, where they have
// one; our runtime bounds every attempt anyway.
const timeLimit = 30 * time.Second

// calls are the seven operations, answered from memory.
func calls(o options) ([]measure.Code, error) {
	var out []measure.Code
	for _, limit := range []time.Duration{0, timeLimit} {
		for _, op := range clients.Operations {
			group := "call " + op
			if limit > 0 {
				group = "limited " + op
			}
			for _, s := range subjects() {
				c, err := s.make(clients.Settings{BaseURL: fixture.BaseURL, Transport: fixture.NewMemory(0), Timeout: limit})
				if err != nil {
					return nil, err
				}
				out = append(out, code(group, s.name, 0, c.Calls[op]))
			}
		}
	}
	return out, nil
}

const listPages = 50

// lists are 50 pages of 50 items, from memory and over loopback.
func lists(o options) ([]measure.Code, error) {
	memory := fixture.NewMemory(listPages)
	var out []measure.Code
	for _, s := range subjects() {
		c, err := s.make(clients.Settings{BaseURL: fixture.BaseURL, Transport: memory})
		if err != nil {
			return nil, err
		}
		out = append(out, code("list memory", s.name, memory.Size(), c.Calls["list_sessions"]))
	}
	if o.server == "" {
		return out, nil
	}
	for _, s := range subjects() {
		c, err := s.make(clients.Settings{BaseURL: fixture.At(o.server, listPages, 0)})
		if err != nil {
			return nil, err
		}
		out = append(out, code("list loopback", s.name, memory.Size(), c.Calls["list_sessions"]))
	}
	secure, err := trusting(o.certificate)
	if err != nil {
		return nil, err
	}
	for _, s := range subjects() {
		c, err := s.make(clients.Settings{BaseURL: fixture.At(o.secure, listPages, 0), Transport: secure})
		if err != nil {
			return nil, err
		}
		out = append(out, code("list TLS", s.name, memory.Size(), c.Calls["list_sessions"]))
	}
	return out, nil
}

// trusting is a transport that trusts the bench's server.
func trusting(certificate string) (*http.Transport, error) {
	text, err := os.ReadFile(certificate)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("the server's certificate cannot be read")
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool}
	return t, nil
}

// slow is the list from a server that takes 50 ms for a page, pages asked for one
// by one and together.
func slow(o options) ([]measure.Code, error) {
	var out []measure.Code
	for _, together := range []int{1, 4, 8, 16} {
		for _, s := range subjects() {
			if s.yields == object || !o.long && !ownOrFloor(s.name) {
				continue
			}
			c, err := s.make(clients.Settings{BaseURL: fixture.At(o.server, listPages, 50*time.Millisecond), Together: together})
			if err != nil {
				return nil, err
			}
			out = append(out, code(fmt.Sprintf("slow %d", together), s.name, 0, c.Calls["list_sessions"]))
		}
	}
	return out, nil
}

func ownOrFloor(name string) bool { return name == nameFloor || name == nameOurs }

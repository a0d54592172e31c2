// Who may come in over HTTP. A request passes, in this order: where it was sent to
// and from which page (against DNS rebinding and other people's pages), the
// server's token, and the credential that it brings. credential.go reads that one.

package mcp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// comesFromHere checks where a request was sent to, and by which page.
func (h *Handler) comesFromHere(w http.ResponseWriter, r *http.Request) bool {
	if !h.ownHost(r.Host) {
		refuse(w, http.StatusForbidden, jsonrpc.CodeInvalidRequest, "this server does not answer to that Host; its operator can allow it with --allow-host")
		return false
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	origin := origins[0]
	listed := slices.Contains(h.options.Origins, origin)
	if len(origins) > 1 || !listed && !h.ownPage(origin, r.Host) {
		refuse(w, http.StatusForbidden, jsonrpc.CodeInvalidRequest, "this server does not answer to pages of that Origin; its operator can allow it with --allow-origin")
		return false
	}
	if listed {
		grant(w.Header(), origin)
	}
	return true
}

// grant lets a page of another origin read answers.
func grant(header http.Header, origin string) {
	header.Set("Access-Control-Allow-Origin", origin)
	header.Add("Vary", "Origin")
	header.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id, "+HeaderCredential+", "+HeaderText)
	header.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate")
	header.Set("Access-Control-Max-Age", "600")
}

// ownHost reports whether a request may be sent to that host.
func (h *Handler) ownHost(host string) bool {
	name := hostname(host)
	listed := slices.ContainsFunc(h.options.Hosts, func(allowed string) bool {
		return strings.EqualFold(allowed, host) || strings.EqualFold(allowed, name)
	})
	switch {
	case listed:
		return true
	case h.options.Local:
		return isLocal(name)
	}
	return len(h.options.Hosts) == 0
}

// ownPage reports whether a page comes from the very address that it asks. Where
// every host is served that says nothing, so no page may.
func (h *Handler) ownPage(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host) && u.Path == "" &&
		(h.options.Local || len(h.options.Hosts) > 0)
}

// hostname is a host without its port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// isLocal reports whether a name is one of this machine.
func isLocal(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// callerContext is the key of the caller in the context of a request.
type callerContext struct{}

// caller finds out who asks; nil when the request has been refused.
func (h *Handler) caller(w http.ResponseWriter, r *http.Request) *caller {
	if !h.knowsToken(r.Header.Values("Authorization")) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+h.server.table.API.Name+`"`)
		refuse(w, http.StatusUnauthorized, jsonrpc.CodeInvalidRequest, "this server wants its token: Authorization: Bearer …")
		return nil
	}
	c := &caller{request: r.Context(), fullText: strings.EqualFold(strings.TrimSpace(r.Header.Get(HeaderText)), "full")}
	given := r.Header.Values(HeaderCredential)
	digest := sha256.New()
	digest.Write([]byte(h.options.Token + "\x00"))
	switch {
	case len(given) > 1:
		refuse(w, http.StatusBadRequest, jsonrpc.CodeInvalidRequest, HeaderCredential+" is given twice")
		return nil
	case len(given) == 1 && strings.TrimSpace(given[0]) != "":
		cred, err := credentialOf(h.server.table.API, given[0])
		if err != nil {
			refuse(w, http.StatusBadRequest, jsonrpc.CodeInvalidRequest, err.Error())
			return nil
		}
		c.credentials = &cred
		digest.Write([]byte(strings.TrimSpace(given[0])))
	case h.options.RequireCredentials:
		refuse(w, http.StatusUnauthorized, jsonrpc.CodeInvalidRequest, "this server wants a credential with every request: "+HeaderCredential+": "+h.server.wantedCredential())
		return nil
	}
	c.identity = hex.EncodeToString(digest.Sum(nil))
	return c
}

// wantedCredential is what the header of the credential holds.
func (s *Server) wantedCredential() string {
	if _, err := credentialOf(s.table.API, "x"); err == nil {
		return "the token, or " + example(s.table.API)
	}
	return example(s.table.API)
}

// knowsToken compares in a time that tells nothing about the token.
func (h *Handler) knowsToken(given []string) bool {
	if h.options.Token == "" {
		return true
	}
	if len(given) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	want, got := sha256.Sum256([]byte(h.options.Token)), sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// refuse answers a request that does not reach the protocol.
func refuse(w http.ResponseWriter, status, code int, said string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(problem(nil, code, said))
}

// The server of the pages: the files of the site, and the panel that runs an
// action. It is for the person at this machine and for nobody else: requests of
// other sites, under other names, or from other machines get nothing.

package docs

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"modulex.dev/connector/runtime"
)

// Runner runs an action for the panel and returns its envelope.
type Runner func(ctx context.Context, action string, input []byte) []byte

// maxInput bounds what the panel may send.
const maxInput = 1 << 20

// Handler serves the site of a connector. With a runner the pages have the panel
// that runs actions, which asks POST /try/ACTION; without one they say that there
// is none.
func Handler(t *runtime.Table, o Options, run Runner) (http.Handler, error) {
	o.Try = run != nil
	files, err := Files(t, o)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { serveFile(w, r, files) })
	if run != nil {
		mux.HandleFunc("POST /try/{action}", func(w http.ResponseWriter, r *http.Request) { try(w, r, t, run) })
	}
	return guarded(mux), nil
}

func serveFile(w http.ResponseWriter, r *http.Request, files []File) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	status := http.StatusOK
	f, ok := index(files, name)
	if !ok {
		if strings.Contains(name, "/") { // the page's own links would lead nowhere from here
			http.Redirect(w, r, "/404.html", http.StatusSeeOther)
			return
		}
		f, _ = index(files, "404.html")
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", contentType(f.Name))
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.Content) // a reader who has gone misses nothing
	}
}

// try runs an action with the input that the panel sends.
func try(w http.ResponseWriter, r *http.Request, t *runtime.Table, run Runner) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		http.Error(w, "send the input as application/json", http.StatusUnsupportedMediaType)
		return
	}
	action := r.PathValue("action")
	if t.Lookup(action) == nil {
		http.Error(w, fmt.Sprintf("there is no action %q", action), http.StatusNotFound)
		return
	}
	input, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInput))
	if err != nil {
		http.Error(w, fmt.Sprintf("the input is larger than %d MiB, or did not arrive", maxInput>>20), http.StatusRequestEntityTooLarge)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(run(ctx, action, input))
}

// guarded lets requests through that a browser on this machine makes for these
// pages: from a loopback address, to a loopback name, from no other site.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
		} {
			w.Header().Set(name, value)
		}
		if why := foreign(r); why != "" {
			http.Error(w, why, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign says what keeps a request from being one of these pages' own. The name
// is looked at because a foreign name can be made to lead here.
func foreign(r *http.Request) string {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
		return "these pages are for this machine only"
	}
	if !loopbackName(r.Host) {
		return "these pages are served to localhost only"
	}
	if origin, ok := r.Header["Origin"]; ok && (len(origin) != 1 || origin[0] != "http://"+r.Host) {
		return "this request comes from another site"
	}
	if site := r.Header.Get("Sec-Fetch-Site"); r.Method != http.MethodGet && r.Method != http.MethodHead && site != "" && site != "same-origin" {
		return "this request comes from another site"
	}
	return ""
}

func loopbackName(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if name == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && addr.IsLoopback()
}

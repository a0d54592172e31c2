// This file holds the two shapes an answer can have on its way out: a reply,
// and a fault, which is a refusal that becomes a JSON:API error document. The
// documents of successful replies are in resource.go.

package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// mediaType is what the official samples send and accept
// (https://github.com/livestorm/embed_the_room_as_an_iframe). The documentation
// does not say what another Accept header does, so Accept is not looked at.
const mediaType = "application/vnd.api+json"

// reply is a finished answer; it holds bytes so that nothing of the world is
// read after the lock is given back.
type reply struct {
	status int
	header http.Header
	body   []byte // none when empty
}

func (a *reply) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if len(a.body) > 0 {
		w.Header().Set("Content-Type", mediaType)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.status == http.StatusNoContent {
		w.Header().Del("Content-Length") // a 204 carries none, RFC 9110 section 8.6
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a caller who has gone away needs no answer
}

// fault is a refusal. Each detail becomes one entry of the errors array.
type fault struct {
	status  int
	details []string
	header  http.Header
}

func (f *fault) Error() string { return strings.Join(f.details, " ") }

// refuse makes a fault. It returns *fault rather than error so that callers can
// add a header.
func refuse(status int, details ...string) *fault {
	return &fault{status: status, details: details}
}

func notFound() error {
	return refuse(http.StatusNotFound, "There is no such resource.")
}

func badRequest(detail string) error {
	return refuse(http.StatusBadRequest, detail)
}

func unprocessable(details ...string) error {
	return refuse(http.StatusUnprocessableEntity, details...)
}

// errorObject has the four members attested by https://github.com/w6w-io/w6w-apps
// (apps/livestorm/lib/client.ts). status is a word there, not the HTTP number
// that JSON:API wants; only "unauthorized" has been seen, the other words follow
// its style. What code holds is not documented: the HTTP number, here.
type errorObject struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	Status string `json:"status"`
}

func (f *fault) reply() *reply {
	doc := struct {
		Errors []errorObject `json:"errors"`
	}{f.objects()}
	return &reply{status: f.status, header: f.header, body: encode(doc)}
}

// objects lists what an error document holds.
func (f *fault) objects() []errorObject {
	var objects []errorObject
	title := http.StatusText(f.status)
	for _, detail := range f.details {
		objects = append(objects, errorObject{
			Title:  title,
			Detail: detail,
			Code:   strconv.Itoa(f.status),
			Status: strings.ReplaceAll(strings.ToLower(title), " ", "_"),
		})
	}
	return objects
}

// asFault takes any error for a fault. Operations return faults only; a
// different error is a mistake in this package and becomes a 500.
func asFault(err error) *fault {
	var f *fault
	if !errors.As(err, &f) {
		f = refuse(http.StatusInternalServerError, "The server failed.")
	}
	return f
}

// encode writes v as JSON without escaping <, > and &, which would only make
// descriptions harder to read. v is always one of this package's own shapes, and
// those can be encoded.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil
	}
	return buf.Bytes()
}

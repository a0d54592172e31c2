// This file reads what a call brings with it: the query string and the JSON:API
// body. It checks form only (400, 413, 415); what the values mean is checked by
// the operations (422), with assign at the end of this file.

package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxBody is far above what any documented body needs.
const maxBody = 1 << 20

// readQuery returns the query parameters, each of which must be one of allowed.
// The documentation does not say what an unknown parameter does; refusing it is
// what makes a misspelt name visible. The same goes for one sent twice.
func readQuery(raw string, allowed []string, mention func(string) string) (map[string]string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, badRequest("The query string is malformed.")
	}
	query := make(map[string]string, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(allowed, name) {
			return nil, badRequest("This address has no query parameter " + mention(name) + ".")
		}
		if len(values[name]) > 1 {
			return nil, badRequest("The query parameter " + name + " is given more than once.")
		}
		query[name] = values[name][0]
	}
	return query, nil
}

// object is a JSON object whose members are still to be read. It is a map and
// not a struct because encoding/json matches struct members whatever their case,
// and "Title" is not "title" to the API.
type object map[string]json.RawMessage

// document is the data member of a JSON:API body.
type document struct {
	id            string // optional in practice; clients differ
	attributes    object
	relationships object
}

// readDocument reads and checks a body. kind is the documented data.type; with
// "" the documentation names no body and none may come.
func readDocument(w http.ResponseWriter, r *http.Request, kind string, mention func(string) string) (*document, error) {
	raw, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	if kind == "" {
		if len(raw) > 0 {
			return nil, badRequest("This operation takes no body.")
		}
		return nil, nil
	}
	var top object
	if !json.Valid(raw) {
		return nil, badRequest("The body is not valid JSON.")
	}
	if !readAs(raw, &top) {
		return nil, badRequest("The body must be a JSON object with a data member.")
	}
	if kind == typeJob {
		typeIntoData(top)
	}
	if err := onlyMembers(top, "the body", mention, "data"); err != nil {
		return nil, err
	}
	return readData(top["data"], kind, mention)
}

// typeIntoData moves a type that stands beside data to where it belongs. The
// bulk registration is documented with it there
// (https://developers.livestorm.co/reference/post_sessions-id-people-bulk) and,
// in the schema of the same page, with it in data; a body has it once.
func typeIntoData(top object) {
	var data object
	kind, beside := top["type"]
	if !beside || !readAs(top["data"], &data) || data["type"] != nil {
		return
	}
	data["type"] = kind
	top["data"] = encode(data)
	delete(top, "type")
}

// readBody reads the bytes and checks that they are announced as JSON. The
// official samples send application/vnd.api+json, the prose of
// https://developers.livestorm.co/docs/requests names application/json.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, "The body is larger than 1 MiB.")
	case err != nil:
		return nil, badRequest("The body could not be read to its end.")
	case len(raw) == 0:
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != mediaType && kind != "application/json" {
		return nil, refuse(http.StatusUnsupportedMediaType, "The Content-Type must be "+mediaType+" or application/json.")
	}
	return raw, nil
}

// readData checks the wrapping that JSON:API asks for.
func readData(raw json.RawMessage, kind string, mention func(string) string) (*document, error) {
	var data object
	if !readAs(raw, &data) {
		return nil, badRequest("The body must have a data member that is an object.")
	}
	if err := onlyMembers(data, "data", mention, "id", "type", "attributes", "relationships"); err != nil {
		return nil, err
	}
	doc := &document{}
	var got string
	if !readAs(data["type"], &got) || got != kind {
		return nil, badRequest("data.type must be " + kind + ".")
	}
	if !readAs(data["attributes"], &doc.attributes) {
		return nil, badRequest("data.attributes is missing or not an object.")
	}
	if data["id"] != nil && !readAs(data["id"], &doc.id) {
		return nil, badRequest("data.id must be a string.")
	}
	if data["relationships"] != nil && !readAs(data["relationships"], &doc.relationships) {
		return nil, badRequest("data.relationships must be an object.")
	}
	return doc, nil
}

// onlyMembers refuses members the documentation does not name.
func onlyMembers(o object, where string, mention func(string) string, allowed ...string) error {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(allowed, name) {
			return badRequest("There is no member " + mention(name) + " in " + where + ".")
		}
	}
	return nil
}

// readAs decodes raw into target and says whether it had that type. A missing
// value or null never has: encoding/json would leave target as it was, and a
// null that silently changes nothing would be hard to find.
func readAs(raw json.RawMessage, target any) bool {
	if len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return false
	}
	return json.Unmarshal(raw, target) == nil
}

// assign stores attributes through members, which maps a documented name to a
// *string, **string, *bool or **bool. Every unknown name and every wrong type
// is reported at once. null is refused even where answers may hold it, as the
// attributes are documented as plain strings and booleans.
func (c *call) assign(attributes object, members map[string]any) error {
	var unknown, problems []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		member, ok := members[name]
		if !ok {
			unknown = append(unknown, c.mention(name))
			continue
		}
		if problem := store(attributes[name], member); problem != "" {
			problems = append(problems, "The attribute "+name+" must be "+problem+".")
		}
	}
	if len(unknown) > 0 {
		problems = append(problems, "Unknown attributes: "+strings.Join(unknown, ", ")+".")
	}
	if len(problems) > 0 {
		return unprocessable(problems...)
	}
	return nil
}

// store reads raw into member and returns what it should have been, or "".
func store(raw json.RawMessage, member any) string {
	switch m := member.(type) {
	case *string:
		if !readAs(raw, m) {
			return "a string"
		}
	case **string:
		var v string
		if !readAs(raw, &v) {
			return "a string"
		}
		*m = &v
	case *bool:
		if !readAs(raw, m) {
			return "true or false"
		}
	case **bool:
		var v bool
		if !readAs(raw, &v) {
			return "true or false"
		}
		*m = &v
	}
	return ""
}

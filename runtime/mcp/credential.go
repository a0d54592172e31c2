// Who calls over HTTP. ModuleX sends the headers of a registration with every
// request, so the credential of an organization can be one of them.

package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"modulex.dev/connector/runtime"
)

// HeaderCredential carries the credential of a request: the one secret of an API
// that has one, or {"auth_type": …, "auth_data": {…}} as JSON.
const HeaderCredential = "X-Connector-Credential"

// HeaderText asks with the value "full" for results as text too.
const HeaderText = "X-Connector-Text"

// caller is who made a request over HTTP.
type caller struct {
	credentials *runtime.Credentials // nil: those of the server
	fullText    bool
	identity    string          // a digest of what it proved to know: sessions belong to it
	request     context.Context // of the request: over when nobody waits for its answer
	sends       *payloads       // in the answer to the request
}

// callerKey is the key of the caller among what the SDK keeps with a request.
const callerKey = "caller"

// callerOf is who made a request; nil where the transport is not HTTP.
func callerOf(r *mcp.CallToolRequest) *caller {
	if r.Extra == nil || r.Extra.TokenInfo == nil {
		return nil
	}
	c, _ := r.Extra.TokenInfo.Extra[callerKey].(*caller)
	return c
}

// credentialOf reads the value of [HeaderCredential]. Its errors quote nothing of
// it.
func credentialOf(api *runtime.API, value string) (runtime.Credentials, error) {
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, "{") {
		var given struct {
			Type json.RawMessage `json:"auth_type"`
			Data json.RawMessage `json:"auth_data"`
		}
		var c runtime.Credentials
		if json.Unmarshal([]byte(value), &given) != nil || len(given.Data) == 0 || string(given.Data) == "null" || json.Unmarshal([]byte(value), &c) != nil {
			return c, fmt.Errorf(`%s is not a JSON object {"auth_type": "…", "auth_data": {…}}`, HeaderCredential)
		}
		return c, nil
	}
	for _, s := range api.Auth {
		if key := onlyField(s); key != "" {
			return runtime.NewCredentials(s.Type, map[string]string{key: value}), nil
		}
	}
	return runtime.Credentials{}, errors.New(HeaderCredential + " must be JSON, since the credential has several fields: " + example(api))
}

// onlyField is the one field that a scheme cannot do without; "" when there are
// more.
func onlyField(s *runtime.AuthScheme) (key string) {
	for _, f := range s.Fields {
		if f.Optional || f.Default != "" {
			continue
		}
		if key != "" {
			return ""
		}
		key = f.Key
	}
	return key
}

// example is a credential of an API, with a gap for each field.
func example(api *runtime.API) string {
	if len(api.Auth) == 0 {
		return "none is needed"
	}
	var data []member
	for _, f := range api.Auth[0].Fields {
		data = append(data, member{f.Key, quoted("…")})
	}
	return string(object([]member{{"auth_type", quoted(api.Auth[0].Type)}, {"auth_data", object(data)}}))
}

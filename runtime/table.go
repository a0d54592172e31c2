// What a connector declares. Generated packages fill these types in as plain
// literals; the rest of the package reads them and never changes them.
// client.go is where a declared action begins to run.

package runtime

import (
	"context"
	"time"
)

// SupportsGenerator1 is a handshake: code written by generation 1 of the
// generator refers to it, so a runtime that can no longer serve that code stops
// it from compiling.
const SupportsGenerator1 = true

// Table lists every action of one API. It is the entry point of a host: make a
// [Client] of it, or read it to show what there is.
type Table struct {
	API     *API
	Actions []Action // in the order of the manifest
}

// Lookup returns the action with that name, or nil. It walks the list; a
// [Client] keeps an index.
func (t *Table) Lookup(name string) *Action {
	for i := range t.Actions {
		if t.Actions[i].Name == name {
			return &t.Actions[i]
		}
	}
	return nil
}

// Action is one entry of a [Table].
type Action struct {
	Name         string // as the host calls it: get_event
	Description  string
	Parameters   []Param
	InputSchema  Schema // of the input object
	OutputSchema Schema // of the envelope
	Auth         *AuthScheme
	// Invoke runs the action: credentials and a JSON object in, the envelope
	// out. It never panics and reports every failure in the envelope.
	Invoke func(ctx context.Context, c *Client, cred Credentials, input []byte, opts ...CallOption) Envelope
}

// Schema is a JSON Schema (draft 2020-12) as text. It marshals as the schema
// itself, not as a string.
type Schema string

// MarshalJSON returns the schema's own text.
func (s Schema) MarshalJSON() ([]byte, error) { return []byte(s), nil }

// API is what the actions of a connector share.
type API struct {
	Name     string // connector name: livestorm
	Title    string // Livestorm
	Version  string // of the connector
	Overview string
	BaseURL  string   // https, without a trailing slash
	Headers  []Header // sent with every request
	Auth     []*AuthScheme
	Budgets  []Budget
	Errors   []ErrorRule
	// Failure is the path of a body member that, when present and not empty,
	// makes an answer with a success status a failure all the same.
	Failure string
	Texts   Texts
}

// Header is one constant request header.
type Header struct{ Name, Value string }

// Texts are the templates of the error texts in an envelope.
type Texts struct {
	Status  string // {status} and {detail} are filled in
	Timeout string
	Failed  string // {reason} is filled in
}

// AuthScheme says which credential an API wants and where it is sent.
type AuthScheme struct {
	Name        string // as the manifest calls it: api_token
	Type        string // the host's auth_type: bearer_token
	Title       string
	Description string
	Steps       []string // how a person gets the credential
	Fields      []CredentialField
	Send        []AuthPart
}

// CredentialField is one secret of an [AuthScheme].
type CredentialField struct {
	Key         string // in auth_data
	Env         string // environment variable that may hold it
	Title       string
	Description string
	Missing     string // the error text when it is not there
}

// AuthPart puts one credential field into a request.
type AuthPart struct {
	Header string
	Prefix string // before the secret: "Bearer ", or nothing
	Key    string // of the credential field
}

// Budget is one rate that the API allows a credential: Calls in any window of
// length Per. Windows longer than a minute are quotas: a call over a quota
// fails at once, a call over a shorter window waits. The headers, where the API
// sends them, correct what the client has counted by itself.
type Budget struct {
	Calls     int
	Per       time.Duration
	Limit     string // header with the allowance
	Remaining string // header with what is left of it
	Reset     string // header with the time of the refill
}

// ErrorRule finds an error message in the body of an answer: at Path (an
// object, a list of objects, or a text), the members Text joined with ": ".
// The elements of a list are joined with "; ".
type ErrorRule struct {
	Path string
	Text []string
}

// Operation is how one action goes over the wire.
type Operation struct {
	Name       string
	Method     string
	Path       string // /events/{event_id}: a segment in braces is a parameter
	Params     []Param
	Auth       *AuthScheme
	Body       *Body // nil: the request has no body
	Success    []int // the statuses that are success
	Repeatable bool  // a POST or PATCH that may be sent again
	Paging     *Paging
	Result     Result
}

// Param is one parameter of an action: what callers pass, and where it goes.
type Param struct {
	Name        string
	Type        Type
	Required    bool
	In          Place
	Wire        string // name on the wire
	OmitEmpty   bool   // leave it out when it is "", [] or {} too, not only when null
	Pairs       *Pairs // send an object as a list of pairs
	Description string
}

// Type is the JSON type of a parameter.
type Type string

// The types of parameters, spelled as in JSON Schema.
const (
	TypeString  Type = "string"
	TypeInteger Type = "integer"
	TypeNumber  Type = "number"
	TypeBoolean Type = "boolean"
	TypeArray   Type = "array"
	TypeObject  Type = "object"
)

// Place is the part of a request that carries a parameter.
type Place string

// The places of parameters.
const (
	InPath   Place = "path"
	InQuery  Place = "query"
	InHeader Place = "header"
	InBody   Place = "body"
)

// Pairs names the members of each element when an object is sent as a list:
// {"a": 1} becomes [{Key: "a", Value: 1}].
type Pairs struct{ Key, Value string }

// Body is the JSON frame around the body parameters: Open, the members, Close.
type Body struct {
	MediaType string
	Open      string // ends inside the object that takes the parameters
	Close     string
	// Constants tells that Open already holds a member of that object, so a
	// comma comes first.
	Constants bool
}

// ResultKind tells what an action returns.
type ResultKind string

// The kinds of results.
const (
	ResultNone   ResultKind = "none"   // success and error only
	ResultObject ResultKind = "object" // one JSON object, or null
	ResultList   ResultKind = "list"   // a list of JSON objects
)

// Result says where the data of an answer is and what it is called.
type Result struct {
	Kind  ResultKind
	Field string // in the envelope
	Path  string // in the body, dotted; "" is the whole body
}

// Paging says how the pages of a list follow each other: by page number. Each
// answer holds the number of the next page at Next; null means the end.
type Paging struct {
	Page      string // query name of the page number
	First     int64  // number of the first page
	Size      string // query name of the page size; "" sends none
	SizeValue int    // items asked for in a page
	Next      string // path of the next page's number in the body
	Current   string // path of the page's own number; "" where the API does not tell
}

// What a connector declares. Generated packages fill these types in as plain
// literals; the rest of the package reads them and never changes them.
// client.go is where a declared action begins to run.

package runtime

import (
	"context"
	"net/http"
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
	Title        string // for people: Get event
	Description  string
	Docs         string // where the API documents it
	Effect       Effect // what it does to what the API holds
	Parameters   []Param
	InputSchema  Schema // of the input object
	OutputSchema Schema // of the envelope
	Auth         *AuthScheme
	Op           *Operation // how the action goes over the wire
	Hook         HookFunc   // a hand-written function that carries it out instead
}

// Invoke runs the action: credentials and a JSON object in, the envelope out.
// It never panics and reports every failure in the envelope.
func (a *Action) Invoke(ctx context.Context, c *Client, cred Credentials, input []byte, opts ...CallOption) Envelope {
	if a.Hook != nil {
		return c.InvokeHook(ctx, a.Op, cred, input, a.Hook, opts...)
	}
	return c.Invoke(ctx, a.Op, cred, input, opts...)
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
	// Categories, Limits and Docs are for pages about the connector: words of its
	// catalogue, sentences about rates and the like, the API's own documentation.
	Categories []string
	Limits     []string
	Docs       string
	// BaseURL is where the paths of operations begin that name no other host:
	// https, without a trailing slash. It may hold credential fields:
	// https://{auth.subdomain}.example.com/api.
	BaseURL string
	Hosts   []Host   // further hosts, by name
	Headers []Header // sent with every request
	Query   []Field  // sent with every request
	Auth    []*AuthScheme
	Budgets []Budget
	Errors  Errors
	Texts   Texts
	JQ      JQ // runs jq programs; nil where the connector has none
}

// Host is one more base URL of an API.
type Host struct{ Name, URL string }

// Header is one constant request header. Its value may hold credential fields
// ({auth.user_agent}).
type Header struct{ Name, Value string }

// Texts are the templates of the error texts in an envelope.
type Texts struct {
	Status  string // {status} and {detail} are filled in
	Timeout string
	Failed  string // {reason} is filled in
	JSON    string // for a parameter that should be JSON text and is not; {parameter} is filled in, nothing is put around it
}

// AuthScheme says which credential an API wants and where it is sent.
type AuthScheme struct {
	Name        string // as the manifest calls it: api_token
	Type        string // the host's auth_type: bearer_token
	AnyType     bool   // the caller's auth_type is not looked at
	Title       string
	Description string
	Steps       []string // how a person gets the credential
	Fields      []CredentialField
	Send        []AuthPart
	Token       *TokenRequest // a request that turns the credential into an access token first
	Sign        Signer        // a hand-written function that signs each request
	Probe       *Operation    // a cheap request that proves the credential, see [Client.Prove]; it names no scheme, which is this one
}

// CredentialField is one field of an [AuthScheme].
type CredentialField struct {
	Key         string // in auth_data
	Env         string // environment variable that may hold it
	Title       string
	Description string
	Missing     string // the error text when it is not there
	Optional    bool   // it may be missing; then the parts that need it are not sent
	Public      bool   // it is no secret: a region, a subdomain
	Default     string
	Pattern     string        // what it must match (RE2, the whole of it)
	Values      []Translation // a closed list: what the caller says, and what is put in its place
}

// Translation is one line of a table of values.
type Translation struct{ From, To string }

// AuthPart puts credential fields into a request: into one header, query
// parameter or body member.
type AuthPart struct {
	Header string // name of the header, or
	Query  string // of the query parameter, or
	Body   string // of the member or form field at the body's root
	Value  string // with the fields in braces: "Bearer {token}"
	Basic  bool   // Value is user:password, sent as HTTP Basic authentication
}

// TokenRequest is how a credential is exchanged for an access token, which is
// kept for each credential until it expires. The token is the field Field in
// the values of the scheme's parts.
type TokenRequest struct {
	Method  string // POST
	URL     string // may hold fields: https://{region}.example.com/oauth/token
	Basic   string // user:password of Basic authentication, with fields
	Headers []Header
	Fields  []Header      // of the body, in order
	JSON    bool          // the body is JSON, not a form
	Path    string        // of the token in the answer: access_token
	Expires string        // of its lifetime in seconds: expires_in
	Life    time.Duration // its lifetime where the answer does not tell
	Field   string        // access_token
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
	Shared    bool   // all credentials together have it, not each its own
}

// Errors says how failures are known and where their messages are.
type Errors struct {
	Failures []FailureRule // that make an answer with a success status a failure all the same
	Messages []ErrorRule   // the first that finds a text wins; without one the body's own text is the message
}

// FailureRule is one sign of failure in a body. Without Is, Unless, Missing and
// Prefix it is one when the member at Path is there and not null, false or
// empty.
type FailureRule struct {
	Path    string
	Is      []string // a failure when the member is one of these
	Unless  []string // a failure unless the member is one of these
	Missing bool     // a failure when the member is missing or null
	Prefix  string   // a failure when the body's text begins with it
	JQ      string   // a failure when the program says anything but null or false
}

// ErrorRule finds an error message in the body of an answer: at Path (an
// object, a list of objects, or a text), the members Text joined with ": ".
// The elements of a list are joined with "; ".
type ErrorRule struct {
	Path string
	Text []string
	JQ   string // instead of a path: a program that yields the text
}

// Operation is how one action goes over the wire.
type Operation struct {
	Name       string
	Method     string
	Path       string // /events/{event_id}: a segment in braces is a value, escaped
	Host       string // name of one of the API's hosts; "" is the base URL
	Params     []Param
	Rules      []Rule // between parameters
	Auth       *AuthScheme
	OtherAuth  []*AuthScheme // further schemes: the caller's auth_type chooses
	Query      []Field
	Headers    []Field
	Body       *Body         // nil: the request has no body
	Success    []int         // the statuses that are success
	Absent     []int         // the statuses that say that there is nothing: null, or an empty list
	Repeatable bool          // a POST or PATCH that may be sent again
	Timeout    time.Duration // of one attempt; 0 is the client's
	Steps      []Step        // requests that come before
	Verify     *Verify       // tells whether the write was carried out when its answer never came
	Until      *Until        // the request is sent again until the answer says that the work is done
	Paging     *Paging
	Result     Result
	Outputs    []Output // the fields of the envelope, when they are other than the one field of Result
	Errors     *Errors  // instead of the API's
	Texts      *Texts   // instead of the API's
}

// Step is a request before the one of an action.
type Step struct {
	Op     *Operation // its Params are those of the action; its errors are the API's unless it has own
	When   []Condition
	Take   []Capture
	Ignore bool // its failure does not matter; what it should take is not given then
}

// Capture keeps a value of a step's answer under a name, for the holes of what
// comes after.
type Capture struct {
	Name    string
	Paths   []string // the first that is there
	Header  string   // or a header of the answer
	JQ      string   // or what a program makes of the body
	Default string   // JSON, when it is not there
	Missing string   // the error text when it is not there and has no default
}

// Until says when an answer is the last one.
type Until struct {
	Path   string
	Done   []string // the work is done when the member is one of these
	Failed []string // the work has failed
	Every  time.Duration
	For    time.Duration // the longest time; after it the action fails
}

// Param is one parameter of an action: what callers pass, and where it goes.
type Param struct {
	Name        string
	Type        Type
	Items       Type // of an array's elements; "" is any
	Required    bool
	In          Place
	Wire        string // name on the wire
	Default     string // JSON; sent when the caller gives none
	APIDefault  string // JSON; what the API takes when nothing is sent: shown only
	Parse       Parse
	Change      *Change
	Check       *Check
	Omit        Omit
	When        []Condition
	Map         []Translation // of the value's text
	Template    *Template     // what is sent in its place
	JQ          string        // a program that makes what is sent of the value
	SendAs      Type          // "12" as a number, 12 as a text
	Encode      *Encoding
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
	TypeAny     Type = "any"
)

// Place is the part of a request that carries a parameter.
type Place string

// The places of parameters.
const (
	InPath   Place = "path"
	InQuery  Place = "query"
	InHeader Place = "header"
	InBody   Place = "body"
	InNone   Place = "none" // nowhere by itself: templates, conditions and steps name it
)

// Parse says how the text of a parameter becomes another value before anything
// else looks at it.
type Parse string

// The ways to parse.
const (
	ParseJSON Parse = "json" // the text is JSON
	ParseCSV  Parse = "csv"  // the text is a list, separated by commas
)

// Omit says which values of an optional parameter are not sent, besides null.
type Omit string

// The kinds of values to leave out.
const (
	OmitEmpty      Omit = "empty"       // "", [] and {}
	OmitFalsy      Omit = "falsy"       // those, 0 and false
	OmitUnlessTrue Omit = "unless_true" // everything but true
	OmitDefault    Omit = "default"     // the default
	OmitNever      Omit = "never"       // none: null is sent as null
)

// Change is done to a value, in this order, before it is checked.
type Change struct {
	Trim        bool
	StripPrefix string
	StripSuffix string
	Case        string // "lower" or "upper"
	Truncate    int    // to so many characters or elements
	Clamp       bool   // into the bounds of the check, instead of a refusal
}

// Check bounds a value. The zero value of a bound is none.
type Check struct {
	Enum                 []string // the texts of the values
	Pattern              string   // RE2; the value must match somewhere
	Min, Max             Bound
	MinLength, MaxLength int    // of a text in characters, of a list in elements
	Text                 string // the error text, with nothing put around it
}

// Bound is one end of a range.
type Bound struct {
	Set   bool
	Value float64
}

// Rule is a rule between parameters. A parameter counts as given when it is
// not null, "", [] or {}.
type Rule struct {
	Kind   RuleKind
	Params []string
	Unless []string // of required_unless: one of these is given
	Text   string   // the error text, with nothing put around it
}

// RuleKind is what a [Rule] asks for.
type RuleKind string

// The kinds of rules.
const (
	RuleExactlyOne     RuleKind = "exactly_one"
	RuleAtLeastOne     RuleKind = "at_least_one"
	RuleExclusive      RuleKind = "exclusive"       // at most one
	RuleRequires       RuleKind = "requires"        // the first needs all the others
	RuleRequiredUnless RuleKind = "required_unless" // all Params, unless one of Unless is given
)

// Condition holds for an input. Several in a list must all hold.
type Condition struct {
	Param  string
	Is     []string // its text is one of these
	Given  bool     // it is given: not null, "", [] or {}
	Absent bool     // it is not
}

// Field is a query parameter or header that is no parameter of the action.
type Field struct {
	Name   string
	Value  Template
	Encode *Encoding
}

// TemplateKind tells the forms of a [Template] apart.
type TemplateKind string

// The kinds of templates.
const (
	TemplateJSON   TemplateKind = "json"  // JSON as it stands
	TemplateText   TemplateKind = "text"  // a text with {holes}
	TemplateValue  TemplateKind = "value" // one value with its type
	TemplateObject TemplateKind = "object"
	TemplateList   TemplateKind = "list"
)

// Template is a JSON value with holes. A hole names a parameter, a captured
// value, a credential field (auth.token), the element at hand (item), or
// something made for the call: $uuid, $now (RFC 3339), $unix, $idempotency_key
// (the caller's key, or the UUID without one). A value or text
// whose hole is not given is left out of what is around it.
type Template struct {
	Kind       TemplateKind
	JSON       string // of TemplateJSON
	Text       string // of TemplateText
	Name       string // of TemplateValue
	Members    []Member
	Elements   []Template
	Parameters bool // an object: the body parameters that are named without a dot follow the members
	Optional   bool // an object or a list: left out when nothing is in it
	When       []Condition
}

// Member is one member of a template's object.
type Member struct {
	Name  string
	Value Template
}

// Encoding is how a value is written, where it is not simply itself.
type Encoding struct {
	As        EncodingKind
	Key       string    // of pairs
	Value     string    // of pairs
	Each      *Template // of each: what is sent for every element ({item})
	FileName  string    // of file, with holes
	MediaType string    // of file
}

// EncodingKind names an [Encoding].
type EncodingKind string

// The encodings.
const (
	EncodeCSV        EncodingKind = "csv"         // a list as one text: a,b
	EncodeSemicolons EncodingKind = "semicolons"  // a;b
	EncodeSpaces     EncodingKind = "spaces"      // a b
	EncodePipes      EncodingKind = "pipes"       // a|b
	EncodeRepeat     EncodingKind = "repeat"      // k=a&k=b
	EncodeBrackets   EncodingKind = "brackets"    // k[]=a&k[]=b; of an object k[x]=1
	EncodeIndices    EncodingKind = "indices"     // k[0]=a&k[1]=b
	EncodeDeepObject EncodingKind = "deep_object" // k[x][y]=1
	EncodeJSON       EncodingKind = "json"        // as JSON text
	EncodePythonJSON EncodingKind = "python_json" // as JSON text, as Python writes it: spaces after , and :, other than ASCII escaped
	EncodePairs      EncodingKind = "pairs"       // an object as a list of {key, value} objects
	EncodeEach       EncodingKind = "each"        // a list with every element put into a template
	EncodeWrap       EncodingKind = "wrap"        // a value as a list of one
	EncodeMerge      EncodingKind = "merge"       // the members of an object instead of the object
	EncodeBase64     EncodingKind = "base64"      // a text in base64
	EncodeMD5        EncodingKind = "md5"         // the MD5 sum of a text in hex
	EncodeSegments   EncodingKind = "segments"    // in a path: slashes stay, each segment is escaped
	EncodeFile       EncodingKind = "file"        // base64 text as a file of a multipart body, or as a raw body's bytes
)

// Body is the body of a request.
type Body struct {
	Format    BodyFormat
	MediaType string
	Root      Template
	Nested    EncodingKind // of lists and objects in a form: repeat, brackets, indices, json, python_json
}

// BodyFormat is how a body is written.
type BodyFormat string

// The formats of bodies.
const (
	BodyJSON      BodyFormat = "json"
	BodyForm      BodyFormat = "form"
	BodyMultipart BodyFormat = "multipart"
	BodyRaw       BodyFormat = "raw"
)

// ResultKind tells what an action returns.
type ResultKind string

// The kinds of results.
const (
	ResultNone   ResultKind = "none"   // success and error only
	ResultObject ResultKind = "object" // one JSON object, or null
	ResultList   ResultKind = "list"   // a list of JSON objects
	ResultFields ResultKind = "fields" // the fields of Operation.Outputs
)

// Result says where the data of an answer is and what it is called. With
// Operation.Outputs it is the list that is paged, one of the outputs.
type Result struct {
	Kind  ResultKind
	Field string // in the envelope
	Path  string // in the body, dotted; "" is the whole body
	Shape *Shape // describes the object, or an element of the list; nil: open
}

// Output is one field of an envelope and where its value comes from.
type Output struct {
	Field   string
	From    Source
	Type    Type
	Items   Type     // of a list's elements; "" is any
	Paths   []string // of SourceBody and SourceCount: the first that is there; "" is the whole body
	Name    string   // of a header or an echoed parameter
	Value   string   // of a constant, as JSON
	JQ      string   // of SourceJQ
	Default string   // JSON, when nothing is there; "" is null for scalars and a failure for objects and lists
	Falsy   bool     // null, false, 0 and emptiness count as not there
	Unwrap  string   // each element's own member of that name, where it has one
	Pluck   string   // that member of each element
	Find    *Find    // the first element that fits, instead of the list
	Project *Shape   // only the named members, renamed
	Shape   *Shape   // describes what is passed through as it is
	Map     []Translation
	Convert bool        // 12 for "12" where a number is wanted, "12" for 12, true for "true"
	When    []Condition // otherwise the field holds its default
}

// Source is where an [Output] comes from.
type Source string

// The sources.
const (
	SourceBody     Source = "body"   // JSON at a path
	SourceCount    Source = "count"  // the number of elements of the list at a path, or of the envelope's list
	SourceHeader   Source = "header" // of the answer
	SourceStatus   Source = "status" // of the answer
	SourceEcho     Source = "echo"   // a parameter
	SourceConstant Source = "constant"
	SourceText     Source = "text"   // the body as text; null when it is empty
	SourceBase64   Source = "base64" // the body's bytes
	SourceCSV      Source = "csv"    // the body's rows, as objects by the names in the first
	SourceJQ       Source = "jq"
)

// Find picks one element of a list.
type Find struct {
	Path string // in the element; "" is the element itself
	Is   string // a text, with holes; without Path and Is the first element fits
}

// Shape is the type of a JSON object.
type Shape struct {
	Name        string
	Description string
	Fields      []ShapeField
}

// ShapeField is one member of a [Shape].
type ShapeField struct {
	Name     string
	Path     string // of its source in a projection; "" is Name
	Type     Type
	Items    Type   // of a list's elements
	Shape    *Shape // of the object, of a list's elements or of a map's values
	Map      bool   // an object with free keys, whose values are Items or Shape
	Nullable bool   // null is no surprise
	Optional bool   // absence is none
	Enum     []string
	Default  string // JSON, in a projection, when it is not there
	Rest     bool   // in a projection: the members that no other field takes; null when there are none
	Convert  bool
	Pluck    string // in a projection: that member of each element of the list
	Template string // in a projection: a text made of the value, {value}
	Values   []Translation

	Description string
}

// Paging says how the pages of a list follow each other.
type Paging struct {
	Mode      PagingMode
	Param     string // name on the wire of the page number, the offset or the cursor
	In        Place  // query, body or header
	First     int64  // page number or offset of the first page
	Size      string // name on the wire of the page size, in the same place; "" sends none
	SizeValue int    // items asked for in a page
	SizeParam string // parameter of the action that replaces SizeValue when it is given
	Next      string // path of the next page's number, of the next cursor or of the next URL
	NextQuery string // the cursor is this query parameter of the URL at Next
	Header    string // the header with the next cursor, instead of Next
	Current   string // path of the page's own number; "" where the API does not tell
	More      string // path of a flag: false ends the list
	Pages     string // path of the number of pages
	Total     string // path of the number of items
	Until     string // without any of these: "short" or "empty", the page that ends the list
	Limit     string // parameter of the action that bounds the items
	MaxPages  string // parameter of the action that bounds the pages
	Together  int    // pages that may be asked for at once where Pages or Total tells how many there are; below 2 one after the other
}

// PagingMode is how one page leads to the next.
type PagingMode string

// The modes.
const (
	PagingPage   PagingMode = "page"   // page numbers
	PagingOffset PagingMode = "offset" // a number of items to skip
	PagingCursor PagingMode = "cursor" // a text from the answer before
	PagingURL    PagingMode = "url"    // the whole address of the next page, in the body
	PagingLink   PagingMode = "link"   // the same in a Link header (RFC 8288), rel="next"
)

// Signer signs a request before it is sent: it may set headers and the query.
// body is what will be sent; field looks a credential field up. It runs once for
// each attempt.
type Signer func(ctx context.Context, req *http.Request, body []byte, field func(key string) string) error

// JQ runs jq programs. Package runtime/jq has the one that generated
// connectors use.
type JQ interface {
	// Run gives input (JSON) to a program and returns its first result as JSON,
	// null when there is none. The variables are JSON too, by name without $.
	Run(ctx context.Context, program string, input []byte, variables map[string][]byte) ([]byte, error)
}

// Package table holds what generated code declares, as data: the types of the
// runtime's table.go, field for field, without what only runs. The model fills
// them in, emit prints them as Go literals, and tools read them back into the
// runtime as JSON. The generator does not import the runtime; a test in
// cmd/connectorgen holds the two together.
//
// What each field means is said in runtime/table.go, once.
package table

import "time"

// Code is an expression of Go: a hand-written function, or the engine that runs
// jq programs. It is printed as it stands.
type Code string

// MarshalJSON is null: code cannot be data.
func (Code) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

type API struct {
	Name     string
	Title    string
	Version  string
	Overview string

	Categories []string
	Limits     []string
	Docs       string

	BaseURL string
	Hosts   []Host
	Headers []Header
	Query   []Field
	Auth    []*AuthScheme
	Budgets []Budget
	Errors  Errors
	Texts   Texts
	JQ      Code
}

type Host struct{ Name, URL string }

type Header struct{ Name, Value string }

type Texts struct {
	Status  string
	Timeout string
	Failed  string
	JSON    string
}

type AuthScheme struct {
	Name        string
	Type        string
	AnyType     bool
	Title       string
	Description string
	Steps       []string
	Fields      []CredentialField
	Send        []AuthPart
	Token       *TokenRequest
	Sign        Code
	Probe       *Operation
}

type CredentialField struct {
	Key         string
	Env         string
	Title       string
	Description string
	Missing     string
	Optional    bool
	Public      bool
	Default     string
	Pattern     string
	Values      []Translation
}

type Translation struct{ From, To string }

type AuthPart struct {
	Header string
	Query  string
	Body   string
	Value  string
	Basic  bool
}

type TokenRequest struct {
	Method  string
	URL     string
	Basic   string
	Headers []Header
	Fields  []Header
	JSON    bool
	Path    string
	Expires string
	Life    time.Duration
	Field   string
}

type Budget struct {
	Calls     int
	Per       time.Duration
	Limit     string
	Remaining string
	Reset     string
	Shared    bool
}

type Errors struct {
	Failures []FailureRule
	Messages []ErrorRule
}

type FailureRule struct {
	Path    string
	Is      []string
	Unless  []string
	Missing bool
	Prefix  string
	JQ      string
}

type ErrorRule struct {
	Path string
	Text []string
	JQ   string
}

type Operation struct {
	Name       string
	Method     string
	Path       string
	Host       string
	Params     []Param
	Rules      []Rule
	Auth       *AuthScheme
	OtherAuth  []*AuthScheme
	Query      []Field
	Headers    []Field
	Body       *Body
	Success    []int
	Absent     []int
	Repeatable bool
	Timeout    time.Duration
	Steps      []Step
	Verify     *Verify
	Until      *Until
	Paging     *Paging
	Result     Result
	Outputs    []Output
	Errors     *Errors
	Texts      *Texts
}

type Step struct {
	Op     *Operation
	When   []Condition
	Take   []Capture
	Ignore bool
}

type Capture struct {
	Name    string
	Paths   []string
	Header  string
	JQ      string
	Default string
	Missing string
}

type Verify struct {
	Action string
	With   []VerifyArgument
}

type VerifyArgument struct {
	Name string
	Path string
}

type Until struct {
	Path   string
	Done   []string
	Failed []string
	Every  time.Duration
	For    time.Duration
}

type Param struct {
	Name        string
	Type        Type
	Items       Type
	Required    bool
	In          Place
	Wire        string
	Default     string
	APIDefault  string
	Parse       Parse
	Change      *Change
	Check       *Check
	Omit        Omit
	When        []Condition
	Map         []Translation
	Template    *Template
	JQ          string
	SendAs      Type
	Encode      *Encoding
	Description string
}

type Type string

const (
	TypeString  Type = "string"
	TypeInteger Type = "integer"
	TypeNumber  Type = "number"
	TypeBoolean Type = "boolean"
	TypeArray   Type = "array"
	TypeObject  Type = "object"
	TypeAny     Type = "any"
)

type Place string

const (
	InPath   Place = "path"
	InQuery  Place = "query"
	InHeader Place = "header"
	InBody   Place = "body"
	InNone   Place = "none"
)

type Parse string

const (
	ParseJSON Parse = "json"
	ParseCSV  Parse = "csv"
)

type Effect string

const (
	EffectRead   Effect = "read"
	EffectAdd    Effect = "add"
	EffectChange Effect = "change"
	EffectRemove Effect = "remove"
)

type Omit string

const (
	OmitEmpty      Omit = "empty"
	OmitFalsy      Omit = "falsy"
	OmitUnlessTrue Omit = "unless_true"
	OmitDefault    Omit = "default"
	OmitNever      Omit = "never"
)

type Change struct {
	Trim        bool
	StripPrefix string
	StripSuffix string
	Case        string
	Truncate    int
	Clamp       bool
}

type Check struct {
	Enum                 []string
	Pattern              string
	Min, Max             Bound
	MinLength, MaxLength int
	Text                 string
}

type Bound struct {
	Set   bool
	Value float64
}

type Rule struct {
	Kind   RuleKind
	Params []string
	Unless []string
	Text   string
}

type RuleKind string

const (
	RuleExactlyOne     RuleKind = "exactly_one"
	RuleAtLeastOne     RuleKind = "at_least_one"
	RuleExclusive      RuleKind = "exclusive"
	RuleRequires       RuleKind = "requires"
	RuleRequiredUnless RuleKind = "required_unless"
)

type Condition struct {
	Param  string
	Is     []string
	Given  bool
	Absent bool
}

type Field struct {
	Name   string
	Value  Template
	Encode *Encoding
}

type TemplateKind string

const (
	TemplateJSON   TemplateKind = "json"
	TemplateText   TemplateKind = "text"
	TemplateValue  TemplateKind = "value"
	TemplateObject TemplateKind = "object"
	TemplateList   TemplateKind = "list"
)

type Template struct {
	Kind       TemplateKind
	JSON       string
	Text       string
	Name       string
	Members    []Member
	Elements   []Template
	Parameters bool
	Optional   bool
	When       []Condition
}

type Member struct {
	Name  string
	Value Template
}

type Encoding struct {
	As        EncodingKind
	Key       string
	Value     string
	Each      *Template
	FileName  string
	MediaType string
}

type EncodingKind string

const (
	EncodeCSV        EncodingKind = "csv"
	EncodeSemicolons EncodingKind = "semicolons"
	EncodeSpaces     EncodingKind = "spaces"
	EncodePipes      EncodingKind = "pipes"
	EncodeRepeat     EncodingKind = "repeat"
	EncodeBrackets   EncodingKind = "brackets"
	EncodeIndices    EncodingKind = "indices"
	EncodeDeepObject EncodingKind = "deep_object"
	EncodeJSON       EncodingKind = "json"
	EncodePythonJSON EncodingKind = "python_json"
	EncodePairs      EncodingKind = "pairs"
	EncodeEach       EncodingKind = "each"
	EncodeWrap       EncodingKind = "wrap"
	EncodeMerge      EncodingKind = "merge"
	EncodeBase64     EncodingKind = "base64"
	EncodeMD5        EncodingKind = "md5"
	EncodeSegments   EncodingKind = "segments"
	EncodeFile       EncodingKind = "file"
)

type Body struct {
	Format    BodyFormat
	MediaType string
	Root      Template
	Nested    EncodingKind
}

type BodyFormat string

const (
	BodyJSON      BodyFormat = "json"
	BodyForm      BodyFormat = "form"
	BodyMultipart BodyFormat = "multipart"
	BodyRaw       BodyFormat = "raw"
)

type ResultKind string

const (
	ResultNone   ResultKind = "none"
	ResultObject ResultKind = "object"
	ResultList   ResultKind = "list"
	ResultFields ResultKind = "fields"
)

type Result struct {
	Kind  ResultKind
	Field string
	Path  string
	Shape *Shape
}

type Output struct {
	Field   string
	From    Source
	Type    Type
	Items   Type
	Paths   []string
	Name    string
	Value   string
	JQ      string
	Default string
	Falsy   bool
	Unwrap  string
	Pluck   string
	Find    *Find
	Project *Shape
	Shape   *Shape
	Map     []Translation
	Convert bool
	When    []Condition
}

type Source string

const (
	SourceBody     Source = "body"
	SourceCount    Source = "count"
	SourceHeader   Source = "header"
	SourceStatus   Source = "status"
	SourceEcho     Source = "echo"
	SourceConstant Source = "constant"
	SourceText     Source = "text"
	SourceBase64   Source = "base64"
	SourceCSV      Source = "csv"
	SourceJQ       Source = "jq"
)

type Find struct {
	Path string
	Is   string
}

type Shape struct {
	Name        string
	Description string
	Fields      []ShapeField
}

type ShapeField struct {
	Name     string
	Path     string
	Type     Type
	Items    Type
	Shape    *Shape
	Map      bool
	Nullable bool
	Optional bool
	Enum     []string
	Default  string
	Rest     bool
	Convert  bool
	Pluck    string
	Template string
	Values   []Translation

	Description string
}

type Paging struct {
	Mode      PagingMode
	Param     string
	In        Place
	First     int64
	Size      string
	SizeValue int
	SizeParam string
	Next      string
	NextQuery string
	Header    string
	Current   string
	More      string
	Pages     string
	Total     string
	Until     string
	Limit     string
	MaxPages  string
	Together  int
}

type PagingMode string

const (
	PagingPage   PagingMode = "page"
	PagingOffset PagingMode = "offset"
	PagingCursor PagingMode = "cursor"
	PagingURL    PagingMode = "url"
	PagingLink   PagingMode = "link"
)

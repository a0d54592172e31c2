// Package manifest reads connector manifests: YAML to a typed Manifest in which
// every part knows its place, and every fault of it in one run.
//
// load.go reads the YAML, structure.go holds its shape against the language
// (language.go, schema.json), decode.go fills the types of this file, check.go
// and the check_*.go files look at what the parts say about each other.
package manifest

import "gopkg.in/yaml.v3"

// Manifest is one connector as its author declared it. The tags are the keys of
// the language; lists keep the order of the file.
type Manifest struct {
	types map[string]*Type // see TypeNamed

	File       string
	Name       Text                         `key:"name"`
	Title      Text                         `key:"title"`
	Version    Text                         `key:"version"`
	Author     Text                         `key:"author"`
	Logo       Text                         `key:"logo"`
	AppURL     Text                         `key:"app_url"`
	Docs       Text                         `key:"docs"`
	Overview   Text                         `key:"overview"`
	Categories []Text                       `key:"categories"`
	Limits     []Text                       `key:"limits"`
	BaseURL    Text                         `key:"base_url"`
	Hosts      []Named[Text]                `key:"hosts"`
	Headers    []Named[Text]                `key:"headers"`
	Query      []Named[Value]               `key:"query"`
	Auth       []Named[*AuthScheme]         `key:"auth"`
	Errors     Errors                       `key:"errors"`
	Texts      Texts                        `key:"texts"`
	Defaults   Defaults                     `key:"defaults"`
	Budgets    []Budget                     `key:"budgets"`
	Paging     []Named[*Paging]             `key:"paging"`
	Bodies     []Named[*Body]               `key:"bodies"`
	Types      []Named[*Type]               `key:"types"`
	Groups     []Named[[]Named[*Parameter]] `key:"groups"`
	Actions    []Named[*Action]             `key:"actions"`
}

// Text is a scalar and its place. Absent ones have no place.
type Text struct {
	Value string
	Pos   Pos
	Style uint32 // of the YAML node: quoted scalars begin a column later
}

// Given reports whether the manifest holds the text.
func (t Text) Given() bool { return t.Pos.Line > 0 }

// Or is the text, or a default when it is not given.
func (t Text) Or(value string) string {
	if t.Given() {
		return t.Value
	}
	return value
}

// Int is a whole number and its place.
type Int struct {
	Value int
	Pos   Pos
}

// Given reports whether the manifest holds the number.
func (i Int) Given() bool { return i.Pos.Line > 0 }

// Number is a number and its place.
type Number struct {
	Value float64
	Pos   Pos
}

// Given reports whether the manifest holds the number.
func (n Number) Given() bool { return n.Pos.Line > 0 }

// Flag is a boolean and its place.
type Flag struct {
	Value bool
	Pos   Pos
}

// Given reports whether the manifest holds the flag.
func (f Flag) Given() bool { return f.Pos.Line > 0 }

// Value is any JSON value of a manifest, whose texts may have holes.
type Value struct{ Node *yaml.Node }

// Given reports whether the manifest holds the value.
func (v Value) Given() bool { return v.Node != nil }

// Pos is the value's place.
func (v Value) Pos() Pos {
	if v.Node == nil {
		return Pos{}
	}
	return posOf(v.Node)
}

// Named is an entry of a mapping whose keys are names.
type Named[T any] struct {
	Name  Text
	Value T
}

// Find returns the entry with that name.
func Find[T any](list []Named[T], name string) (value T, ok bool) {
	for _, n := range list {
		if n.Name.Value == name {
			return n.Value, true
		}
	}
	return value, false
}

// Names lists the names of entries.
func Names[T any](list []Named[T]) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.Name.Value
	}
	return out
}

// AuthScheme is a credential and where it is sent.
type AuthScheme struct {
	Type        Text                `key:"type"`
	Accepts     Text                `key:"accepts"`
	Title       Text                `key:"title"`
	Description Text                `key:"description"`
	Steps       []Text              `key:"steps"`
	Fields      []Named[*AuthField] `key:"fields"`
	Send        []AuthSend          `key:"send"`
	Token       *TokenRequest       `key:"token"`
	Sign        Text                `key:"sign"`
	Test        *AuthTest           `key:"test"`
}

// AuthField is one field of a credential.
type AuthField struct {
	Title       Text          `key:"title"`
	Description Text          `key:"description"`
	Env         Text          `key:"env"`
	Missing     Text          `key:"missing"`
	Format      Text          `key:"format"`
	AboutURL    Text          `key:"about_url"`
	Optional    Flag          `key:"optional"`
	Public      Flag          `key:"public"`
	Sensitive   Flag          `key:"sensitive"`
	Default     Text          `key:"default"`
	Pattern     Text          `key:"pattern"`
	Values      []Named[Text] `key:"values"`
}

// AuthSend is one place of a credential.
type AuthSend struct {
	Pos    Pos
	Header Text   `key:"header"`
	Query  Text   `key:"query"`
	Body   Text   `key:"body"`
	Value  Text   `key:"value"`
	Basic  *Basic `key:"basic"`
}

// Basic is HTTP Basic authentication.
type Basic struct {
	User     Text `key:"user"`
	Password Text `key:"password"`
}

// TokenRequest is how an access token is had.
type TokenRequest struct {
	Request Text          `key:"request"`
	Basic   *Basic        `key:"basic"`
	Headers []Named[Text] `key:"headers"`
	Form    []Named[Text] `key:"form"`
	JSON    []Named[Text] `key:"json"`
	Path    Text          `key:"path"`
	Expires Text          `key:"expires"`
	Life    Text          `key:"life"`
}

// AuthTest is a request that proves a credential.
type AuthTest struct {
	Request Text          `key:"request"`
	Host    Text          `key:"host"`
	Query   []Named[Text] `key:"query"`
	Success []Int         `key:"success"`
	Fields  []Text        `key:"fields"`
	Cost    Text          `key:"cost"`
}

// Errors says how failures are known and where their messages are.
type Errors struct {
	Pos      Pos
	Failure  Text      `key:"failure"`
	Failures []Failure `key:"failures"`
	Messages []Message `key:"messages"`
}

// Failure is one sign of failure.
type Failure struct {
	Pos     Pos
	Path    Text   `key:"path"`
	Is      []Text `key:"is"`
	Unless  []Text `key:"unless"`
	Missing Flag   `key:"missing"`
	Prefix  Text   `key:"prefix"`
	JQ      Text   `key:"jq"`
}

// Message is one place of an error message.
type Message struct {
	Path Text   `key:"path"`
	Text []Text `key:"text"`
	JQ   Text   `key:"jq"`
}

// Texts are the templates of error texts.
type Texts struct {
	Status  Text `key:"status"`
	Timeout Text `key:"timeout"`
	Failed  Text `key:"failed"`
	JSON    Text `key:"json"`
}

// Defaults are what every action has unless it says otherwise.
type Defaults struct {
	Auth    []Text  `key:"auth"`
	Host    Text    `key:"host"`
	Omit    Text    `key:"omit"`
	Success Success `key:"success"`
	Timeout Text    `key:"timeout"`
}

// Success is a set of statuses: numbers, or all from 200 to 299.
type Success struct {
	Any      Text
	Statuses []Int
}

// Budget is one rate.
type Budget struct {
	Pos       Pos
	Calls     Int  `key:"calls"`
	Per       Text `key:"per"`
	Limit     Text `key:"limit"`
	Remaining Text `key:"remaining"`
	Reset     Text `key:"reset"`
	Shared    Flag `key:"shared"`
}

// Paging is a way in which lists are paged.
type Paging struct {
	Mode          Text `key:"mode"`
	Page          Text `key:"page"`
	Offset        Text `key:"offset"`
	Cursor        Text `key:"cursor"`
	In            Text `key:"in"`
	First         Int  `key:"first"`
	Size          Text `key:"size"`
	Items         Int  `key:"items"`
	SizeParameter Text `key:"size_parameter"`
	Next          Text `key:"next"`
	NextQuery     Text `key:"next_query"`
	NextHeader    Text `key:"next_header"`
	Current       Text `key:"current"`
	More          Text `key:"more"`
	Pages         Text `key:"pages"`
	Total         Text `key:"total"`
	Until         Text `key:"until"`
	Limit         Text `key:"limit"`
	MaxPages      Text `key:"max_pages"`
	Together      Int  `key:"together"`
}

// Body is the body around the body parameters.
type Body struct {
	Pos        Pos
	MediaType  Text           `key:"media_type"`
	Format     Text           `key:"format"`
	Nested     Text           `key:"nested"`
	Constants  []Named[Value] `key:"constants"`
	Parameters Text           `key:"parameters"`
	Template   Value          `key:"template"`
	GraphQL    Text           `key:"graphql"`
}

// BodyUse is the name of a body, or a body written out.
type BodyUse struct {
	Name   Text
	Inline *Body
}

// Given reports whether there is either.
func (b BodyUse) Given() bool { return b.Name.Given() || b.Inline != nil }

// Type describes a JSON object.
type Type struct {
	Title       Text            `key:"title"`
	Description Text            `key:"description"`
	Fields      []Named[*Field] `key:"fields"`
}

// Field is one member of a type.
type Field struct {
	Type        Text          `key:"type"`
	From        Text          `key:"from"`
	Description Text          `key:"description"`
	Nullable    Flag          `key:"nullable"`
	Optional    Flag          `key:"optional"`
	Enum        []Text        `key:"enum"`
	Default     Value         `key:"default"`
	Rest        Flag          `key:"rest"`
	Pluck       Text          `key:"pluck"`
	Template    Text          `key:"template"`
	Convert     Flag          `key:"convert"`
	Values      []Named[Text] `key:"values"`
}

// Parameter is what callers pass.
type Parameter struct {
	Name        Text
	Description Text          `key:"description"`
	Type        Text          `key:"type"`
	Items       Text          `key:"items"`
	Required    Flag          `key:"required"`
	In          Text          `key:"in"`
	Wire        Text          `key:"wire"`
	Default     Value         `key:"default"`
	APIDefault  Value         `key:"api_default"`
	Parse       Text          `key:"parse"`
	Trim        Flag          `key:"trim"`
	StripPrefix Text          `key:"strip_prefix"`
	StripSuffix Text          `key:"strip_suffix"`
	Case        Text          `key:"case"`
	Truncate    Int           `key:"truncate"`
	Clamp       Flag          `key:"clamp"`
	Enum        []Text        `key:"enum"`
	Pattern     Text          `key:"pattern"`
	Minimum     Number        `key:"minimum"`
	Maximum     Number        `key:"maximum"`
	MinLength   Int           `key:"min_length"`
	MaxLength   Int           `key:"max_length"`
	Invalid     Text          `key:"invalid"`
	Omit        Text          `key:"omit"`
	When        []Condition   `key:"when"`
	Values      []Named[Text] `key:"values"`
	Template    Value         `key:"template"`
	JQ          Text          `key:"jq"`
	SendAs      Text          `key:"send_as"`
	Encode      *Encode       `key:"encode"`
	FileUse     *File         `key:"file"`
}

// Encode is a named encoding, or one with names.
type Encode struct {
	Pos   Pos
	As    Text
	Pairs *Pairs `key:"pairs"`
	Each  Value  `key:"each"`
}

// Pairs names the members of each pair.
type Pairs struct {
	Key   Text `key:"key"`
	Value Text `key:"value"`
}

// File says how a file is called.
type File struct {
	Pos       Pos
	Name      Text `key:"name"`
	MediaType Text `key:"media_type"`
}

// Condition holds for an input.
type Condition struct {
	Pos       Pos
	Given     Text   `key:"given"`
	Absent    Text   `key:"absent"`
	Parameter Text   `key:"parameter"`
	Is        []Text `key:"is"`
}

// ParameterRule is a rule between parameters.
type ParameterRule struct {
	Pos        Pos
	ExactlyOne []Text `key:"exactly_one"`
	AtLeastOne []Text `key:"at_least_one"`
	Exclusive  []Text `key:"exclusive"`
	Requires   []Text `key:"requires"`
	Required   []Text `key:"required"`
	Unless     []Text `key:"unless"`
	Text       Text   `key:"text"`
}

// GroupUse is a group that an action takes in, at its place.
type GroupUse struct {
	Name     Text
	All      bool
	Required []Text
}

// Entry is a parameter of an action, or the use of a group.
type Entry struct {
	Parameter *Parameter
	Group     *GroupUse
}

// Step is a request before the one of an action.
type Step struct {
	Pos        Pos
	Request    Text              `key:"request"`
	Host       Text              `key:"host"`
	Query      []Named[Value]    `key:"query"`
	Headers    []Named[Text]     `key:"headers"`
	Body       *Body             `key:"body"`
	Success    Success           `key:"success"`
	Repeatable Flag              `key:"repeatable"`
	When       []Condition       `key:"when"`
	Ignore     Flag              `key:"ignore"`
	Take       []Named[*Capture] `key:"take"`
}

// Capture is a value that is kept of an answer.
type Capture struct {
	Path    []Text `key:"path"`
	Header  Text   `key:"header"`
	JQ      Text   `key:"jq"`
	Default Value  `key:"default"`
	Missing Text   `key:"missing"`
}

// Verify says which reading action tells whether a write was carried out.
type Verify struct {
	Pos    Pos
	Action Text          `key:"action"`
	With   []Named[Text] `key:"with"`
}

// Until says when an answer is the last one.
type Until struct {
	Pos    Pos
	Path   Text   `key:"path"`
	Is     []Text `key:"is"`
	Failed []Text `key:"failed"`
	Every  Text   `key:"every"`
	For    Text   `key:"for"`
}

// Action is one thing that the API does.
type Action struct {
	Name        Text
	Title       Text            `key:"title"`
	Description Text            `key:"description"`
	Effect      Text            `key:"effect"`
	Request     Text            `key:"request"`
	Host        Text            `key:"host"`
	Auth        []Text          `key:"auth"`
	Entries     []Entry         `key:"parameters"`
	Rules       []ParameterRule `key:"rules"`
	Query       []Named[Value]  `key:"query"`
	Headers     []Named[Text]   `key:"headers"`
	Body        BodyUse         `key:"body"`
	Success     Success         `key:"success"`
	Absent      []Int           `key:"absent"`
	Repeatable  Flag            `key:"repeatable"`
	Timeout     Text            `key:"timeout"`
	Steps       []Step          `key:"steps"`
	Until       *Until          `key:"until"`
	Verify      *Verify         `key:"verify"`
	Paging      Text            `key:"paging"`
	Returns     Returns         `key:"returns"`
	Errors      *Errors         `key:"errors"`
	Texts       *Texts          `key:"texts"`
	Hook        Text            `key:"hook"`
	Cases       []Case          `key:"cases"`
	Docs        Text            `key:"docs"`
	// Params are the parameters with the groups taken in, set by the check.
	Params []*Parameter
}

// Returns are the fields of an envelope, or none.
type Returns struct {
	None   bool
	Fields []Named[*Output]
}

// Output is one field of an envelope.
type Output struct {
	Pos         Pos
	Object      []Text        `key:"object"`
	List        []Text        `key:"list"`
	String      []Text        `key:"string"`
	Integer     []Text        `key:"integer"`
	Number      []Text        `key:"number"`
	Boolean     []Text        `key:"boolean"`
	Any         []Text        `key:"any"`
	Count       Text          `key:"count"`
	Header      Text          `key:"header"`
	Status      Flag          `key:"status"`
	Echo        Text          `key:"echo"`
	Constant    Value         `key:"constant"`
	Body        Text          `key:"body"`
	JQ          Text          `key:"jq"`
	Type        Text          `key:"type"`
	Items       Text          `key:"items"`
	Default     Value         `key:"default"`
	Falsy       Text          `key:"falsy"`
	Unwrap      Text          `key:"unwrap"`
	Pluck       Text          `key:"pluck"`
	Find        *Pick         `key:"find"`
	Project     Text          `key:"project"`
	Of          Text          `key:"of"`
	Values      []Named[Text] `key:"values"`
	Convert     Flag          `key:"convert"`
	When        []Condition   `key:"when"`
	Description Text          `key:"description"`
}

// Pick takes one element of a list.
type Pick struct {
	Path Text `key:"path"`
	Is   Text `key:"is"`
}

// Case is an example of an action.
type Case struct {
	Pos         Pos
	Name        Text       `key:"name"`
	Input       Value      `key:"input"`
	Credentials Value      `key:"credentials"`
	AuthType    Text       `key:"auth_type"`
	Attempts    Int        `key:"attempts"`
	Exchanges   []Exchange `key:"exchanges"`
	Envelope    Value      `key:"envelope"`
}

// Exchange is a request that is expected and its answer.
type Exchange struct {
	Pos     Pos
	Request Text          `key:"request"`
	Host    Text          `key:"host"`
	Headers []Named[Text] `key:"headers"`
	Without []Text        `key:"without"`
	Body    Value         `key:"body"`
	Form    []Named[Text] `key:"form"`
	Parts   []Part        `key:"parts"`
	Text    Text          `key:"text"`
	Answer  Answer        `key:"answer"`
}

// Part is a part of a multipart body.
type Part struct {
	Name      Text `key:"name"`
	File      Text `key:"file"`
	MediaType Text `key:"media_type"`
	Text      Text `key:"text"`
}

// Answer is what comes back in a case.
type Answer struct {
	Status  Int           `key:"status"`
	Headers []Named[Text] `key:"headers"`
	Body    Value         `key:"body"`
	Text    Text          `key:"text"`
	Fault   Text          `key:"fault"`
}

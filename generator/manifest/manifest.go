// Package manifest reads connector manifests: YAML to a typed Manifest in which
// every part knows its place, and every fault of it in one run.
//
// load.go reads the YAML, structure.go holds its shape against the language
// (language.go, schema.json), decode.go makes the types of this file out of it,
// check.go looks at what the parts say about each other.
package manifest

// Manifest is one connector as its author declared it. Lists keep the order of
// the file.
type Manifest struct {
	File       string
	Name       Text
	Title      Text
	Version    Text
	Author     Text
	Logo       Text
	AppURL     Text
	Docs       Text
	Overview   Text
	Categories []Text
	Limits     []Text
	BaseURL    Text
	Headers    []Named[Text]
	Auth       []Named[*AuthScheme]
	Errors     Errors
	Texts      Texts
	Budgets    []Budget
	Paging     []Named[*Paging]
	Bodies     []Named[*Body]
	Groups     []Named[[]Named[*Parameter]]
	Actions    []Named[*Action]
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
	Type, Title, Description Text
	Steps                    []Text
	Fields                   []Named[*AuthField]
	Header, Value            Text
	TestRequest              Text
	TestSuccess              []Int
}

// AuthField is one secret.
type AuthField struct{ Title, Description, Env, Missing, Format, AboutURL Text }

// Int is a whole number and its place.
type Int struct {
	Value int
	Pos   Pos
}

// Given reports whether the manifest holds the number.
func (i Int) Given() bool { return i.Pos.Line > 0 }

// Errors says how failures are known and where their messages are.
type Errors struct {
	Failure  Text
	Messages []Message
}

// Message is one place of an error message.
type Message struct {
	Path Text
	Text []Text
}

// Texts are the templates of error texts.
type Texts struct{ Status, Timeout, Failed Text }

// Budget is one rate.
type Budget struct {
	Pos                          Pos
	Calls                        Int
	Per, Limit, Remaining, Reset Text
}

// Paging is a way in which lists are paged.
type Paging struct {
	Mode, Page, Size, Next, Current Text
	First, Items                    Int
}

// Body is a JSON frame around parameters.
type Body struct {
	MediaType  Text
	Constants  []Named[Text]
	Parameters Text
}

// Parameter is what callers pass.
type Parameter struct {
	Name                              Text
	Description, Type, In, Wire, Omit Text
	Required                          bool
	RequiredPos                       Pos
	PairsKey, PairsValue              Text
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

// Action is one thing that the API does.
type Action struct {
	Description, Request, Auth, Body, Paging, Docs Text
	Entries                                        []Entry
	Success                                        []Int
	Repeatable                                     bool
	RepeatablePos                                  Pos
	ReturnsNone                                    bool
	Field, Kind, Path                              Text // of the result: envelope field, object or list, path in the body
	// Params are the parameters with the groups taken in, set by the check.
	Params []*Parameter
}

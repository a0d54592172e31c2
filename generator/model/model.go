// Package model is the Go-shaped truth about a connector: every name, type,
// sentence and default is decided here, once, and printed any number of times
// by emit and export. What goes over the wire is decided as a table
// (generator/table); this package adds the identifiers.
//
// build.go tells the story; names.go makes the names, body.go, template.go,
// result.go and auth.go the table's parts, types.go and schema.go the types and
// schemas.
package model

import "modulex.dev/connector/generator/table"

// Connector is one generated package.
type Connector struct {
	Source  string // name of the manifest file
	Package string
	Author  string
	Logo    string
	AppURL  string
	Docs    string

	Categories []string
	Limits     []string

	API     *table.API
	Auth    []*AuthScheme
	Paging  []*Paging
	Bodies  []*Body // those that several actions may use
	Types   []*Type
	Actions []*Action
}

// AuthScheme is a credential, with its identifiers and what only exports tell.
type AuthScheme struct {
	*table.AuthScheme
	Var, Func string // its variable; its constructor
	Fields    []AuthField
	Test      *AuthTest
}

// AuthField is one field of a credential.
type AuthField struct {
	*table.CredentialField
	Arg, Format, AboutURL string
	Sensitive             bool
}

// AuthTest is a request that proves a credential.
type AuthTest struct {
	Method, URL string
	Query       []table.Header
	Success     []int
	Fields      []string
	Cost        string
}

// Paging is a way in which lists are paged.
type Paging struct {
	*table.Paging
	Name, Var string
}

// Body is a body that actions share, or that one has for itself.
type Body struct {
	*table.Body
	Var string
}

// Type is a type of the manifest: a struct and the shape that fills it.
type Type struct {
	*table.Shape
	Go, Var     string // the struct; the variable of the shape
	Title       string // in schemas
	Description string
	Fields      []TypeField
}

// TypeField is a field of a struct.
type TypeField struct {
	Go          string
	Type        GoType
	Description string
}

// GoType is a Go type: *string, []Event, map[string]runtime.Object.
type GoType struct {
	Prefix  string // *, [], map[string]
	Runtime bool   // Name is of the runtime's package
	JSON    bool   // Name is of encoding/json
	Name    string
	Of      string // its type argument: runtime.Typed[Of]
}

// Kind is what an action's typed handler returns.
type Kind string

// The kinds.
const (
	KindNone   Kind = "none"
	KindObject Kind = "object"
	KindList   Kind = "list"
	KindFields Kind = "fields" // a struct of several fields
)

// Action is one action with all its identifiers.
type Action struct {
	Name, Title, Description, Docs string
	Effect                         table.Effect

	// Identifiers of the generated package, and the file they are in.
	Method, Seq, Input, Output                string
	OpVar, ParamsVar, InputConst, OutputConst string
	File                                      string

	Op     *table.Operation
	Params []*Param
	Body   *Body // when it is this action's own
	Hook   string

	Kind  Kind
	Typed string      // Go type of the object, or of the list's elements; "" is open
	Out   []TypeField // of KindFields

	InputSchema, OutputSchema Object
	Sample                    Sample
}

// Sample is a call that succeeds, both sides as JSON: the first such case of the
// action, empty where it has none.
type Sample struct{ Input, Envelope string }

// Param is one parameter and the field it becomes.
type Param struct {
	*table.Param
	Field string
}

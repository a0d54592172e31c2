// Package importer turns what others have written about an API into a manifest:
// an OpenAPI document, or the host's catalogue.
//
// [OpenAPI] tells the story: read the document, look at each operation, write
// the manifest, hold it against the language. What the language cannot say is
// left out and reported with its place; what the document does not say but the
// manifest must is guessed and marked with a comment. [Merge] brings a second
// import into a manifest that has been edited by hand.
package importer

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/datamodel/high/v3"
	"gopkg.in/yaml.v3"
)

// Options are the wishes of an author.
type Options struct {
	// Only are operationIds, tags and patterns of paths; an operation that one of
	// them names is imported. None: all.
	Only []string
	// Name is the connector's. Default: from the document's title.
	Name string
	// BaseURL replaces the address of the document's servers.
	BaseURL string
	// NoTypes leaves out the types of answers.
	NoTypes bool
	// Path is where the document is, so that it can refer to files beside it.
	Path string
}

// Result is a manifest and what there is to say about it.
type Result struct {
	Manifest []byte
	Report   *Report
	tree     *yaml.Node
	actions  []*action
}

// OpenAPI makes a manifest of an OpenAPI document. file is its name in messages.
func OpenAPI(file string, src []byte, o Options) (*Result, error) {
	s, err := read(file, o.Path, src)
	if err != nil {
		return nil, err
	}
	d := &draft{
		source: s, options: o, report: &Report{Source: filepath.Base(file)}, schemas: schemas{known: make(map[*schemaNode]*schema)},
		names: scope{"runtime": true}, hostNames: make(scope),
	}
	d.report.Notes = s.notes
	d.types = newTypes(d)
	d.servers()
	d.security()
	for _, name := range d.order {
		d.types.names.take(identifier(name, "credential")) // Go has a function of that name
	}
	operations := d.operations()
	if len(operations) == 0 {
		return nil, fmt.Errorf("%s: no operation is called %s", file, strings.Join(o.Only, ", "))
	}
	d.report.Operations = len(operations)
	for _, op := range operations {
		if a, err := d.action(op); err != nil {
			d.lose(op, err)
		} else {
			d.actions = append(d.actions, a)
		}
	}
	if len(d.actions) == 0 {
		return nil, fmt.Errorf("%s: none of the %d operations can be said in a manifest: %s", file, len(operations), d.report.Of(Lost)[0])
	}
	if err := d.settle(); err != nil {
		return nil, err
	}
	d.report.Imported = len(d.actions)
	tree := d.manifest()
	return &Result{Manifest: printed(tree), Report: d.report, tree: tree, actions: d.actions}, nil
}

// draft is a manifest in the making.
type draft struct {
	*source
	schemas
	options Options
	report  *Report
	names   scope // of actions

	name      string
	title     string
	baseURL   string
	baseNote  string // the guess behind it
	hosts     []host
	hostNames scope
	variables []authField        // what varies in addresses
	fixed     bool               // a variable is its default
	declared  map[string]*scheme // of the document, by its own names
	order     []string           // of the declared
	combined  map[string]*scheme // of the manifest, by what they are made of
	schemes   []*scheme

	schemeNames scope
	guessedAuth bool

	fallback []string // the schemes of actions that name none
	paging   []*paging
	types    *types
	actions  []*action
	failures failures
	accept   string // what most actions ask for
}

// operation is one that the document describes.
type operation struct {
	id     string // GET /events/{id}
	method string
	path   string
	item   *v3.PathItem
	*v3.Operation
}

// operations lists those that are asked for, in the order of the document.
func (d *draft) operations() (out []operation) {
	for name, item := range d.doc.Paths.PathItems.FromOldest() {
		if item == nil {
			continue
		}
		for method, op := range item.GetOperations().FromOldest() {
			o := operation{method: strings.ToUpper(method), path: name, item: item, Operation: op}
			o.id = o.method + " " + visible(name)
			if op != nil && o.wanted(d.options.Only) {
				out = append(out, o)
			}
		}
	}
	return out
}

// wanted reports whether an operation is asked for, by its id, a tag or a
// pattern of its path.
func (o operation) wanted(only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(only string) bool {
		return only == o.OperationId || slices.Contains(o.Tags, only) || matches(only, o.path)
	})
}

// matches reports whether a pattern is that of a path: * stands for a segment,
// ** for any number of them.
func matches(pattern, name string) bool {
	if !strings.HasPrefix(pattern, "/") {
		return false
	}
	return matchSegments(strings.Split(pattern[1:], "/"), strings.Split(strings.TrimPrefix(name, "/"), "/"))
}

func matchSegments(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		return matchSegments(pattern[1:], name) || len(name) > 0 && matchSegments(pattern, name[1:])
	case len(name) == 0:
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return (ok || err != nil && pattern[0] == name[0]) && matchSegments(pattern[1:], name[1:])
}

// where is the place of an operation.
func (d *draft) where(o operation) string {
	low := o.GoLow()
	if low == nil {
		return d.place(nil, nil)
	}
	return d.place(cmp.Or(low.KeyNode, low.RootNode), low.GetIndex())
}

// lose reports an operation that is not in the manifest.
func (d *draft) lose(o operation, err error) {
	n := Note{Kind: Lost, Place: d.where(o), Operation: o.id, Message: err.Error()}
	if at, ok := errors.AsType[*obstacle](err); ok {
		n.Subject = at.subject
		if at.place != "" {
			n.Place = at.place
		}
		n.Message = at.message
	}
	d.report.add(n)
}

// obstacle is what the language cannot say.
type obstacle struct{ place, subject, message string }

func (o *obstacle) Error() string { return o.subject + ": " + o.message }

func printed(tree *yaml.Node) []byte {
	p := newPrinter()
	p.document(tree)
	return p.out.Bytes()
}

// document prints a manifest.
func (p *printer) document(tree *yaml.Node) {
	p.comment(tree.HeadComment, "")
	if tree.HeadComment != "" {
		p.write("\n")
	}
	p.mapping(tree, 0)
}

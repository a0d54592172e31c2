// Package docs makes the pages of a connector: a site of files that needs no
// server and no network, from nothing but its table. The command of every
// connector writes and serves it (runtime/cli/docs.go), and connectorgen does for
// a manifest.
//
// page.go says what is on which page and action.go what on an action's; shape.go
// has the trees of inputs and results, snippets.go the code to copy, recipe.go what
// request.js needs to keep that code true while values are typed; serve.go is the
// server with the panel that runs actions.
//
// Words of a manifest are text on these pages and nothing else: html/template puts
// them in, data is JSON that holds no markup, and the policy of every page allows
// no script and no style but the files of the site.
package docs

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"

	"modulex.dev/connector/runtime"
)

// Options are what a table does not tell.
type Options struct {
	// Package is the import path of the generated package, for the Go snippets.
	Package string
	// Example is an input object of an action to begin with, or nil; then one is
	// made of what the required parameters are.
	Example func(action string) []byte
	// Try is set by a server that runs actions: the panel asks there.
	Try bool
}

// File is one file of a site, its name with slashes.
type File struct {
	Name    string
	Content []byte
}

//go:embed static templates
var embedded embed.FS

// Files are the files of the site of a connector, always the same for the same
// table, pages first.
func Files(t *runtime.Table, o Options) ([]File, error) {
	templates, err := parsed()
	if err != nil {
		return nil, err
	}
	var files []File
	s := newSite(t, o)
	for _, p := range s.pages() {
		var b bytes.Buffer
		if err := templates[p.Kind].Execute(&b, p); err != nil {
			return nil, fmt.Errorf("%s: %w", p.File, err)
		}
		files = append(files, File{p.File, b.Bytes()})
	}
	files = append(files, File{"search.js", s.searchIndex()})
	static, err := fs.ReadDir(embedded, "static")
	if err != nil {
		return nil, err
	}
	for _, f := range static {
		content, err := embedded.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, err
		}
		files = append(files, File{f.Name(), content})
	}
	return files, nil
}

// kinds are the kinds of pages; each has a template that fills in the layout.
var kinds = []string{"overview", "authentication", "action", "notfound"}

func parsed() (map[string]*template.Template, error) {
	layout, err := template.New("layout.html").Funcs(template.FuncMap{"link": link}).ParseFS(embedded, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	out := make(map[string]*template.Template)
	for _, kind := range kinds {
		own, err := layout.Clone()
		if err == nil {
			own, err = own.ParseFS(embedded, "templates/"+kind+".html")
		}
		if err != nil {
			return nil, err
		}
		out[kind] = own
	}
	return out, nil
}

// contentType is the media type of a file of the site.
func contentType(name string) string {
	types := map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	return types[path.Ext(name)]
}

// index returns the file with that name.
func index(files []File, name string) (File, bool) {
	i := slices.IndexFunc(files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return files[i], true
}

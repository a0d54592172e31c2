// Reading a document: OpenAPI 3.0 and 3.1, as JSON or YAML, with the files that
// it refers to beside it. Nothing is ever fetched.
//
// The parser is libopenapi: it knows the place of everything, reads 3.1, and
// goes on where a part of a document is wrong. kin-openapi refuses a document as
// a whole for one value of the wrong type, of which large documents have some.

package importer

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	oas "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel"
	high "github.com/pb33f/libopenapi/datamodel/high/v3"
	low "github.com/pb33f/libopenapi/datamodel/low/v3"
	"github.com/pb33f/libopenapi/index"
)

// source is a document that has been read.
type source struct {
	file string // its name in messages
	path string // where it is, "" when it is nowhere
	doc  *high.Document

	notes []Note // what was wrong before anything was looked at
}

// read parses a document. path is where it is on disk, or "": then it cannot
// refer to other files.
func read(file, path string, src []byte) (s *source, err error) {
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, fmt.Errorf("%s: the document cannot be read: %s", file, line(fmt.Sprint(p)))
		}
	}()
	config := datamodel.NewDocumentConfiguration()
	config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	config.SkipCircularReferenceCheck = true
	config.SkipMetadataCollection = true
	config.SkipJSONConversion = true
	config.ExcludeExtensionRefs = true
	files := beside(path, src)
	if len(files) > 0 {
		config.BasePath, config.SpecFilePath, config.FileFilter = filepath.Dir(path), filepath.Base(path), files
		config.AllowFileReferences = true
	}
	info, err := datamodel.ExtractSpecInfoWithConfig(src, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, readable(err, src))
	}
	if !slices.Contains([]string{datamodel.OAS3, datamodel.OAS31, datamodel.OAS32}, info.SpecFormat) {
		return nil, fmt.Errorf("%s: this is %s %s, and OpenAPI 3.0 or 3.1 is read; convert it first", file, line(info.SpecType), line(info.Version))
	}
	notes := mend(file, path, files, info.RootNode)
	// What is wrong in a part of the document is told when that part is read.
	built, err := low.CreateDocumentFromConfig(info, config)
	if built == nil {
		return nil, fmt.Errorf("%s: %w", file, readable(err, src))
	}
	s = &source{file: file, path: path, doc: high.NewDocument(built), notes: notes}
	if s.doc.Paths == nil || s.doc.Paths.PathItems.Len() == 0 {
		return nil, fmt.Errorf("%s: the document has no paths", file)
	}
	return s, nil
}

// readable is an error of the parser, on one line.
func readable(err error, src []byte) error {
	if strings.Contains(err.Error(), "spec type not supported") {
		if swagger.Match(src[:min(len(src), 4096)]) {
			return errors.New("this is Swagger 2.0, and OpenAPI 3.0 or 3.1 is read; convert it first")
		}
		return errors.New("this is no OpenAPI document: it has no openapi: 3.… at its top")
	}
	return errors.New(line(err.Error()))
}

var swagger = regexp.MustCompile(`"?swagger"?\s*:\s*['"]?2`)

var fileReference = regexp.MustCompile(`\$ref['"]?\s*:\s*['"]?([^'"#\s{}\[\]]+)`)

// beside lists the files that a document refers to, and those that they refer
// to, as long as they are in its directory or below.
func beside(path string, src []byte) (files []string) {
	if path == "" {
		return nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	root, err := os.OpenRoot(filepath.Dir(abs))
	if err != nil {
		return nil
	}
	defer root.Close()
	seen := map[string]bool{filepath.Base(abs): true}
	queue := []string{filepath.Base(abs)}
	for len(queue) > 0 && len(seen) < maxFiles {
		from := queue[0]
		queue = queue[1:]
		content := src
		if len(files) > 0 || from != filepath.Base(abs) {
			if content, err = root.ReadFile(from); err != nil {
				continue
			}
			files = append(files, filepath.Join(filepath.Dir(abs), from))
		}
		for _, m := range fileReference.FindAllSubmatch(content, -1) {
			ref := string(m[1])
			if strings.Contains(ref, "://") || filepath.IsAbs(ref) {
				continue
			}
			to := filepath.Join(filepath.Dir(from), filepath.FromSlash(ref))
			if filepath.IsLocal(to) && !seen[to] && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(to)) {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	if len(files) > 0 {
		files = append(files, abs)
	}
	return files
}

// maxFiles bounds the files of one document.
const maxFiles = 20_000

// place is file:line:col of a node, in the file that the index is of.
func (s *source) place(n *oas.Node, idx *index.SpecIndex) string {
	file := s.file
	if idx != nil && s.path != "" {
		if abs, err := filepath.Abs(s.path); err == nil {
			if other := idx.GetSpecAbsolutePath(); other != "" && other != abs && filepath.IsAbs(other) {
				if rel, err := filepath.Rel(filepath.Dir(abs), other); err == nil && filepath.IsLocal(rel) && rel != "root.yaml" {
					file = filepath.Join(filepath.Dir(s.file), rel)
				}
			}
		}
	}
	if n == nil {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, n.Line, n.Column)
}

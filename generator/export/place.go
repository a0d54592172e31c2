// A JSON value that is described piece by piece, as paths into it are met.

package export

import (
	"strconv"
	"strings"

	"modulex.dev/connector/generator/model"
)

// place is a part of a JSON value that is being described.
type place struct {
	name   string
	schema model.Object // nil where it has parts
	parts  []*place
}

// put describes what is at a path, unless something is said of that place.
func (p *place) put(path string, schema model.Object) {
	if at := p.at(path); at != nil && at.schema == nil && len(at.parts) == 0 {
		at.schema = schema
	}
}

// at is the place at a path, nil where it is inside something described.
func (p *place) at(path string) *place {
	for name := range strings.SplitSeq(path, ".") {
		if p.schema != nil {
			return nil
		}
		if path != "" {
			p = p.member(name)
		}
	}
	return p
}

func (p *place) member(name string) *place {
	for _, m := range p.parts {
		if m.name == name {
			return m
		}
	}
	m := &place{name: name}
	p.parts = append(p.parts, m)
	return m
}

// object is the schema of a place: an object, or a list where its parts are
// numbers.
func (p *place) object() model.Object {
	if p.schema != nil {
		return p.schema
	}
	properties := model.Object{}
	for _, m := range p.parts {
		if _, err := strconv.Atoi(m.name); err == nil {
			return listOf(m.object())
		}
		properties = append(properties, model.Member{Name: m.name, Value: m.object()})
	}
	return model.Object{{Name: "type", Value: "object"}, {Name: "properties", Value: properties}}
}

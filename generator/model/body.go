// The JSON around body parameters, written out: the constants of a body and a
// hole where the parameters go.

package model

import (
	"strings"

	"modulex.dev/connector/generator/manifest"
)

// frame writes a body out: {"data":{"type":"events","attributes":{ and }}}.
// constants tells that a member stands before the hole.
func frame(b *manifest.Body) (open, closing string, constants bool) {
	root := &part{}
	for _, c := range b.Constants {
		root.at(c.Name.Value).text = &c.Value.Value
	}
	parameters := root
	if b.Parameters.Given() {
		parameters = root.at(b.Parameters.Value)
	}
	parameters.hole = true
	var w strings.Builder
	root.write(&w)
	open, closing, _ = strings.Cut(w.String(), hole)
	return open, closing, len(parameters.members) > 0
}

// hole marks the place of the parameters; JSON text holds no such character.
const hole = "\x00"

// part is an object of a body, or a text in it.
type part struct {
	name    string
	text    *string
	members []*part
	hole    bool
}

// at returns the part at a path, made on the way where it is new.
func (p *part) at(path string) *part {
	for name := range strings.SplitSeq(path, ".") {
		p = p.member(name)
	}
	return p
}

func (p *part) member(name string) *part {
	for _, m := range p.members {
		if m.name == name {
			return m
		}
	}
	m := &part{name: name}
	p.members = append(p.members, m)
	return m
}

func (p *part) write(w *strings.Builder) {
	if p.text != nil {
		w.Write(JSON(*p.text, ""))
		return
	}
	w.WriteByte('{')
	for i, m := range p.members {
		if i > 0 {
			w.WriteByte(',')
		}
		w.Write(JSON(m.name, ""))
		w.WriteByte(':')
		m.write(w)
	}
	if p.hole {
		w.WriteString(hole)
	}
	w.WriteByte('}')
}

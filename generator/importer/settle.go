// The end of an import: the manifest as a tree, held against the language. What
// it refuses is taken out and reported, so that what is written has no faults.

package importer

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
)

// manifest is the draft as a tree.
func (d *draft) manifest() *yaml.Node {
	m := newMapping()
	m.HeadComment = fmt.Sprintf("%s, imported from %s by `connectorgen import openapi`.\nWhat the document does not say but the manifest must is marked with\n\"guessed\". Edit freely: a second import keeps what was edited.",
		d.title, filepath.Base(d.file))
	m.put("manifest", integer(1)).HeadComment = ""
	m.text("name", d.name)
	m.text("title", clip(d.title, 200))
	m.text("version", "1.0.0")
	overview := ""
	if info := d.doc.Info; info != nil {
		overview = clip(sentence(info.Description), 1000)
	}
	if docs := d.doc.ExternalDocs; docs != nil {
		m.text("docs", link(docs.URL))
	}
	m.text("overview", first(overview, d.title+"."))
	k := m.put("base_url", text(d.baseURL))
	k.HeadComment = "\n"
	if d.baseNote != "" {
		k.HeadComment += "guessed: " + d.baseNote
	}
	d.shared(m)
	actions := newMapping()
	for i, a := range d.actions {
		k, v := d.actionTree(a)
		a.key = k
		actions.Content = append(actions.Content, k, v)
		if i > 0 {
			k.HeadComment = "\n" + k.HeadComment
		}
	}
	m.put("actions", actions.Node).HeadComment = "\n"
	return m.Node
}

// shared adds what actions share, as far as they do.
func (d *draft) shared(m mapping) {
	section := func(name string, n *yaml.Node) {
		if n != nil && len(n.Content) > 0 {
			m.put(name, n).HeadComment = "\n"
		}
	}
	usedHosts, usedPaging := make(map[string]bool), make(map[string]bool)
	for _, a := range d.actions {
		usedHosts[a.host], usedPaging[a.pagingName] = true, true
	}
	hosts := newMapping()
	for _, h := range d.hosts {
		if usedHosts[h.name] {
			hosts.text(h.name, h.url)
		}
	}
	if len(hosts.Content) > 0 {
		m.put("hosts", hosts.Node)
	}
	if d.accept != "" {
		headers := newMapping()
		headers.text("Accept", d.accept)
		m.put("headers", headers.Node)
	}
	section("auth", d.authTree())
	if len(d.fallback) > 1 {
		defaults := newMapping()
		defaults.put("auth", texts(d.fallback...))
		section("defaults", defaults.Node)
	}
	section("errors", d.failures.tree())
	section("paging", d.pagingTree(usedPaging))
	section("types", d.types.tree(d.types.used(d.actions)))
}

// settle takes out what the language refuses until it refuses nothing.
func (d *draft) settle() error {
	d.settleAuth()
	d.settleAccept()
	var faults manifest.Diagnostics
	for range 6 {
		p := newPrinter()
		p.document(d.manifest())
		if _, faults = generator.Load(d.file, p.out.Bytes()); len(faults) == 0 {
			return nil
		}
		if !d.takeOut(p, faults) {
			break
		}
	}
	if len(d.actions) == 0 {
		return fmt.Errorf("%s: no operation can be said in a manifest; the first fault: %s", d.file, faults[0].Message)
	}
	return fmt.Errorf("%s: the manifest would have faults; the first, in line %d: %s", d.file, faults[0].Pos.Line, faults[0].Message)
}

// unit is a part of the manifest that can be taken out.
type unit struct {
	line int
	out  func(fault string)
}

// takeOut removes what the faults are about, and reports whether that was
// anything.
func (d *draft) takeOut(p *printer, faults manifest.Diagnostics) bool {
	units := d.units(p)
	done := false
	seen := make(map[int]bool)
	for _, f := range faults {
		i, exact := slices.BinarySearchFunc(units, f.Pos.Line, func(u unit, line int) int { return u.line - line })
		if !exact {
			i--
		}
		if i >= 0 && units[i].out != nil && !seen[i] {
			seen[i], done = true, true
			units[i].out(f.Message)
		}
	}
	return done
}

// units lists the parts by their lines. A part ends where the next begins.
func (d *draft) units(p *printer) (units []unit) {
	for _, t := range d.types.list {
		if line, ok := p.lines[t.key]; ok {
			units = append(units, unit{line, func(fault string) { d.dropType(t, fault) }})
		}
	}
	for _, one := range d.paging {
		if line, ok := p.lines[one.key]; ok {
			units = append(units, unit{line, func(fault string) { d.dropPaging(one, fault) }})
		}
	}
	for _, a := range d.actions {
		drop := func(fault string) { d.dropAction(a, fault) }
		units = append(units, unit{p.lines[a.key], drop})
		for _, param := range a.params {
			units = append(units, unit{p.lines[param.key], func(fault string) { d.dropParameter(a, param, fault) }})
		}
		if len(a.params) > 0 {
			units = append(units, unit{p.lines[a.rest], drop})
		}
	}
	slices.SortStableFunc(units, func(a, b unit) int { return a.line - b.line })
	return units
}

func (d *draft) dropAction(a *action, fault string) {
	if i := slices.Index(d.actions, a); i >= 0 {
		d.actions = slices.Delete(d.actions, i, i+1)
		d.lose(a.operation, fmt.Errorf("the language refuses it: %s", fault))
	}
}

func (d *draft) dropParameter(a *action, p *parameter, fault string) {
	if p.required || p.in == "path" {
		d.dropAction(a, fault)
		return
	}
	a.params = slices.DeleteFunc(a.params, func(o *parameter) bool { return o == p })
	d.note(a, LeftOut, d.where(a.operation), "parameter "+p.wire, "the language refuses it: "+fault)
}

// dropPaging leaves the lists that are paged so as they come.
func (d *draft) dropPaging(p *paging, fault string) {
	for _, a := range d.actions {
		if a.pagingName == p.name {
			a.pagingName = ""
			a.params = slices.DeleteFunc(a.params, func(o *parameter) bool { return o.in == "none" })
		}
	}
	d.paging = slices.DeleteFunc(d.paging, func(o *paging) bool { return o == p })
	d.report.add(Note{Kind: LeftOut, Place: d.file, Subject: "paging " + p.name, Message: "the language refuses it: " + fault})
}

// dropType makes a type an object wherever it is used.
func (d *draft) dropType(t *typ, fault string) {
	d.types.list = slices.DeleteFunc(d.types.list, func(o *typ) bool { return o == t })
	for _, o := range d.types.list {
		for i := range o.fields {
			if o.fields[i].of == t {
				o.fields[i].of = nil
			}
		}
	}
	for _, a := range d.actions {
		for i := range a.result.fields {
			if a.result.fields[i].of == t.name {
				a.result.fields[i].of = ""
			}
		}
	}
	d.report.add(Note{Kind: LeftOut, Place: d.file, Subject: "type " + t.name, Message: "the language refuses it: " + strings.TrimSpace(fault)})
}

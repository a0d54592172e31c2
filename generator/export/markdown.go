// Pages for docs sites: one of the connector, in the content and order of the
// host's own pages, and one of each action. They are CommonMark with tables, and
// MDX at the same time: no HTML, no expressions, texts of the manifest escaped
// (escape.go).

package export

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/generator/table"
)

// MarkdownFiles are NAME.md, a page of each action in NAME, and the settings with
// which markdownlint finds no fault with them.
func MarkdownFiles(c *model.Connector) []File {
	files := []File{{Name: c.API.Name + ".md", Content: connectorPage(c)}}
	for _, a := range c.Actions {
		files = append(files, File{Name: pageOf(c, a), Content: actionPage(c, a)})
	}
	// Actions have sections of the same names, and lines are as long as sentences.
	return append(files, File{Name: ".markdownlint.json", Content: []byte(`{ "default": true, "line-length": false, "no-duplicate-heading": { "siblings_only": true } }` + "\n")})
}

func pageOf(c *model.Connector, a *model.Action) string { return c.API.Name + "/" + a.Name + ".md" }

// page is Markdown on its way: blocks with an empty line between them.
type page struct{ bytes.Buffer }

func (p *page) block(format string, args ...any) {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
	fmt.Fprintf(p, format+"\n", args...)
}

// frontMatter begins a page; values are JSON, which YAML reads too.
func (p *page) frontMatter(members model.Object) {
	p.WriteString("---\n")
	for _, m := range members {
		fmt.Fprintf(p, "%s: %s\n", m.Name, jsonText(m.Value))
	}
	p.WriteString("---\n")
}

func (p *page) code(language string, text []byte) {
	p.block("```%s\n%s\n```", language, bytes.TrimRight(text, "\n"))
}

func connectorPage(c *model.Connector) []byte {
	p := &page{}
	front := model.Object{{Name: "title", Value: c.API.Title}, {Name: "description", Value: oneLine(c.API.Overview)}}
	if c.Logo != "" {
		front = append(front, model.Member{Name: "logo", Value: c.Logo}, model.Member{Name: "logo_alt", Value: c.API.Title + " logo"})
	}
	p.frontMatter(front)
	p.block("## Overview")
	p.block("Add %s to any ModuleX agent or workflow. %s", CommonMark(c.API.Title), CommonMark(c.API.Overview))
	p.block("%s", facts(c))
	p.authentication(c)
	p.block("## Available Actions")
	for _, a := range c.Actions {
		p.block("### [%s](%s)", CommonMark(a.Name), pageOf(c, a))
		p.block("%s", CommonMark(a.Description))
		p.parameters("####", a, false)
		p.block("#### Response")
		p.code("json", model.JSON(a.OutputSchema, "  "))
	}
	if len(c.Limits) > 0 {
		p.block("## Limits & Quotas")
		p.block("%s", bullets(c.Limits))
	}
	return p.Bytes()
}

// facts is the line of what is good to know first.
func facts(c *model.Connector) string {
	var parts, schemes []string
	if len(c.Categories) > 0 {
		parts = append(parts, "Categories: "+CommonMark(strings.Join(c.Categories, " · ")))
	}
	for _, s := range merged(c.Auth) {
		schemes = append(schemes, CommonMark(s.Title))
	}
	if schemes != nil {
		parts = append(parts, "Auth: "+strings.Join(schemes, ", "))
	}
	return strings.Join(append(parts, fmt.Sprintf("Actions: %d", len(c.Actions))), " · ")
}

func (p *page) authentication(c *model.Connector) {
	schemes := merged(c.Auth)
	if len(schemes) == 0 {
		return
	}
	p.block("## Authentication")
	for _, s := range schemes {
		p.block("### %s", CommonMark(s.Title))
		if s.Description != "" {
			p.block("%s", CommonMark(s.Description))
		}
		for i, step := range s.Steps {
			number := fmt.Sprintf("%d. ", i+1)
			p.block("%sStep %d\n\n%s%s", number, i+1, strings.Repeat(" ", len(number)), CommonMark(step))
		}
		if len(s.Fields) == 0 {
			continue
		}
		p.block("#### Required Credentials")
		rows := []string{"| Field | Description | Required | Format |", "| --- | --- | --- | --- |"}
		for _, f := range s.Fields {
			required, format := "Yes", "-"
			if f.Optional {
				required = "No"
			}
			if f.Format != "" {
				format = CommonMark(f.Format)
			}
			rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |", CommonMark(f.Title), orDash(CommonMark(f.Description)), required, format))
		}
		p.block("%s", strings.Join(rows, "\n"))
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// parameters lists what an action takes; in full with what is allowed.
func (p *page) parameters(level string, a *model.Action, full bool) {
	if len(a.Params) == 0 {
		return
	}
	p.block("%s Parameters", level)
	for _, param := range a.Params {
		head := "`" + param.Name + "` · " + typeName(param.Param)
		if param.Required {
			head += " · required"
		}
		said := CommonMark(param.Description)
		if bounds := allowed(a, param); full && bounds != "" {
			said = sentence(said) + bounds
		}
		if said == "" {
			p.block("- %s", head)
			continue
		}
		p.block("- %s\n\n  %s", head, said)
	}
}

func typeName(p *table.Param) string {
	if p.Type == table.TypeArray && p.Items != "" && p.Items != table.TypeAny {
		return "array of " + string(p.Items)
	}
	return string(p.Type)
}

// allowed says what the schema of a parameter bounds.
func allowed(a *model.Action, p *model.Param) string {
	declared, _ := a.InputSchema.Get("properties").(model.Object)
	schema, _ := declared.Get(p.Name).(model.Object)
	var out []string
	if values, ok := schema.Get("enum").([]any); ok {
		var texts []string
		for _, v := range values {
			if text, ok := v.(string); ok {
				texts = append(texts, codeSpan(text))
			} else {
				texts = append(texts, codeSpan(jsonText(v)))
			}
		}
		out = append(out, "One of "+strings.Join(texts, ", ")+".")
	}
	for _, m := range schema {
		if say, ok := inWords[m.Name]; ok {
			out = append(out, fmt.Sprintf(say, codeSpan(jsonText(m.Value))))
		}
	}
	return strings.Join(out, " ")
}

// effects are an action's effects in words.
var effects = map[table.Effect]string{
	table.EffectRead: "reads, and changes nothing", table.EffectAdd: "adds something new",
	table.EffectChange: "changes what is there", table.EffectRemove: "removes something",
}

func actionPage(c *model.Connector, a *model.Action) []byte {
	p := &page{}
	p.frontMatter(model.Object{{Name: "title", Value: a.Title}, {Name: "description", Value: oneLine(a.Description)}})
	p.actionBody(c, a, "##")
	return p.Bytes()
}

// actionBody is what is known of an action, under headings of a level.
func (p *page) actionBody(c *model.Connector, a *model.Action, level string) {
	p.block("%s", CommonMark(a.Description))
	list := []string{"- Action: `" + a.Name + "`", "- Effect: " + effects[a.Effect]}
	if a.Hook == "" {
		list = append(list, "- Request: "+codeSpan(a.Op.Method+" "+a.Op.Path))
	}
	if a.Docs != "" {
		list = append(list, "- [Documentation of the API]("+linkTarget(a.Docs)+")")
	}
	p.block("%s", strings.Join(list, "\n"))
	p.parameters(level, a, true)
	p.block("%s Example", level)
	p.block("At a terminal:")
	p.code("sh", []byte(CommandLine(c, a)))
	p.block("In Go, with a client of the package's table:")
	p.code("go", []byte(GoCall(a)))
	p.block("Over MCP, the parameters of `tools/call`:")
	p.code("json", MCPCall(a))
	p.block("What comes back:")
	p.code("json", pretty(SampleEnvelope(a)))
	p.block("%s Response", level)
	p.code("json", model.JSON(a.OutputSchema, "  "))
	if s := c.ResultSchema(a); s != nil {
		p.block("%s Result", level)
		p.block("What the API is known to answer. It promises nothing: a result that differs is passed on as it came.")
		p.code("json", model.JSON(s, "  "))
	}
}

func bullets(texts []string) string {
	var lines []string
	for _, t := range texts {
		lines = append(lines, "- "+CommonMark(t))
	}
	return strings.Join(lines, "\n")
}

// oneLine is a text without line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// codeSpan is a text as code: between more backticks than it has in a row.
func codeSpan(text string) string {
	text, fence := oneLine(text), "`"
	if text == "" {
		text = `""`
	}
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// linkTarget is an address as the target of a link.
func linkTarget(url string) string {
	var b strings.Builder
	for _, c := range []byte(url) {
		if slices.Contains([]byte("()<>{}[]\"'`\\^|"), c) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

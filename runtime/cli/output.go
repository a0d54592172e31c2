// What becomes of an answer: a table or a record where somebody reads along, the
// envelope as JSON anywhere else, or the form that was asked for. Package show
// prints the forms.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli/show"
	"modulex.dev/connector/runtime/jq"
)

// outputs are the forms.
var outputs = []string{"json", "ndjson", "yaml", "csv", "table"}

// jqTime bounds a program of --jq.
const jqTime = 10 * time.Second

// printer prints answers in one form.
type printer struct {
	ctx    context.Context
	form   string
	fields []string
	jq     *jq.Program // nil: none
	style  show.Style
	began  bool // the list goes on from --resume
}

// printer reads the flags that say how, before anything is sent.
func (p Program) printer(ctx context.Context, action *runtime.Action, f callFlags) (out *printer, err error) {
	out = &printer{ctx: ctx, form: f.output, began: f.resume != ""}
	if out.form == "" {
		if out.form = "json"; p.screen.terminal && f.jq == "" {
			out.form = "table"
		}
	}
	if !slices.Contains(outputs, out.form) {
		return nil, fmt.Errorf("--output is json, ndjson, yaml, csv or table, not %q%s", f.output, meant(f.output, outputs))
	}
	for name := range strings.SplitSeq(f.fields, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(out.fields, name) {
			out.fields = append(out.fields, name)
		}
	}
	switch {
	case f.jq != "" && f.fields != "":
		return nil, errors.New("--jq and --fields are given both; a program can pick fields by itself")
	case f.jq != "" && f.output != "" && f.output != "json":
		return nil, fmt.Errorf("--jq prints what the program yields; it does not go with --output %s", f.output)
	case f.jq != "":
		if out.jq, err = jq.Parse(f.jq); err != nil {
			return nil, fmt.Errorf("--jq: %w", err)
		}
	}
	out.style = show.Style{Width: p.screen.width, Color: p.screen.color, Clean: p.screen.terminal, Fields: out.fields}
	return out, nil
}

// show prints an envelope, and says on standard error what standard output has no
// place for.
func (p Program) show(action *runtime.Action, e runtime.Envelope, out *printer) error {
	var err error
	switch {
	case out.jq != nil:
		err = p.showProgram(e, out)
	case out.form == "json" && len(out.fields) == 0:
		text := e.JSON
		if out.style.Clean {
			text = show.EscapeJSON(text)
		}
		_, err = fmt.Fprintf(p.Stdout, "%s\n", text)
	default:
		err = p.showForm(action, e, out)
	}
	if err != nil {
		return err
	}
	people := out.form == "table" || out.form == "csv"
	if !e.Success() && (people || out.jq != nil) {
		fmt.Fprintf(p.Stderr, "%s: %s\n", action.Name, e.Err)
	}
	if !e.Success() && e.Err.Code == runtime.CodeUnauthenticated && p.screen.words {
		fmt.Fprintf(p.Stderr, "%s whoami tells which credential is sent; %s login keeps another\n", p.Table.API.Name, p.Table.API.Name)
	}
	if l := e.List; l != nil && (people || !l.Complete && l.Resume != "") {
		p.tellList(action.Name, *l, e.Success(), out)
	}
	if !e.Success() {
		return ErrFailed
	}
	return nil
}

// tellList says how far a list came, and where it goes on in the quotes of a shell.
// One that failed before its first item has nowhere to go on from.
func (p Program) tellList(name string, l runtime.ListState, success bool, out *printer) {
	if !success && l.Count == 0 && !out.began {
		return
	}
	said := l.String()
	if strings.ContainsAny(l.Resume, "&?*;|<>()$'\"` ") {
		place := "'" + strings.ReplaceAll(l.Resume, "'", `'\''`) + "'"
		said = strings.Replace(said, "resume at "+l.Resume, "resume at "+place, 1)
	}
	fmt.Fprintf(p.Stderr, "%s: %s\n", name, said)
}

// showForm prints an envelope that must be read for it.
func (p Program) showForm(action *runtime.Action, e runtime.Envelope, out *printer) error {
	whole, err := show.Parse(e.JSON)
	if err != nil {
		return err
	}
	data := slices.DeleteFunc(slices.Clone(whole.Names()), func(n string) bool { return n == "success" || n == "error" })
	switch out.form {
	case "table":
		return p.showTable(action, e, whole, data, out.style)
	case "csv":
		return showCSV(p.Stdout, whole, data, e.Success(), out.style)
	}
	if len(out.fields) > 0 {
		for _, name := range data {
			whole = whole.With(name, show.Pick(whole.Member(name), out.fields))
		}
	}
	if out.form == "yaml" {
		return show.YAML(p.Stdout, whole)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s\n", whole.JSON())
	return err
}

// showTable prints the fields of an envelope: lists as tables, the others as a
// record.
func (p Program) showTable(action *runtime.Action, e runtime.Envelope, whole show.Value, data []string, style show.Style) error {
	lists := slices.DeleteFunc(slices.Clone(data), func(n string) bool { return !whole.Member(n).IsList() })
	others := slices.DeleteFunc(slices.Clone(data), func(n string) bool { return whole.Member(n).IsList() })
	var err error
	switch {
	case len(data) == 0 && e.Success():
		fmt.Fprintf(p.Stderr, "%s: done\n", action.Name)
	case !e.Success():
	case len(others) == 1 && len(data) == 1 && whole.Member(others[0]).IsNull():
		fmt.Fprintf(p.Stderr, "%s: nothing is there\n", action.Name)
	case len(others) == 1 && len(data) == 1:
		err = show.Record(p.Stdout, whole.Member(others[0]), style)
	case len(others) > 0:
		plain := style
		plain.Fields = nil
		err = show.Record(p.Stdout, show.Pick(whole, others), plain)
	}
	for _, name := range lists {
		if list := whole.Member(name); err == nil && len(list.Elements()) > 0 {
			if len(data) > 1 && len(lists)+len(others) > 1 {
				fmt.Fprintf(p.Stdout, "\n%s:\n", name)
			}
			var left []string
			left, err = show.Table(p.Stdout, list, style)
			p.tellLeft(left)
		}
	}
	return err
}

// tellLeft names the fields that a window has no room for.
func (p Program) tellLeft(left []string) {
	if len(left) > 0 {
		fmt.Fprintf(p.Stderr, "no room for %s; choose with --fields\n", strings.Join(left, ", "))
	}
}

// showCSV prints the list of an envelope, or else all that it holds.
func showCSV(w io.Writer, whole show.Value, data []string, success bool, style show.Style) error {
	if !success && !slices.ContainsFunc(data, func(n string) bool { return len(whole.Member(n).Elements()) > 0 }) {
		return nil
	}
	for _, name := range data {
		if v := whole.Member(name); v.IsList() || len(data) == 1 && v.IsObject() {
			return show.CSV(w, v, style)
		}
	}
	if len(data) == 0 {
		return nil
	}
	return show.CSV(w, show.Pick(whole, data), style)
}

// showProgram prints what a jq program makes of an envelope: texts as they stand,
// anything else as JSON, a line each.
func (p Program) showProgram(e runtime.Envelope, out *printer) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(out.ctx), jqTime)
	defer cancel()
	for result, err := range out.jq.Run(ctx, e.JSON) {
		if err != nil {
			became := "succeeded"
			if !e.Success() {
				became = "failed: " + e.Err.Error()
			}
			return fmt.Errorf("--jq: %w (the action itself %s)", err, became)
		}
		text := string(result)
		if v, err := show.Parse(result); err == nil && len(result) > 0 && result[0] == '"' {
			text = v.Text()
		}
		if out.style.Clean {
			text = show.Clean(text)
		}
		if _, err := io.WriteString(p.Stdout, text+"\n"); err != nil {
			return err
		}
	}
	return nil
}

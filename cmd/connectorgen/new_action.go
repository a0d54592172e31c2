// new action: the next action of a manifest.

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/scaffold"
)

type actionFlags struct {
	scaffold.Action
	params       []string
	list, object string
	none         bool
}

func newActionCommand(file *string) *cobra.Command {
	var f actionFlags
	cmd := &cobra.Command{
		Use:   "action NAME",
		Short: "Write an action at the end of the manifest",
		Long: `Write an action at the end of the manifest; everything before stays as it is. The parameters that the
path names are declared by themselves. What no flag says is asked for on a terminal.

Exit codes: 0 written, 1 the manifest has faults, 2 trouble.`,
		Example: `  connectorgen new action list_things --request "GET /things" --param limit:query:integer --list data`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.Name = args[0]
			return newAction(c, *file, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.Request, "request", "", `method and path, such as "GET /things/{thing_id}"`)
	flags.StringVar(&f.Description, "description", "", "what it does, in a sentence (default: from NAME)")
	flags.StringArrayVar(&f.params, "param", nil, "a parameter: `name:in:type[:required][=description]` (repeatable)")
	flags.StringVar(&f.list, "list", "", "it returns the list at this `PATH` of the answer; $ is all of it")
	flags.StringVar(&f.object, "object", "", "it returns the object at this `PATH`; $ is all of it")
	flags.BoolVar(&f.none, "none", false, "it returns nothing")
	flags.StringVar(&f.Paging, "paging", "", "name of the manifest's paging by which its list is paged")
	flags.StringVar(&f.Docs, "docs", "", "where it is documented")
	cmd.MarkFlagsMutuallyExclusive("list", "object", "none")
	return cmd
}

func newAction(c *cobra.Command, file string, f actionFlags) error {
	src, err := readManifest(file)
	if err != nil {
		return err
	}
	if _, faults := generator.Load(file, src); len(faults) > 0 {
		return faults
	}
	a, err := askAction(askerOf(c), f, file, src)
	if err != nil {
		return err
	}
	out, err := scaffold.AddAction(file, src, a)
	if err != nil {
		return err
	}
	if err := rewrite(file, out); err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "%s has the action %s; connectorgen generate brings it into Go\n", file, f.Name)
	before := manifest.Advice(file, src)
	for _, d := range manifest.Advice(file, out) {
		if !slices.ContainsFunc(before, func(b manifest.Diagnostic) bool { return b.Pos == d.Pos && b.Message == d.Message }) {
			fmt.Fprintln(c.ErrOrStderr(), d)
		}
	}
	return nil
}

// actionQuestions has the answers so far. Each new one is looked at with those
// before it.
type actionQuestions struct {
	*asker
	file string
	src  []byte
	got  scaffold.Action
}

// askAction takes answers from flags, or asks for them.
func askAction(ask *asker, f actionFlags, file string, src []byte) (scaffold.Action, error) {
	q := &actionQuestions{asker: ask, file: file, src: src, got: scaffold.Action{Name: f.Name}}
	if err := q.got.Check(file, src); err != nil {
		return q.got, err
	}
	for _, step := range []func(actionFlags) error{
		func(f actionFlags) error {
			return q.text(f.Request, func(a *scaffold.Action) *string { return &a.Request }, question{flag: "request", text: "Method and path", hint: "GET /things/{thing_id}"})
		},
		func(f actionFlags) error {
			return q.text(f.Description, func(a *scaffold.Action) *string { return &a.Description }, question{flag: "description", text: "What it does", byDefault: scaffold.Sentence(f.Name)})
		},
		q.params, q.result, q.paging,
		func(f actionFlags) error {
			return q.text(f.Docs, func(a *scaffold.Action) *string { return &a.Docs }, question{flag: "docs", text: "Where it is documented", hint: "https://…, or nothing", optional: true})
		},
		func(actionFlags) error { return q.done() },
	} {
		if err := step(f); err != nil {
			return q.got, err
		}
	}
	return q.got, nil
}

// with looks at the answers so far and one more.
func (q *actionQuestions) with(more func(*scaffold.Action)) error {
	a := q.got
	more(&a)
	return a.Check(q.file, q.src)
}

func (q *actionQuestions) text(given string, of func(*scaffold.Action) *string, one question) error {
	one.check = func(answer string) error { return q.with(func(a *scaffold.Action) { *of(a) = answer }) }
	answer, err := q.answer(given, one)
	*of(&q.got) = answer
	return err
}

// params takes the parameters of the flags, or asks for one after the other.
func (q *actionQuestions) params(f actionFlags) error {
	add := func(text string) error {
		p, err := scaffold.ParseParam(text)
		if err != nil {
			return err
		}
		list := append(slices.Clone(q.got.Params), p)
		if err := q.with(func(a *scaffold.Action) { a.Params = list }); err != nil {
			return err
		}
		q.got.Params = list
		return nil
	}
	for _, text := range f.params {
		if err := add(text); err != nil {
			return fmt.Errorf("--param: %w", err)
		}
	}
	for f.params == nil && q.in != nil {
		text, err := q.answer("", question{text: "A parameter that is not in the path", hint: "name:in:type[:required][=description], or nothing", optional: true, check: add})
		if err != nil || text == "" {
			return err
		}
	}
	return nil
}

// result takes what comes back from the flags, or asks.
func (q *actionQuestions) result(f actionFlags) error {
	given := ""
	switch {
	case f.list != "":
		given = "list " + f.list
	case f.object != "":
		given = "object " + f.object
	case f.none:
		given = "none"
	}
	read := func(answer string) (kind, path string) {
		kind, path, _ = strings.Cut(answer, " ")
		return kind, strings.TrimSpace(path)
	}
	answer, err := q.answer(given, question{flag: "list, --object or --none", text: "What comes back", hint: "list PATH, object PATH or none; $ is the whole answer",
		check: func(answer string) error {
			kind, path := read(answer)
			if kind != "none" && kind != "list" && kind != "object" || (kind == "none") != (path == "") {
				return fmt.Errorf("%q is not list PATH, object PATH or none", answer)
			}
			return q.with(func(a *scaffold.Action) { a.Kind, a.Path = kind, path })
		}})
	q.got.Kind, q.got.Path = read(answer)
	return err
}

// paging asks for the way in which a list is paged, where there is one.
func (q *actionQuestions) paging(f actionFlags) error {
	names := scaffold.Pagings(q.file, q.src)
	if f.Paging == "" && (q.got.Kind != "list" || len(names) == 0) {
		return nil
	}
	return q.text(f.Paging, func(a *scaffold.Action) *string { return &a.Paging },
		question{flag: "paging", text: "How the list is paged", hint: strings.Join(names, ", ") + ", or nothing", optional: true})
}

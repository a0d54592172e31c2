// The input of a call: what --input, -p and the flags of the parameters say
// together is one object.

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"modulex.dev/connector/runtime"
)

// maxArgument bounds what is read for an argument; the runtime refuses larger
// inputs anyway.
const maxArgument = 16 << 20

// read returns the text itself, the file that @NAME names, or standard input.
func (p Program) read(ctx context.Context, flag, from string) ([]byte, error) {
	switch {
	case from == "-":
		return readBounded(flag, &interruptible{ctx, p.Stdin})
	case strings.HasPrefix(from, "@"):
		return readFile(flag, from[1:])
	}
	return []byte(from), nil
}

func readFile(flag, name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	defer file.Close()
	return readBounded(flag, file)
}

func readBounded(flag string, r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxArgument+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	if len(text) > maxArgument {
		return nil, fmt.Errorf("%s is larger than %d MiB", flag, maxArgument>>20)
	}
	return text, nil
}

// errInterrupted is what an interrupt leaves of a read.
var errInterrupted = errors.New("interrupted")

// interruptible is a reader that an interrupt ends: standard input may never.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(b []byte) (n int, err error) {
	done := make(chan struct{})
	go func() {
		n, err = i.r.Read(b)
		close(done)
	}()
	select {
	case <-done:
		return n, err
	case <-i.ctx.Done():
		return 0, errInterrupted
	}
}

// given is a member of the input that the command line names by itself.
type given struct {
	by    string // the flag: -p, --title
	name  string
	value json.RawMessage
}

// ofParams are the members that -p names.
func ofParams(action *runtime.Action, params []string) (out []given, err error) {
	for _, param := range params {
		name, value, ok := strings.Cut(param, "=")
		switch {
		case !ok || name == "":
			return nil, fmt.Errorf("-p takes NAME=VALUE, not %q", param)
		case !utf8.ValidString(param):
			return nil, fmt.Errorf("-p gives %q a value that is not UTF-8", name)
		}
		out = append(out, given{"-p", name, valueOf(action, name, value)})
	}
	return out, nil
}

// withGiven adds members to an input object; none may be there twice. An input
// that is no object is left as it is: the runtime says what is wrong with it.
func withGiven(input []byte, members []given) ([]byte, error) {
	var object map[string]json.RawMessage
	input = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(input), []byte("\uFEFF"))) // files of some editors begin with a mark
	switch {
	case len(members) == 0:
		return input, nil
	case len(input) == 0:
		input = []byte("{}")
	case json.Unmarshal(input, &object) != nil || object == nil:
		return input, nil
	}
	out, by := input[:len(input)-1:len(input)-1], make(map[string]string)
	for name := range object {
		by[name] = "--input"
	}
	for i, m := range members {
		switch earlier, twice := by[m.name]; {
		case twice && earlier == m.by:
			return nil, fmt.Errorf("%s gives %q twice", m.by, m.name)
		case twice:
			return nil, fmt.Errorf("%s gives %q, which %s gives too; say it once", m.by, m.name, earlier)
		}
		by[m.name] = m.by
		if i > 0 || len(object) > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(m.name)...), ':'), m.value...)
	}
	return append(out, '}'), nil
}

// valueOf reads a value as the type of the parameter with that name.
func valueOf(action *runtime.Action, name, value string) json.RawMessage {
	for i := range action.Parameters {
		if p := &action.Parameters[i]; p.Name == name {
			return typed(p.Type, value)
		}
	}
	return quoted(value)
}

// typed reads a value as a type: a text as it stands, anything else as JSON. What
// is no JSON stays a text, and the runtime says that it has the wrong type.
func typed(t runtime.Type, value string) json.RawMessage {
	if t != runtime.TypeString && json.Valid([]byte(value)) {
		return json.RawMessage(value)
	}
	return quoted(value)
}

// quoted is a text as JSON.
func quoted(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text always encodes
	return bytes.TrimSpace(b.Bytes())
}

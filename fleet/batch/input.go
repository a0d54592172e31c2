// Reading rows: CSV with the names of parameters in its first line, or a JSON
// object on each line.

package batch

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/runtime"
)

// Row is one row of the input: the input of one call.
type Row struct {
	Number int // from 1
	Line   int // of the file
	Input  json.RawMessage
	Faults []Fault
}

// Fault is what is wrong with a row. Column is that of the line, in bytes from 1;
// 0 is the whole row.
type Fault struct {
	Line, Column int
	What         string
}

func (f Fault) at(file string) string {
	if f.Column == 0 {
		return fmt.Sprintf("%s:%d: %s", file, f.Line, f.What)
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, f.Line, f.Column, f.What)
}

// Mapping says how columns become parameters.
type Mapping struct {
	// Columns gives columns the name of a parameter, or of a member of one:
	// "E-mail" → "fields.email". Columns that are not here have the name that
	// the file gives them; "" leaves one out.
	Columns map[string]string
	// Constants are parameters that every row has, as JSON.
	Constants map[string]json.RawMessage
}

// Read reads the rows of a file for an action. Its error is of the file as a
// whole; rows with faults are returned with them.
func Read(name string, r io.Reader, a *runtime.Action, m Mapping) ([]Row, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := buffered.Peek(3); bytes.Equal(mark, []byte("\xEF\xBB\xBF")) {
		_, _ = buffered.Discard(3)
	}
	begin, err := buffered.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	text := bytes.TrimLeft(begin, "\r\n")
	switch {
	case len(text) == 0 && err != nil:
		return nil, fmt.Errorf("%s holds no rows", name)
	case bytes.HasPrefix(text, []byte("{")) || strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson"):
		return readLines(name, buffered, m)
	}
	return readTable(name, buffered, a, m)
}

// maxLine bounds one line of JSON.
const maxLine = 1 << 20

// readLines reads a JSON object on each line.
func readLines(name string, r io.Reader, m Mapping) (rows []Row, err error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	line := 0
	for scanner.Scan() {
		line++
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 {
			continue
		}
		row := Row{Number: len(rows) + 1, Line: line}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil || object == nil {
			row.Faults = []Fault{{line, columnOf(err), "the line is no JSON object; write {\"parameter\": value, …}"}}
		} else {
			for k, v := range m.Constants {
				if object[k] == nil {
					object[k] = v
				}
			}
			row.Input, _ = json.Marshal(object) // what has just been read can be written
		}
		rows = append(rows, row)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, line+1, err)
	}
	return rows, nil
}

func columnOf(err error) int {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return int(syntax.Offset)
	}
	return 1
}

// readTable reads CSV.
func readTable(name string, r io.Reader, a *runtime.Action, m Mapping) (rows []Row, err error) {
	table := csv.NewReader(r)
	table.ReuseRecord = true
	head, err := table.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s holds no rows", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	columns, faults := columnsOf(slices.Clone(head), table, a, m)
	if len(faults) > 0 {
		return nil, &Faulty{name, faults}
	}
	for {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		row := Row{Number: len(rows) + 1}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			row.Line = parse.Line
			row.Faults = []Fault{{parse.Line, parse.Column, parse.Err.Error()}}
			if !errors.Is(parse.Err, csv.ErrFieldCount) { // what follows cannot be told apart
				return append(rows, row), nil
			}
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		} else {
			row.Line, _ = table.FieldPos(0)
			row.Input, row.Faults = inputOf(cells, columns, table, m)
		}
		rows = append(rows, row)
	}
}

// column is where the cells of one column go.
type column struct {
	path  []string // parameter, member, …; nil: nowhere
	param *runtime.Param
}

// columnsOf finds the parameter of each column.
func columnsOf(head []string, table *csv.Reader, a *runtime.Action, m Mapping) (out []column, faults []Fault) {
	for name := range m.Columns {
		if !slices.Contains(head, name) {
			faults = append(faults, Fault{1, 0, fmt.Sprintf("there is no column %q; there are %s", name, strings.Join(head, ", "))})
		}
	}
	for i, name := range head {
		line, col := table.FieldPos(i)
		to, mapped := m.Columns[name]
		if !mapped {
			to = strings.TrimSpace(name)
		}
		if mapped && to == "" {
			out = append(out, column{})
			continue
		}
		path := strings.Split(to, ".")
		p := slices.IndexFunc(a.Parameters, func(p runtime.Param) bool { return p.Name == path[0] })
		switch {
		case p < 0:
			faults = append(faults, Fault{line, col, fmt.Sprintf("%s has no parameter %q; map the column with --map %q=PARAMETER, or leave it out with --map %q=", a.Name, path[0], name, name)})
			continue
		case len(path) > 1 && a.Parameters[p].Type != runtime.TypeObject && a.Parameters[p].Type != runtime.TypeAny:
			faults = append(faults, Fault{line, col, fmt.Sprintf("the parameter %q is no object, so it has no member %q", path[0], strings.Join(path[1:], "."))})
			continue
		}
		for _, o := range out {
			if slices.Equal(o.path, path) {
				faults = append(faults, Fault{line, col, fmt.Sprintf("two columns are %q", to)})
			}
		}
		out = append(out, column{path, &a.Parameters[p]})
	}
	return out, faults
}

// inputOf is the input that a row makes. Empty cells are not given.
func inputOf(cells []string, columns []column, table *csv.Reader, m Mapping) (json.RawMessage, []Fault) {
	object := make(map[string]any)
	for k, v := range m.Constants {
		var value any // anew for each row: members may be put into it
		_ = json.Unmarshal(v, &value)
		object[k] = value
	}
	var faults []Fault
	for i, cell := range cells {
		c := columns[i]
		if c.path == nil || cell == "" {
			continue
		}
		v, what := valueOf(cell, c)
		if what != "" {
			line, col := table.FieldPos(i)
			faults = append(faults, Fault{line, col, what})
			continue
		}
		put(object, c.path, v)
	}
	input, err := json.Marshal(object)
	if err != nil {
		faults = append(faults, Fault{What: err.Error()})
	}
	return input, faults
}

// put sets a member of nested objects.
func put(object map[string]any, path []string, v any) {
	for len(path) > 1 {
		inner, ok := object[path[0]].(map[string]any)
		if !ok {
			inner = make(map[string]any)
			object[path[0]] = inner
		}
		object, path = inner, path[1:]
	}
	object[path[0]] = v
}

// valueOf reads a cell as the type of its parameter; members of objects are texts.
func valueOf(cell string, c column) (v any, fault string) {
	if len(c.path) > 1 {
		return cell, ""
	}
	name := c.param.Name
	switch c.param.Type {
	case runtime.TypeBoolean:
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "true", "yes", "1":
			return true, ""
		case "false", "no", "0":
			return false, ""
		}
		return nil, fmt.Sprintf("%s is true or false, not %q", name, cell)
	case runtime.TypeInteger:
		n, err := strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
		if err != nil {
			return nil, fmt.Sprintf("%s is a whole number, not %q", name, cell)
		}
		return n, ""
	case runtime.TypeNumber:
		text := strings.TrimSpace(cell)
		if !json.Valid([]byte(text)) || strings.ContainsAny(text, `"[{tfn`) {
			return nil, fmt.Sprintf("%s is a number, not %q", name, cell)
		}
		return json.Number(text), ""
	case runtime.TypeArray, runtime.TypeObject:
		if !json.Valid([]byte(cell)) {
			return nil, fmt.Sprintf("%s is written as JSON", name)
		}
		return json.RawMessage(cell), ""
	case runtime.TypeAny:
		if json.Valid([]byte(cell)) {
			return json.RawMessage(cell), ""
		}
	}
	return cell, ""
}

// Faulty is the error of an input with faults.
type Faulty struct {
	File   string
	Faults []Fault
}

// shownFaults bounds what is printed of them.
const shownFaults = 50

// Error lists the faults, one a line.
func (f *Faulty) Error() string {
	var b strings.Builder
	for i, x := range f.Faults {
		if i == shownFaults {
			fmt.Fprintf(&b, "\n… and %d more", len(f.Faults)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(x.at(f.File))
	}
	return b.String()
}

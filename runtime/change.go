// Values out of texts, and the changes that are made to values before they are
// checked.

package runtime

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// parse reads the text of an argument, where it has one to read.
func (in *inspection) parse(p *Param, v Value) (_ Value, ok bool) {
	if p.Parse == "" || !v.isText() {
		return v, true
	}
	if p.Parse == ParseCSV {
		return splitList(v.plain(), p.Items), true
	}
	parsed, err := parseJSON(v.plain())
	if err != nil {
		texts := in.texts()
		in.refuse(p, "must be JSON text: "+err.Error(), fill(texts.JSON, "{parameter}", p.Name))
		return v, false
	}
	switch {
	case parsed.null():
	case p.Type != TypeString && !p.Type.admits(parsed.json):
		in.refuse(p, "must hold "+p.Type.article()+", not "+describe(parsed.json), "")
		return v, false
	case parsed.isText() && halfCharacter(parsed.json):
		in.refuse(p, "has half of a character (a lone surrogate)", "")
		return v, false
	}
	return parsed, true
}

// parseJSON reads a JSON value; null is one too, since somebody wrote it.
func parseJSON(text string) (v Value, err error) {
	s := scanner{b: []byte(text)}
	err = s.document(func(start int) int {
		end := s.value(start, 0)
		if end >= 0 {
			v = rawJSON(s.b[start:end])
		}
		return end
	})
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// splitList makes a list of a text with commas. Spaces around elements and
// empty elements are dropped; elements that shall be numbers or booleans become
// that where they can.
func splitList(text string, items Type) Value {
	out := []byte{'['}
	for element := range strings.SplitSeq(text, ",") {
		if element = strings.TrimSpace(element); element == "" {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		v := Text(element)
		if items == TypeInteger || items == TypeNumber || items == TypeBoolean {
			v, _ = v.as(items)
		}
		out = v.appendJSON(out)
	}
	return rawJSON(append(out, ']'))
}

// apply changes a text, or each text of a list, and shortens.
func (c *Change) apply(v Value) Value {
	if c.Trim || c.StripPrefix != "" || c.StripSuffix != "" || c.Case != "" {
		v = v.mapped(c.text)
	}
	switch {
	case c.Truncate == 0:
	case v.list():
		kept := 0
		v = v.mapped(func(e Value) Value {
			if kept++; kept > c.Truncate {
				return Value{}
			}
			return e
		})
	case v.isText():
		if text := v.plain(); utf8.RuneCountInString(text) > c.Truncate {
			v = Text(string([]rune(text)[:c.Truncate]))
		}
	}
	return v
}

// text changes one text.
func (c *Change) text(v Value) Value {
	if !v.isText() {
		return v
	}
	text := v.plain()
	if c.Trim {
		text = strings.TrimSpace(text)
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, c.StripPrefix), c.StripSuffix)
	switch c.Case {
	case "lower":
		text = strings.ToLower(text)
	case "upper":
		text = strings.ToUpper(text)
	}
	if text == v.plain() {
		return v // with its own spelling
	}
	return Text(text)
}

// clamp moves a number into the bounds.
func (c *Check) clamp(v Value) Value {
	if !v.isNumber() {
		return v
	}
	f, _ := strconv.ParseFloat(v.plain(), 64) // too large is infinite, and out of bounds
	switch {
	case c.Min.Set && f < c.Min.Value:
		return c.Min.number()
	case c.Max.Set && f > c.Max.Value:
		return c.Max.number()
	}
	return v
}

// number is the bound as a value: 100, not 1e+02.
func (b Bound) number() Value {
	return Value{kind: bareValue, text: strconv.FormatFloat(b.Value, 'f', -1, 64)}
}

// Holes in texts, and what they stand for: arguments, what steps have found,
// fields of the credential, and what is made for the call.

package runtime

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// made are the values that are made for a call, when it first asks for them.
type made struct {
	uuid string
	at   time.Time
}

// lookup returns the value of a hole: a parameter's argument, a value that a
// step has found, a field of the credential, or one made for the call. It is
// absent when there is none.
func (k *call) lookup(name string, values []Value) Value {
	if field, ok := strings.CutPrefix(name, "auth."); ok {
		return k.credential(field)
	}
	switch name {
	case "$idempotency_key":
		if k.settings.hasKey {
			return Text(k.settings.key)
		}
		return k.generate("$uuid")
	case "$uuid", "$now", "$unix":
		return k.generate(name)
	}
	if v := k.op.argument(name, values); v.kind != absentValue {
		return v
	}
	return k.found(name)
}

// found returns what a step has found under a name.
func (k *call) found(name string) Value {
	for i := len(k.captured) - 1; i >= 0; i-- {
		if k.captured[i].name == name {
			return notNull(k.captured[i].value)
		}
	}
	return Value{}
}

// credential returns a field of the credential.
func (k *call) credential(field string) Value {
	if k.secrets.scheme == nil {
		return Value{}
	}
	if v := k.secrets.of(strings.TrimPrefix(field, "auth.")); v != "" {
		return Text(v)
	}
	return Value{}
}

// generate returns a value made for the call, the same one each time.
func (k *call) generate(name string) Value {
	if k.made == nil {
		k.made = &made{}
	}
	if k.made.uuid == "" {
		*k.made = made{k.client.uuid(), k.client.clock.Now()}
	}
	switch name {
	case "$uuid":
		return Text(k.made.uuid)
	case "$now":
		return Text(k.made.at.UTC().Format(time.RFC3339))
	}
	return Int(k.made.at.Unix())
}

// newUUID returns a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// fill puts values into the holes of a text. It is not ok when one of them is
// not given.
func (k *call) fill(text string, values []Value) (out string, ok bool) {
	return fillHoles(text, func(name string) Value { return k.lookup(name, values) })
}

// fillHoles puts what value says into the holes of a text, once: what is put in
// is not looked through for holes again.
func fillHoles(text string, value func(name string) Value) (out string, ok bool) {
	at := strings.IndexByte(text, '{')
	if at < 0 {
		return text, true
	}
	if name, end := holeAt(text, at); at == 0 && end == len(text) { // the hole is all of it
		v := value(name)
		return v.plain(), v.kind != absentValue && !v.null()
	}
	var b strings.Builder
	for ; at >= 0; at = strings.IndexByte(text, '{') {
		b.WriteString(text[:at])
		name, end := holeAt(text, at)
		if end == 0 {
			b.WriteByte('{')
			text = text[at+1:]
			continue
		}
		v := value(name)
		if v.kind == absentValue || v.null() {
			return "", false
		}
		b.WriteString(v.plain())
		text = text[end:]
	}
	b.WriteString(text)
	return b.String(), true
}

// holeAt reads the hole that begins with the brace at i: {name}, {auth.name} or
// {$name}. end is 0 when the brace is only a brace.
func holeAt(text string, i int) (name string, end int) {
	inner := i + 1
	if inner < len(text) && text[inner] == '$' {
		inner++
	}
	for j, first, dot := inner, true, false; j < len(text); j++ {
		switch c := text[j]; {
		case c >= 'a' && c <= 'z':
			first = false
		case !first && (isDigit(c) || c == '_'):
		case !first && c == '.' && !dot:
			first, dot = true, true
		case !first && c == '}':
			return text[i+1 : j], j + 1
		default:
			return "", 0
		}
	}
	return "", 0
}

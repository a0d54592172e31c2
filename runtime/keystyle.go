// Key style: hosts pass a key as an ordinary argument of the action. It is taken
// out of the input before anything else looks at that.

package runtime

import (
	"bytes"
	"slices"
)

// keyStyle reports whether hosts pass the credential among the arguments.
func (s *AuthScheme) keyStyle() bool { return s.Type == "api_key" || s.Type == "modulex_key" }

// keysOf takes the fields that the host passes among the arguments out of an
// input: members that are no parameters, for fields that the credentials do not
// hold. Anything that is no JSON object stays as it is.
func (op *Operation) keysOf(cred Credentials, input []byte) (Credentials, []byte) {
	var wanted []string
	for i := -1; i < len(op.OtherAuth); i++ {
		s := op.scheme(i)
		if s == nil || !s.keyStyle() || i >= 0 && !s.accepts(cred.authType) {
			continue
		}
		for _, f := range s.Fields {
			if cred.field(f.Key) == "" && !slices.ContainsFunc(op.Params, func(p Param) bool { return p.Name == f.Key }) {
				wanted = append(wanted, f.Key)
			}
		}
	}
	if len(wanted) == 0 {
		return cred, input
	}
	found, rest := without(input, wanted)
	if len(found) == 0 {
		return cred, input
	}
	held := cred.secret
	return Credentials{cred.authType, func(key string) string {
		if v, ok := found[key]; ok {
			return v
		}
		if held == nil {
			return ""
		}
		return held(key)
	}}, rest
}

// without takes members out of a JSON object: their texts, and the object that
// is left. A text that is no object has none of them.
func without(object []byte, names []string) (found map[string]string, rest []byte) {
	s := scanner{b: bytes.TrimPrefix(object, []byte("\uFEFF"))}
	if len(s.b) > maxInputBytes {
		return nil, object
	}
	found = make(map[string]string)
	rest = append(make([]byte, 0, len(s.b)), '{')
	err := s.document(func(start int) int {
		if s.peek(start) != '{' {
			return s.value(start, 0)
		}
		return s.object(start, 0, func(key []byte, at int) int {
			end := s.value(at, 1)
			if end < 0 {
				return end
			}
			if name := unquote(key); slices.Contains(names, name) {
				found[name] = dataText(s.b[at:end])
				return end
			}
			if len(rest) > 1 {
				rest = append(rest, ',')
			}
			rest = append(append(append(rest, key...), ':'), s.b[at:end]...)
			return end
		})
	})
	if err != nil {
		return nil, object
	}
	return found, append(rest, '}')
}

// dataText is a value of auth_data as text: other than text stays JSON, null is
// nothing.
func dataText(value []byte) string {
	switch value[0] {
	case '"':
		return unquote(value)
	case 'n':
		return ""
	}
	return string(value)
}

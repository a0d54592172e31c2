// How failures are known that hide under a success status, and where the
// message of a failure is found.

package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// marked reports whether the text of a body begins as that of a failure does. It
// need not be JSON for that.
func (k *call) marked(a *answer) bool {
	for i := range k.errors().Failures {
		if prefix := k.errors().Failures[i].Prefix; prefix != "" && bytes.HasPrefix(withoutMark(a.body), []byte(prefix)) {
			return true
		}
	}
	return false
}

// refused reports whether an answer with a success status is a failure all the
// same, by the rules about its JSON.
func (k *call) refused(c *cut) (bool, *Error) {
	for i := range k.errors().Failures {
		rule := &k.errors().Failures[i]
		if is, err := k.breaks(rule, c.answer, c.root, c.at(c.plan.failures[i])); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// denied applies all the rules to an answer whose body nobody else reads. A body
// of any kind is fine there.
func (k *call) denied(a *answer) *Error {
	rules := k.errors().Failures
	if len(rules) == 0 || k.absent(a.status) {
		return nil
	}
	is, err := k.marked(a), (*Error)(nil)
	root := checkedJSON(a.body)
	for i := 0; i < len(rules) && !is && err == nil; i++ {
		is, err = k.breaks(&rules[i], a, root, find(root, rules[i].Path))
	}
	if is {
		err = k.statusError(a)
	}
	if err != nil {
		k.came(err, a)
	}
	return err
}

// breaks reports whether an answer breaks a rule about JSON; member is what
// stands at the rule's path. Such a rule says nothing about a body that is none.
func (k *call) breaks(rule *FailureRule, a *answer, root, member []byte) (bool, *Error) {
	switch {
	case root == nil || rule.Prefix != "":
		return false, nil
	case rule.JQ != "":
		said, err := k.program(rule.JQ, root, a)
		return err == nil && said[0] != 'n' && said[0] != 'f', err
	}
	return rule.fails(member), nil
}

// fails reports whether the member at the rule's path, nil when it is not
// there, is a sign of failure.
func (r *FailureRule) fails(member []byte) bool {
	gone := member == nil || member[0] == 'n'
	switch {
	case r.Missing:
		return gone
	case len(r.Is) > 0:
		return member != nil && slices.Contains(r.Is, textOf(member))
	case len(r.Unless) > 0:
		return member == nil || !slices.Contains(r.Unless, textOf(member))
	}
	return !gone && member[0] != 'f' && !hollow(member)
}

// hollow reports whether a checked value is "", [] or {}.
func hollow(value []byte) bool {
	switch value[0] {
	case '"', '[', '{':
		return len(bytes.TrimSpace(value[1:len(value)-1])) == 0 && (value[0] != '"' || len(value) == 2)
	}
	return false
}

// message finds the error message in a body by the operation's rules; the first
// rule that finds a text wins. Without one, it is the body's own text.
func (k *call) message(a *answer) string {
	body := withoutMark(a.body)
	if root := checkedJSON(bytes.ToValidUTF8(body, []byte("\uFFFD"))); root != nil {
		for _, rule := range k.errors().Messages {
			if text := k.said(&rule, root, a); text != "" {
				return text
			}
		}
	}
	return string(body)
}

// said is the text that a rule finds in a body.
func (k *call) said(rule *ErrorRule, root []byte, a *answer) string {
	value := find(root, rule.Path)
	if rule.JQ != "" {
		value, _ = k.program(rule.JQ, root, a) // a program that fails finds nothing
	}
	if value == nil || value[0] != '[' {
		return rule.text(value)
	}
	var texts []string
	for c := inside(value); c.more(); {
		if t := rule.text(c.skip()); t != "" {
			texts = append(texts, t)
		}
	}
	return strings.Join(texts, "; ")
}

// text joins the members of one error object.
func (r *ErrorRule) text(value []byte) string {
	if value != nil && value[0] == '"' {
		return unquote(value)
	}
	var texts []string
	for _, name := range r.Text {
		if v := find(value, name); v != nil && v[0] == '"' {
			if t := strings.TrimSpace(unquote(v)); t != "" {
				texts = append(texts, t)
			}
		}
	}
	return strings.Join(texts, ": ")
}

// program gives a body to a jq program. The program sees the parameters of the
// call as $input and the status of the answer as $status.
func (k *call) program(program string, body []byte, a *answer) ([]byte, *Error) {
	jq := k.client.table.API.JQ
	if jq == nil {
		return nil, k.failed(CodeInternal, "this connector cannot run jq programs")
	}
	ctx := k.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	input := []byte("{}")
	if len(k.values) == len(k.op.Params) {
		b := builder{call: k, values: k.values}
		input = b.input()
	}
	said, err := jq.Run(ctx, program, body, map[string][]byte{
		"input": input, "status": strconv.AppendInt(nil, int64(a.status), 10), "headers": headersJSON(a.header)})
	if err != nil {
		return nil, k.failed(CodeUnexpectedResponse, "a jq program cannot read the answer: "+k.secrets.clean(err.Error()))
	}
	if said = checkedJSON(said); said == nil {
		return nil, k.failed(CodeInternal, "a jq program yields something that is not JSON")
	}
	return said, nil
}

// headersJSON is the headers of an answer as an object, by their canonical
// names; several of one name are joined with a comma.
func headersJSON(h http.Header) []byte {
	joined := make(map[string]string, len(h))
	for name, values := range h {
		joined[http.CanonicalHeaderKey(name)] = strings.Join(values, ", ")
	}
	out, err := json.Marshal(joined)
	if err != nil {
		return []byte("{}")
	}
	return out
}

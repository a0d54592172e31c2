// What an operation asks of the bodies of its answers, worked out once for each
// client: the paths that one pass over a body must find, and who wants them.
// response.go makes the pass.

package runtime

import "slices"

// plan is what the answers of an operation are read for.
type plan struct {
	wants []path
	names []string // the wants, dotted
	rests []path   // what is left of each behind what one pass can find

	result                            int // index in wants, -1 for none
	next, current, more, pages, total int
	failures                          []int   // of each failure rule
	outputs                           [][]int // the alternatives of each output
	list                              int     // the output that is the envelope's list, -1 for none

	unread  bool // nobody needs the body to be JSON
	judged  bool // a failure rule reads JSON
	emptied bool // an empty body says as much as {}
}

// plan returns the operation's plan.
func (k *call) plan() *plan {
	if p, ok := k.client.plans.Load(k.op); ok {
		return p.(*plan)
	}
	p, _ := k.client.plans.LoadOrStore(k.op, newPlan(k.op, k.errors()))
	return p.(*plan)
}

func newPlan(op *Operation, errors *Errors) *plan {
	p := &plan{result: -1, list: -1}
	if len(op.Outputs) == 0 && op.Result.Kind != ResultNone && op.Result.Kind != "" {
		p.result = p.want(op.Result.Path)
	}
	p.paging(op.Paging)
	for _, rule := range errors.Failures {
		p.failures = append(p.failures, p.wantMember(rule.Path))
		p.judged = p.judged || rule.Path != "" || rule.JQ != ""
	}
	for i := range op.Outputs {
		p.output(&op.Outputs[i])
	}
	p.list = envelopeList(op)
	p.unread = p.result < 0 && op.Paging == nil && !slices.ContainsFunc(op.Outputs, readsJSON)
	p.emptied = p.result < 0 && op.Paging == nil && !slices.ContainsFunc(op.Outputs, Output.needsBody)
	return p
}

// want has a path found and returns its index. Whoever wants the same shares it.
func (p *plan) want(dotted string) int {
	if i := slices.Index(p.names, dotted); i >= 0 {
		return i
	}
	ahead, rest := parsePath(dotted).forward()
	p.names, p.wants, p.rests = append(p.names, dotted), append(p.wants, ahead), append(p.rests, rest)
	return len(p.wants) - 1
}

// wantMember is want for a path that may not be set.
func (p *plan) wantMember(dotted string) int {
	if dotted == "" {
		return -1
	}
	return p.want(dotted)
}

func (p *plan) paging(paging *Paging) {
	if paging == nil {
		paging = &Paging{}
	}
	p.next, p.current = p.wantMember(paging.Next), p.wantMember(paging.Current)
	p.more, p.pages, p.total = p.wantMember(paging.More), p.wantMember(paging.Pages), p.wantMember(paging.Total)
}

func (p *plan) output(o *Output) {
	var alternatives []int
	if o.From == SourceBody || o.From == SourceCount {
		for _, dotted := range o.Paths {
			alternatives = append(alternatives, p.want(dotted))
		}
	}
	p.outputs = append(p.outputs, alternatives)
}

// envelopeList finds the list of an envelope: the one that is paged, or the first.
func envelopeList(op *Operation) int {
	return slices.IndexFunc(op.Outputs, func(o Output) bool {
		if op.Result.Kind == ResultList {
			return o.Field == op.Result.Field
		}
		return o.kind() == TypeArray && o.From != SourceConstant && o.From != SourceEcho
	})
}

// readsJSON reports whether an output needs a body that is JSON.
func readsJSON(o Output) bool {
	return o.From == SourceBody || o.From == SourceJQ || o.From == SourceCount && len(o.Paths) > 0
}

// needsBody reports whether an output is a failure when the body is empty.
func (o Output) needsBody() bool {
	return readsJSON(o) && o.Default == "" && (o.kind() == TypeArray || o.kind() == TypeObject)
}

// kind is the type of what stands in the envelope.
func (o Output) kind() Type {
	switch {
	case o.Type == TypeArray && o.Find != nil && o.Items == "":
		return TypeAny
	case o.Type == TypeArray && o.Find != nil:
		return o.Items
	case o.From == SourceCount || o.From == SourceStatus:
		return TypeInteger
	}
	return o.Type
}

// Who waits for a budget, in a fair order: those of one tenant in the order in
// which they came, and the tenants in turn, so that nobody's thousand calls hold
// up another's one.

package runtime

import "slices"

// line is those who wait. Its zero value is empty.
type line struct {
	head    *turn              // whose turn it is
	waiting map[Tenant][]*turn // behind it
	round   []Tenant           // those of waiting, in the order of their turns
	last    Tenant             // who led last
	size    int
}

// turn is one who waits.
type turn struct {
	tenant Tenant
	first  chan struct{} // closed when it is at the head
}

// join puts one more at the end.
func (l *line) join(tenant Tenant) *turn {
	t := &turn{tenant, make(chan struct{})}
	l.size++
	if l.head == nil {
		l.lead(t)
		return t
	}
	if l.waiting == nil {
		l.waiting = make(map[Tenant][]*turn)
	}
	if len(l.waiting[tenant]) == 0 {
		l.round = append(l.round, tenant)
	}
	l.waiting[tenant] = append(l.waiting[tenant], t)
	return t
}

// leave takes one out, wherever it stands.
func (l *line) leave(t *turn) {
	l.size--
	if l.head == t {
		l.head = nil
		l.next()
		return
	}
	rest := l.waiting[t.tenant]
	rest = slices.DeleteFunc(rest, func(o *turn) bool { return o == t })
	l.keep(t.tenant, rest)
	if len(rest) == 0 {
		l.round = slices.DeleteFunc(l.round, func(o Tenant) bool { return o == t.tenant })
	}
}

// next gives the lead to the first of the tenant whose turn it is; that tenant's
// next turn is after those of all others.
func (l *line) next() {
	if len(l.round) == 0 {
		return
	}
	if l.round[0] == l.last {
		l.round = append(l.round[1:], l.last)
	}
	tenant := l.round[0]
	l.round = l.round[1:]
	t, rest := l.waiting[tenant][0], l.waiting[tenant][1:]
	if l.keep(tenant, rest); len(rest) > 0 {
		l.round = append(l.round, tenant)
	}
	l.lead(t)
}

func (l *line) keep(tenant Tenant, rest []*turn) {
	if len(rest) == 0 {
		delete(l.waiting, tenant)
		return
	}
	l.waiting[tenant] = rest
}

func (l *line) lead(t *turn) {
	l.head, l.last = t, t.tenant
	close(t.first)
}

// ahead is how many will surely go before a newcomer, if nobody gives up.
func (l *line) ahead(tenant Tenant) int {
	if l.head == nil {
		return 0
	}
	own := len(l.waiting[tenant])
	n := 1 + own
	for other, turns := range l.waiting {
		if other != tenant {
			n += min(len(turns), own)
		}
	}
	return n
}

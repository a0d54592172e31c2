// The order in which those go who wait: first come, first served within a
// tenant, and the tenants in turn.

package runtime

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLine joins in one order and sees who leads in which.
func TestLine(t *testing.T) {
	tests := []struct{ name, join, want string }{
		{"one tenant", "a1 a2 a3", "a1 a2 a3"},
		{"two in turn", "a1 a2 a3 a4 b1 b2", "a1 b1 a2 b2 a3 a4"},
		{"a crowd does not hold up one", "a1 a2 a3 a4 a5 a6 b1", "a1 b1 a2 a3 a4 a5 a6"},
		{"three", "a1 b1 c1 a2 b2 c2", "a1 b1 c1 a2 b2 c2"},
	}
	for _, tt := range tests {
		var l line
		names := map[*turn]string{}
		for _, name := range strings.Fields(tt.join) {
			names[l.join(Tenant{name[0]})] = name
		}
		var got []string
		for l.head != nil {
			select {
			case <-l.head.first:
			default:
				t.Fatalf("%s: the head is not told", tt.name)
			}
			got = append(got, names[l.head])
			l.leave(l.head)
		}
		if strings.Join(got, " ") != tt.want || l.size != 0 {
			t.Errorf("%s: %q, want %q; %d are left", tt.name, got, tt.want, l.size)
		}
	}
}

// TestLineAnyOrder: whoever gives up, nobody is lost or told twice, and what was
// promised to be ahead of a newcomer was ahead of it.
func TestLineAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var l line
		type waiter struct {
			turn  *turn
			ahead int // when it joined
			led   int // of others, since
			sure  bool
		}
		var all []*waiter
		for range 60 {
			if r.IntN(3) > 0 || len(all) == 0 {
				tenant := Tenant{byte(r.IntN(4))}
				ahead := l.ahead(tenant)
				all = append(all, &waiter{turn: l.join(tenant), ahead: ahead, sure: true})
				continue
			}
			i := r.IntN(len(all))
			gone := all[i]
			all = append(all[:i], all[i+1:]...)
			wasHead := l.head == gone.turn
			if l.leave(gone.turn); !wasHead {
				for _, w := range all {
					w.sure = false // somebody gave up
				}
			}
			for _, w := range all {
				w.led++
			}
		}
		for l.head != nil {
			for i, w := range all {
				if w.turn == l.head {
					if w.sure && w.led < w.ahead {
						t.Fatalf("%d were ahead, but only %d went", w.ahead, w.led)
					}
					all = append(all[:i], all[i+1:]...)
					break
				}
			}
			l.leave(l.head)
			for _, w := range all {
				w.led++
			}
		}
		if len(all) != 0 || l.size != 0 || len(l.waiting) != 0 || len(l.round) != 0 {
			t.Fatalf("%d never led; %+v", len(all), l)
		}
	}
}

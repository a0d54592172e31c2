// The cursors and addresses that a list has been at, so that it never goes in a
// circle. What is kept is bounded, whatever the length of the list.

package runtime

import "crypto/sha256"

// maxSeen is how many places are remembered one by one; a circle among them, or
// back to them, ends before a page is asked for twice. Lists that are kept have
// fewer pages. Of later places one is remembered, and another after twice as many
// steps (Brent's way), so a circle among those ends after a few rounds.
const maxSeen = 10_000

type seen struct {
	first map[[16]byte]struct{} // hashes
	mark  [16]byte
	steps int // since the mark
	until int // the mark moves
}

// been reports whether a list that is at one place and goes to the next has been
// there before, and notes it.
func (w *walk) been(at, next string) bool {
	s := &w.seen
	if s.first == nil {
		s.first = make(map[[16]byte]struct{})
		if at != "" {
			s.note(at)
		}
	}
	return s.note(next)
}

func (s *seen) note(text string) (again bool) {
	full := sha256.Sum256([]byte(text))
	sum := [16]byte(full[:])
	if _, again = s.first[sum]; again || sum == s.mark {
		return true
	}
	if len(s.first) < maxSeen {
		s.first[sum] = struct{}{}
		return false
	}
	if s.steps++; s.steps > s.until {
		s.mark, s.steps, s.until = sum, 0, 2*s.until+1
	}
	return false
}

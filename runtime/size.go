// Lists of a bounded size, for callers that can take only so much: a model with a
// context of its own, a message queue. The list ends between two items, and says
// where the rest begins.

package runtime

// MaxBytes makes a list end before its items take more than n bytes together. It
// then says [StopSize], and where to go on. The first item is taken whatever its
// size, so that a list always comes forward. Actions without pages ignore it.
func MaxBytes(n int) CallOption {
	return func(s *callSettings) { s.most = n }
}

// fitting is how many items of a page the caller has room for.
func (w *walk) fitting(page *cut) (n int) {
	most := w.settings.most
	if most <= 0 || page.count == 0 {
		return page.count
	}
	if all := len(inList(page.result)) + len(","); w.taken+all <= most {
		w.taken += all
		return page.count
	}
	c := inside(page.result)
	begin, kept := c.i, 0
	for ; c.more(); n++ {
		c.skip()
		upTo := c.i - begin + len(",")
		if w.taken+upTo > most && w.state.Count-page.count+n > 0 {
			break
		}
		kept = upTo
	}
	w.taken += kept
	return n
}

// wanted is why a list ends of which the caller wanted no more.
func (w *walk) wanted() StopReason {
	if w.full {
		return StopSize
	}
	return StopLimit
}

// Refusal is the envelope of an action that a host does not run, or whose result
// it does not pass on: the same as if the action had failed for that reason.
func (c *Client) Refusal(a *Action, code Code, reason string) Envelope {
	return failure(a.Op, failed(c.texts(a.Op), code, reason), nil)
}

// Results of a bounded size. A list is cut between two elements and the envelope
// stays what its schema says; what was left out is said, and where to go on. What
// cannot be cut is refused as a whole: half an object is none.

package mcp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"modulex.dev/connector/runtime"
)

// frameRoom is what the rest of an envelope takes beside its list.
const frameRoom = 256

// roomForList is how many bytes the items of a paged list may take. What stands
// beside the list gets the rest; often that is nothing.
func roomForList(a *runtime.Action, most int) int {
	if len(a.Op.Outputs) > 1 {
		return most * 3 / 4
	}
	return most - frameRoom
}

// fitting makes one envelope fit.
type fitting struct {
	*call
	action *runtime.Action
	skip   int // elements of a list without pages that the caller has
	notes  []string
}

// fit returns the envelope as it may be passed on, and notes of what it lacks.
func (f *fitting) fit(e runtime.Envelope) (runtime.Envelope, []string) {
	most := f.server.options.MaxResult
	if f.skip == 0 && (most < 0 || len(e.JSON) <= most) {
		return e, nil
	}
	fields := members(e.JSON)
	f.drop(&e, fields)
	if most > 0 {
		f.shorten(&e, fields, most)
	}
	out := object(fields)
	if most > 0 && len(out) > most {
		return f.refusal(e, len(e.JSON)), nil
	}
	e.JSON = out
	return e, f.notes
}

// listOf is the field that holds the list of an action without pages; -1 when it
// has none, or when its pages have been counted already.
func (f *fitting) listOf(fields []member) int {
	if f.action.Op.Result.Kind != runtime.ResultList || f.action.Op.Paging != nil {
		return -1
	}
	return slices.IndexFunc(fields, func(m member) bool { return m.key == f.action.Op.Result.Field })
}

// drop takes the elements away that the caller has.
func (f *fitting) drop(e *runtime.Envelope, fields []member) {
	at := f.listOf(fields)
	if at < 0 || f.skip == 0 {
		return
	}
	all := elements(fields[at].value)
	rest := all[min(f.skip, len(all)):]
	fields[at].value = list(rest)
	if e.List != nil {
		state := *e.List
		state.Count = len(rest)
		e.List = &state
	}
}

// shorten cuts lists until the envelope fits: first those beside the list of the
// action, the largest first, then that one.
func (f *fitting) shorten(e *runtime.Envelope, fields []member, most int) {
	own := f.listOf(fields)
	for _, at := range beside(fields, own, f.action) {
		over := len(object(fields)) - most
		if over <= 0 {
			return
		}
		all := elements(fields[at].value)
		kept := all[:fits(all, len(fields[at].value)-over)]
		fields[at].value = list(kept)
		f.notes = append(f.notes, fmt.Sprintf("%s: %d of %d elements are here; the server passes on %d bytes at once", fields[at].key, len(kept), len(all), most))
	}
	over := len(object(fields)) - most
	if own < 0 || over <= 0 {
		return
	}
	all := elements(fields[own].value)
	kept := all[:fits(all, len(fields[own].value)-over)]
	if len(kept) == 0 {
		return // it does not fit
	}
	fields[own].value = list(kept)
	f.notes = append(f.notes, fmt.Sprintf("%s: %d of %d elements are here, from element %d on; the server passes on %d bytes at once",
		fields[own].key, len(kept), f.skip+len(all), f.skip, most))
	if e.List != nil {
		state := *e.List
		state.Count, state.Complete, state.Stop = len(kept), false, runtime.StopSize
		state.Resume = skipPrefix + strconv.Itoa(f.skip+len(kept))
		e.List = &state
	}
}

// beside are the lists that are not the list of the action, the largest first.
func beside(fields []member, own int, a *runtime.Action) (out []int) {
	for i, m := range fields {
		paged := a.Op.Paging != nil && m.key == a.Op.Result.Field
		if i != own && !paged && m.value[0] == '[' {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return len(fields[b].value) - len(fields[a].value) })
	return out
}

// fits is how many elements a list of at most so many bytes holds.
func fits(all []json.RawMessage, most int) (n int) {
	size := len("[]")
	for n < len(all) {
		if size += len(all[n]); size > most {
			break
		}
		size += len(",")
		n++
	}
	return n
}

// refusal is the envelope instead of one that does not fit.
func (f *fitting) refusal(e runtime.Envelope, size int) runtime.Envelope {
	why := fmt.Sprintf("the result has %d bytes, and the server passes on %d at once; ask for less, or let its operator raise --max-result", size, f.server.options.MaxResult)
	if l := e.List; l != nil && l.Count == 1 && l.Resume != "" && strings.Contains(l.String(), l.Resume) {
		why += fmt.Sprintf("; to leave this item out and go on behind it, pass %q: %s", resumeName(f.action), quoted(l.Resume))
	}
	refused := f.server.client.Refusal(f.action, runtime.CodeLimitReached, why)
	if e.Err != nil {
		refused.JSON, refused.Err = withoutData(e), e.Err
	}
	return refused
}

// withoutData is a failed envelope without the items that came: the error is worth more.
func withoutData(e runtime.Envelope) []byte {
	fields := members(e.JSON)
	for i, m := range fields {
		if m.value[0] == '[' {
			fields[i].value = json.RawMessage("[]")
		}
	}
	return object(fields)
}

// skipPrefix begins the places of lists without pages: skip=40.
const skipPrefix = "skip="

// skipped reads a place of a list without pages.
func skipped(at string) (n int, refused string) {
	digits, found := strings.CutPrefix(at, skipPrefix)
	n64, err := strconv.ParseUint(digits, 10, 31)
	if !found || err != nil {
		return 0, fmt.Sprintf("%q is no place to go on at in this list; give the one that an earlier result named, such as skip=40", plain(at, 64))
	}
	return int(n64), ""
}

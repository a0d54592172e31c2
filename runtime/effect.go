// What an action does to what the API holds: faces tell people and agents before
// they run it. The runtime itself looks at methods only.

package runtime

import "net/http"

// Effect is what an action does to what the API holds.
type Effect string

// The effects, each with more to lose than the one before it.
const (
	EffectRead   Effect = "read"   // nothing
	EffectAdd    Effect = "add"    // something is added; what is there stays as it is
	EffectChange Effect = "change" // something that is there becomes different
	EffectRemove Effect = "remove" // something is lost
)

// Idempotent reports whether running the action again with the same input does
// no more than running it once.
func (a *Action) Idempotent() bool {
	return a.Effect == EffectRead || a.Op.Repeatable || a.Op.Method == http.MethodPut || a.Op.Method == http.MethodDelete
}

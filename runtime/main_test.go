// Every test of the package ends without a goroutine left over: a call that
// was canceled, timed out or panicked has nothing running behind it.

package runtime

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http logs what hostile servers send unasked
	goleak.VerifyTestMain(m)
}

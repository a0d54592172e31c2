// The server in this process: for one machine nothing has to be installed. It
// keeps its state in a folder, syncs every write to the disk, and listens on no
// port unless it is told to.

package jetstream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Embedded is a server in this process.
type Embedded struct {
	server *server.Server
	lock   *flock.Flock
	first  atomic.Bool // nobody has connected yet, and nobody can but this process
	broken *broken
}

// ErrInUse says that another process has the folder.
var ErrInUse = errors.New("another process uses this state")

const maxPayload = 8 << 20

// Embed starts a server on a folder. It listens on addr when that is not "".
func Embed(dir, addr string, port int) (*Embedded, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil {
		return nil, err
	} else if !ok {
		return nil, fmt.Errorf("%s: %w", dir, ErrInUse)
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "fleet", JetStream: true, StoreDir: dir, SyncAlways: true, MaxPayload: maxPayload,
		DontListen: addr == "", Host: addr, Port: port, NoSigs: true, NoLog: true, NoSystemAccount: false,
	})
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	b := &broken{over: make(chan struct{})}
	s.SetLogger(b, false, false)
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		s.Shutdown()
		return nil, errors.Join(fmt.Errorf("the server on %s does not start; is the disk full, or the port taken?", dir), lock.Close())
	}
	e := &Embedded{server: s, lock: lock, broken: b}
	e.first.Store(addr == "")
	return e, nil
}

// alone reports, once, that all other workers of the folder are gone: it is this
// process's own, and this is its first connection.
func (e *Embedded) alone() bool { return e.first.Swap(false) }

// Broken is closed when the server can no longer write its state: it keeps nothing
// that it is given then, until it is started again.
func (e *Embedded) Broken() <-chan struct{} { return e.broken.over }

// broken hears in the server's log when a write has failed. A stream that could not
// write answers nobody from then on, which looks like a server that is away.
type broken struct {
	once sync.Once
	over chan struct{}
}

// Errorf implements [server.Logger].
func (b *broken) Errorf(format string, _ ...any) {
	for _, of := range []string{"write error", "failed to store", "DISABLED", "resource limits exceeded"} {
		if strings.Contains(format, of) {
			b.once.Do(func() { close(b.over) })
		}
	}
}

// Warnf implements [server.Logger].
func (b *broken) Warnf(format string, v ...any) { b.Errorf(format, v...) }

// Fatalf implements [server.Logger].
func (b *broken) Fatalf(format string, v ...any) { b.Errorf(format, v...) }

// Noticef implements [server.Logger].
func (*broken) Noticef(string, ...any) {}

// Debugf implements [server.Logger].
func (*broken) Debugf(string, ...any) {}

// Tracef implements [server.Logger].
func (*broken) Tracef(string, ...any) {}

// URL is where the server listens.
func (e *Embedded) URL() string { return e.server.ClientURL() }

func (e *Embedded) connect(name string) (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(e.server), nats.Name(name))
}

// Close ends the server and lets go of the folder.
func (e *Embedded) Close() error {
	e.server.Shutdown()
	e.server.WaitForShutdown()
	return e.lock.Close()
}

// Package fileledger keeps what became of writes with an idempotency key in a
// directory, so that the promise outlives a process and holds among all processes
// of one machine: a command that is run twice, or a hundred times at once.
//
// Each key has two files: KEY.lock, which whoever carries out the write holds
// locked, and KEY.json, the entry. An entry is written, and synced to the disk,
// before the request is sent and again when its answer has come. One that is not
// settled although nobody holds its lock was begun by a process that died: its
// outcome is unknown, and it is never sent again by itself.
//
// The entries hold the answers of the API; they are readable by their owner only.
package fileledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"modulex.dev/connector/runtime"
)

const (
	life = 30 * 24 * time.Hour   // of an entry
	poll = 20 * time.Millisecond // between looks at a lock that another holds

	unfinished = ".entry-" // the beginning of the name of an entry that is being written
)

// Open returns the ledger in a directory, which it makes when it is not there.
func Open(dir string) (runtime.Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &ledger{dir: dir, held: make(map[runtime.LedgerKey]*flock.Flock)}, nil
}

type ledger struct {
	dir string

	mu   sync.Mutex
	held map[runtime.LedgerKey]*flock.Flock
}

// path is where the entry of a key is, without its ending.
func (l *ledger) path(key runtime.LedgerKey) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%x\x00%s", key.API, key.Tenant, key.Key))
	return filepath.Join(l.dir, hex.EncodeToString(sum[:16]))
}

// Claim implements [runtime.Ledger].
func (l *ledger) Claim(ctx context.Context, key runtime.LedgerKey, input [32]byte, waiting func()) (runtime.LedgerEntry, bool, error) {
	path := l.path(key)
	entry, found, err := read(path)
	if err != nil || found && (entry.Input != input || entry.Envelope != nil) {
		return entry, false, err
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if err := acquire(ctx, lock, waiting); err != nil {
		return runtime.LedgerEntry{}, false, err
	}
	// Another process may have been here in the meantime.
	if entry, found, err = read(path); err != nil || found {
		return entry, false, errors.Join(err, lock.Close())
	}
	if err := write(path, runtime.LedgerEntry{Input: input}); err != nil {
		return entry, false, errors.Join(err, lock.Close())
	}
	l.mu.Lock()
	l.held[key] = lock
	l.mu.Unlock()
	return runtime.LedgerEntry{}, true, nil
}

// acquire locks a key, telling waiting when another holds it.
func acquire(ctx context.Context, lock *flock.Flock, waiting func()) error {
	if ok, err := lock.TryLock(); ok || err != nil {
		return err
	}
	waiting()
	_, err := lock.TryLockContext(ctx, poll)
	return err
}

// Settle implements [runtime.Ledger].
func (l *ledger) Settle(_ context.Context, key runtime.LedgerKey, entry runtime.LedgerEntry) error {
	err := write(l.path(key), entry)
	l.sweep(time.Now().Add(-life))
	return errors.Join(err, l.unlock(key))
}

// Release implements [runtime.Ledger].
func (l *ledger) Release(_ context.Context, key runtime.LedgerKey) error {
	err := os.Remove(l.path(key) + ".json")
	return errors.Join(err, l.unlock(key))
}

func (l *ledger) unlock(key runtime.LedgerKey) error {
	l.mu.Lock()
	lock := l.held[key]
	delete(l.held, key)
	l.mu.Unlock()
	if lock == nil {
		return nil
	}
	return lock.Close()
}

// read reads an entry. One that cannot be understood is an error: nothing is to
// be sent again because a file is broken.
func read(path string) (entry runtime.LedgerEntry, found bool, err error) {
	text, err := os.ReadFile(path + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return entry, false, nil
	}
	if err == nil && json.Unmarshal(text, &entry) != nil {
		err = fmt.Errorf("%s.json is no entry of a ledger; look what became of the write, then remove the file", path)
	}
	return entry, err == nil, err
}

// write writes an entry whole or not at all, down to the disk.
func write(path string, entry runtime.LedgerEntry) error {
	text, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), unfinished)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path+".json")
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a renaming last. Some systems cannot; then the entry is only as
// safe as they make it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}

// sweep removes what is from before a moment. Whatever stops it, the next one
// goes on.
func (l *ledger) sweep(before time.Time) {
	files, err := os.ReadDir(l.dir)
	if err != nil {
		return
	}
	for _, file := range files {
		info, err := file.Info()
		path := filepath.Join(l.dir, file.Name())
		switch {
		case err != nil || !info.ModTime().Before(before):
		case strings.HasPrefix(file.Name(), unfinished):
			_ = os.Remove(path)
		case strings.HasSuffix(path, ".json"):
			sweepKey(strings.TrimSuffix(path, ".json"))
		}
	}
}

// sweepKey removes the entry of a key that nobody holds. The lock stays: if it
// went while another process is about to lock it, two could hold the key.
func sweepKey(path string) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return
	}
	_ = os.Remove(path + ".json")
	_ = lock.Close()
}

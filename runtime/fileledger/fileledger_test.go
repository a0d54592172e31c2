package fileledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"modulex.dev/connector/runtime"
)

// TestMain is also the process that dies in the middle of a write.
func TestMain(m *testing.M) {
	if dir := os.Getenv("FILELEDGER_DIE_IN"); dir != "" {
		l, _ := Open(dir)
		_, claimed, err := l.Claim(context.Background(), key, input, func() {})
		fmt.Println(claimed, err)
		os.Exit(0) // without Settle: the system frees the lock
	}
	goleak.VerifyTestMain(m)
}

var (
	key   = runtime.LedgerKey{API: "demo", Key: "k"}
	input = [32]byte{1}
	entry = runtime.LedgerEntry{Input: input, Envelope: []byte(`{"success":true}`)}
)

func open(t *testing.T, dir string) runtime.Ledger {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func claim(t *testing.T, l runtime.Ledger, in [32]byte) (runtime.LedgerEntry, bool) {
	t.Helper()
	e, claimed, err := l.Claim(t.Context(), key, in, func() {})
	if err != nil {
		t.Fatal(err)
	}
	return e, claimed
}

// TestOutlives: an entry is there for another ledger of the same directory, as
// another process has one.
func TestOutlives(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	l := open(t, dir)
	if _, claimed := claim(t, l, input); !claimed {
		t.Fatal("a new key is taken")
	}
	if err := l.Settle(t.Context(), key, entry); err != nil {
		t.Fatal(err)
	}
	if e, claimed := claim(t, open(t, dir), input); claimed || string(e.Envelope) != string(entry.Envelope) {
		t.Errorf("%+v, claimed %t", e, claimed)
	}
	if e, claimed := claim(t, open(t, dir), [32]byte{2}); claimed || e.Input != input {
		t.Errorf("other input: %+v, claimed %t", e, claimed)
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if info, _ := f.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %s", f.Name(), info.Mode())
		}
	}
}

// TestReleased: a key that is given back is free.
func TestReleased(t *testing.T) {
	l := open(t, t.TempDir())
	for range 3 {
		if _, claimed := claim(t, l, input); !claimed {
			t.Fatal("the key is taken")
		}
		if err := l.Release(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDead: a process that dies in the middle of a write leaves an entry that
// says so, at once and for ever.
func TestDead(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FILELEDGER_DIE_IN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "true <nil>\n" {
		t.Fatalf("%s, %v", out, err)
	}
	for range 2 {
		if e, claimed := claim(t, open(t, dir), input); claimed || e.Envelope != nil || e.Input != input {
			t.Errorf("%+v, claimed %t", e, claimed)
		}
	}
}

// TestAtOnce: of many that come together, from ledgers of their own, one claims
// the key, and the others get what it settles.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	var mu sync.Mutex
	claims := 0
	for range 50 {
		all.Go(func() {
			l := open(t, dir)
			e, claimed, err := l.Claim(t.Context(), key, input, func() {})
			if err != nil {
				t.Error(err)
			}
			if !claimed {
				if string(e.Envelope) != string(entry.Envelope) {
					t.Errorf("%+v", e)
				}
				return
			}
			mu.Lock()
			claims++
			mu.Unlock()
			time.Sleep(50 * time.Millisecond) // the write
			if err := l.Settle(context.Background(), key, entry); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if claims != 1 {
		t.Errorf("%d claimed the key", claims)
	}
}

// TestGivesUp: whoever waits can give up.
func TestGivesUp(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	claim(t, l, input)
	// The entry of a write under way says nothing yet, so it is waited for.
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	waited := false
	_, claimed, err := open(t, dir).Claim(ctx, key, input, func() { waited = true })
	if claimed || !errors.Is(err, context.DeadlineExceeded) || !waited {
		t.Errorf("claimed %t, %v, waited %t", claimed, err, waited)
	}
	if err := l.Release(t.Context(), key); err != nil {
		t.Error(err)
	}
}

// TestBroken: a file that is no entry stops the write and names itself.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	path := l.(*ledger).path(key) + ".json"
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Claim(t.Context(), key, input, func() {}); err == nil || !strings.Contains(err.Error(), path+" is no entry of a ledger") {
		t.Errorf("%v", err)
	}
}

// TestSweep: old entries go, new ones and those under way stay.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir).(*ledger)
	old, underWay := runtime.LedgerKey{Key: "old"}, runtime.LedgerKey{Key: "under way"}
	for _, k := range []runtime.LedgerKey{old, underWay, key} {
		if _, claimed, err := l.Claim(t.Context(), k, input, func() {}); !claimed || err != nil {
			t.Fatal(claimed, err)
		}
	}
	if err := l.Settle(t.Context(), old, entry); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-2 * life)
	for _, k := range []runtime.LedgerKey{old, underWay} {
		if err := os.Chtimes(l.path(k)+".json", past, past); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Settle(t.Context(), key, entry); err != nil { // which sweeps
		t.Fatal(err)
	}
	for k, want := range map[runtime.LedgerKey]bool{old: false, underWay: true, key: true} {
		if _, found, _ := read(l.path(k)); found != want {
			t.Errorf("%q is there: %t, want %t", k.Key, found, want)
		}
	}
	if err := l.Release(t.Context(), underWay); err != nil {
		t.Error(err)
	}
}

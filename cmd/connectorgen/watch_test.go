package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// shared is a buffer that is written and read at the same time.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// until waits for the nth line with a text.
func (s *shared) until(t *testing.T, n int, text string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Count(s.String(), text) >= n {
			return
		}
	}
	t.Fatalf("%q was not said %d times:\n%s", text, n, s.String())
}

// watching watches a manifest until the test is over.
func watching(t *testing.T, file, out string) *shared {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	said, ended := &shared{}, make(chan error, 1)
	go func() { ended <- watch(ctx, watched{file: file, out: out, say: said}) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	said.until(t, 1, file+": ")
	return said
}

func swap(t *testing.T, file, old, new string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(src, []byte(old)) {
		t.Fatalf("the manifest does not hold %q", old)
	}
	return bytes.Replace(src, []byte(old), []byte(new), 1)
}

func put(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func generatedGo(t *testing.T, dir, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// A change of the manifest shows in the package, whichever way an editor saves;
// a fault leaves the package as it was.
func TestWatch(t *testing.T) {
	file := written(t, demo)
	dir := filepath.Join(filepath.Dir(file), "gen", "demo")
	said := watching(t, file, "")
	said.until(t, 1, "changed in "+dir)

	// Written in place.
	put(t, file, swap(t, file, "Get an event.", "Get one event."))
	said.until(t, 2, "changed in ")
	if got := generatedGo(t, dir, "get_event_action.go"); !strings.Contains(got, "Get one event.") && !strings.Contains(got, "get one event.") {
		t.Errorf("the package is as before:\n%s", got)
	}

	// Replaced by a rename, the file before kept as a backup.
	aside := filepath.Join(filepath.Dir(file), ".manifest.yaml.swp")
	put(t, aside, swap(t, file, "  get_event:\n", "  fetch_event:\n"))
	if err := os.Rename(file, file+"~"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, file); err != nil {
		t.Fatal(err)
	}
	said.until(t, 3, "changed in ")
	if got := names(t, dir); strings.Contains(got, "get_event_action.go") || !strings.Contains(got, "fetch_event_action.go") {
		t.Errorf("the package holds %s", got)
	}

	// A fault, then mended.
	good := swap(t, file, "", "")
	put(t, file, swap(t, file, "title: Demo\n", "titel: Demo\n"))
	said.until(t, 1, "2 faults\n")
	said.until(t, 1, file+":3:1: the manifest has no key \"titel\"; did you mean \"title\"? [unknown-key]\n")
	put(t, file, good)
	said.until(t, 1, "clean; "+dir+" is current")

	// Away, and back.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	said.until(t, 1, "no such file")
	put(t, file, good)
	said.until(t, 2, "clean; "+dir+" is current")

	for line := range strings.Lines(said.String()) {
		if !regexp.MustCompile(`^(\d\d:\d\d:\d\d )?` + regexp.QuoteMeta(file) + `:`).MatchString(line) {
			t.Errorf("a line says not of what it is: %s", line)
		}
	}
}

// Saving what is there already, and other files, are no reason to speak.
func TestWatchIsQuiet(t *testing.T) {
	file := written(t, demo)
	said := watching(t, file, filepath.Join(filepath.Dir(file), "out"))
	said.until(t, 1, "changed in ")
	before := said.String()
	put(t, file, swap(t, file, "", ""))
	put(t, filepath.Join(filepath.Dir(file), "notes.txt"), []byte("x"))
	time.Sleep(4 * settle)
	if got := said.String(); got != before {
		t.Errorf("it said %s", strings.TrimPrefix(got, before))
	}
}

// Many writes in a row are one change.
func TestWatchWaitsForRest(t *testing.T) {
	file := written(t, demo)
	said := watching(t, file, filepath.Join(filepath.Dir(file), "out"))
	good := swap(t, file, "", "")
	for i := range 20 {
		put(t, file, good[:i*20])
		time.Sleep(settle / 20)
	}
	put(t, file, bytes.Replace(good, []byte("Get an event."), []byte("Get one event."), 1))
	said.until(t, 2, "changed in ")
	if got := said.String(); strings.Contains(got, "fault") {
		t.Errorf("a file was read that was half written:\n%s", got)
	}
}

// The file that a link leads to is watched where it is.
func TestWatchThroughALink(t *testing.T) {
	file := written(t, demo)
	link := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	said := watching(t, link, out)
	put(t, file, swap(t, file, "Get an event.", "Get one event."))
	said.until(t, 2, "changed in "+out)
}

func TestWatchNothing(t *testing.T) {
	if code, _, errOut := do("watch", "--manifest", filepath.Join(t.TempDir(), "manifest.yaml")); code != 2 || !strings.Contains(errOut, "no such file") {
		t.Errorf("exit %d, %s", code, errOut)
	}
}

// Ctrl-C ends it, and that is no failure.
func TestWatchEndsWithCtrlC(t *testing.T) {
	file, said, code := written(t, demo), &shared{}, make(chan int, 1)
	go func() { code <- run([]string{"watch", "--manifest", file}, said, said) }()
	said.until(t, 1, "changed in ")
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-code:
		if got != 0 || !strings.HasSuffix(said.String(), file+": watching ends\n") {
			t.Errorf("exit %d\n%s", got, said.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
	}
}

// watch: lint and generate whenever the manifest changes.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/manifest"
)

func watchCommand(file *string) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Lint and generate now and on each change of the manifest, until Ctrl-C",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return watch(ctx, watched{file: *file, out: out, say: c.OutOrStdout()})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "directory of the package (default gen/NAME beside the manifest)")
	return cmd
}

// settle is how long a file must rest before it is read: editors write in
// several steps.
const settle = 100 * time.Millisecond

// watch runs until ctx is done. It watches folders, since editors replace files;
// what counts is what the manifest holds.
func watch(ctx context.Context, w watched) error {
	if _, err := os.Stat(w.file); err != nil {
		return err
	}
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer events.Close()
	for _, dir := range folders(w.file) {
		if err := events.Add(dir); err != nil {
			return fmt.Errorf("%s cannot be watched: %w", dir, err)
		}
	}
	w.look()
	resting := time.NewTimer(settle)
	defer resting.Stop()
	for {
		select {
		case <-ctx.Done():
			w.line("watching ends")
			return nil
		case e, open := <-events.Events:
			if !open {
				return nil
			}
			if e.Op != fsnotify.Chmod {
				resting.Reset(settle)
			}
		case err, open := <-events.Errors:
			if !open {
				return nil
			}
			w.line("some changes may have been missed: %v", err)
			resting.Reset(settle)
		case <-resting.C:
			w.look()
		}
	}
}

// folders are those in which a change of the file shows: its own, and that of
// the file that it links to.
func folders(file string) []string {
	list := []string{filepath.Dir(file)}
	if target, err := filepath.EvalSymlinks(file); err == nil && filepath.Dir(target) != list[0] {
		list = append(list, filepath.Dir(target))
	}
	return list
}

// watched is a manifest and what was last seen of it.
type watched struct {
	file, out string
	say       io.Writer
	seen      bool
	src       []byte
	trouble   string
}

// look reads the manifest and acts when it holds something new.
func (w *watched) look() {
	src, err := readManifest(w.file)
	if err != nil {
		// Said once: a file may be away for a moment while it is replaced.
		if w.trouble != err.Error() {
			w.trouble = err.Error()
			w.line("%v", err)
		}
		return
	}
	if w.seen && w.trouble == "" && bytes.Equal(src, w.src) {
		return
	}
	w.seen, w.src, w.trouble = true, slices.Clone(src), ""
	w.act(src)
}

func (w *watched) act(src []byte) {
	begin := time.Now()
	c, files, err := generator.Generate(w.file, src)
	if faults, ok := errors.AsType[manifest.Diagnostics](err); ok {
		w.line("%s", counted(len(faults), "fault", "faults"))
		printFaults(w.say, src, faults)
		return
	}
	if err != nil {
		w.line("%v", err)
		return
	}
	dir := outDir(w.file, w.out, c.Package)
	changed := changes(dir, files)
	if err := commit(dir, files); err != nil {
		w.line("%v", err)
		w.trouble = err.Error() // try again on the next event
		return
	}
	took := time.Since(begin).Round(time.Millisecond)
	if changed == 0 {
		w.line("clean; %s is current (%v)", dir, took)
		return
	}
	w.line("clean; %s of %d changed in %s (%v)", counted(changed, "file", "files"), len(files), dir, took)
}

// changes counts the files that differ from those in a directory.
func changes(dir string, files []generator.File) (n int) {
	for _, f := range files {
		if old, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || !bytes.Equal(old, f.Content) {
			n++
		}
	}
	stale, _ := leftovers(dir, files) // there are none when the directory is missing
	return n + len(stale)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// line says what happened, and when.
func (w *watched) line(format string, args ...any) {
	fmt.Fprintf(w.say, "%s %s: %s\n", time.Now().Format(time.TimeOnly), w.file, fmt.Sprintf(format, args...))
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFmt(t *testing.T) {
	file := written(t, strings.Replace(demo, "    description: Get an event.\n", "    description:   'Get an event.'  \n", 1))
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := do("fmt", "--check", "--manifest", file); code != 1 || out != file+": is not laid out; run connectorgen fmt\n" || errOut != "" {
		t.Errorf("check: exit %d, %s%s", code, out, errOut)
	}
	if code, out, errOut := do("fmt", "--manifest", file); code != 0 || out+errOut != "" {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	got, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(got), "    description: \"Get an event.\"\n") {
		t.Errorf("it holds %s, %v", got, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	for _, args := range [][]string{{"fmt"}, {"fmt", "--check"}} {
		if code, out, errOut := do(append(args, "--manifest", file)...); code != 0 || out+errOut != "" {
			t.Errorf("%v again: exit %d, %s%s", args, code, out, errOut)
		}
	}
	if got := names(t, filepath.Dir(file)); got != "manifest.yaml" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestFmtThroughALink(t *testing.T) {
	file := written(t, strings.Replace(demo, "title: Demo\n", "title:  Demo\n", 1))
	link := filepath.Join(t.TempDir(), "link.yaml")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	if code, _, errOut := do("fmt", "--manifest", link); code != 0 {
		t.Fatal(errOut)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	if code, _, _ := do("fmt", "--check", "--manifest", file); code != 0 {
		t.Error("the file is not laid out")
	}
}

func TestFmtRefuses(t *testing.T) {
	file := written(t, strings.Replace(demo, "title: Demo\n", "title: [Demo\n", 1))
	before, _ := os.ReadFile(file)
	if code, out, errOut := do("fmt", "--manifest", file); code != 1 || out != "" || !strings.Contains(errOut, "this is not YAML") {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	if after, _ := os.ReadFile(file); string(after) != string(before) {
		t.Error("the file was changed")
	}
	if code, _, errOut := do("fmt", "--manifest", "/nowhere.yaml"); code != 2 || !strings.Contains(errOut, "no such file") {
		t.Errorf("exit %d, %s", code, errOut)
	}
	// A manifest with faults is laid out all the same.
	file = written(t, strings.Replace(demo, "title: Demo\n", "titel:  Demo\n", 1))
	if code, _, errOut := do("fmt", "--manifest", file); code != 0 {
		t.Errorf("exit %d, %s", code, errOut)
	}
}

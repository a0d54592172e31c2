// Completion of actions, flags and values: what the command offers, and the
// scripts of the shells themselves.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"modulex.dev/connector/internal/needs"
)

func TestCompletion(t *testing.T) {
	for _, tt := range []struct{ args, want string }{ // args split at |; the words in front of the descriptions
		{"call|get_e", "get_event get_event_person :4"},
		{"call|get_event", "get_event get_event_person :4"},
		{"call|get_event|", ":4"},
		{"call|create_webhook|--ev", "--event :4"},
		{"call|create_webhook|--event|people.", "people.registered people.attended people.not_attended people.watched_replay :4"},
		{"call|create_event|--chat", "--chat-enabled :4"},
		{"call|create_event|--no-ch", "--no-chat-enabled :4"},
		{"call|create_webhook|-p|", "url= event= :6"},
		{"call|create_webhook|-p|event=job", "event=job.ended :6"},
		{"call|list_events|--output|", "json ndjson yaml csv table :4"},
		{"call|--color|a", "auto always :4"},
		{"doct", "doctor :4"},
	} {
		got := run(t, nil, "", append([]string{"__complete"}, strings.Split(tt.args, "|")...)...)
		var words []string
		for line := range strings.Lines(got.out) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			words = append(words, word)
		}
		if strings.Join(words, " ") != tt.want {
			t.Errorf("%s: %s", tt.args, strings.Join(words, " "))
		}
	}
}

// The shells ask the command through the scripts that it writes for them.
func TestCompletionInShells(t *testing.T) {
	if testing.Short() {
		t.Skip("runs other programs; the run without -short does")
	}
	binary := built(t)
	for shell, script := range map[string]string{
		"bash": `. /usr/share/bash-completion/bash_completion 2>/dev/null
source <(livestorm completion bash)
COMP_WORDS=(livestorm call get_event_p) COMP_CWORD=2 COMP_LINE="livestorm call get_event_p" COMP_POINT=26
__start_livestorm; echo "${COMPREPLY[@]}"
COMP_WORDS=(livestorm call create_webhook --event job) COMP_CWORD=4 COMP_LINE="livestorm call create_webhook --event job" COMP_POINT=41
__start_livestorm; echo "${COMPREPLY[@]}"`,
		"fish": `livestorm completion fish | source
complete -C "livestorm call get_event_p"
complete -C "livestorm call create_webhook --event job"`,
		"zsh": `autoload -U compinit; compinit -u -d "$HOME/dump"
source <(livestorm completion zsh)
compadd() { : } # there is no line editor here: what would be added is shown
_describe() { shift; while [[ $1 == -* ]]; do shift; done; print -l "${(@P)2:-${(@P)1}}" }
words=(livestorm call get_event_p) CURRENT=3; _livestorm
words=(livestorm call create_webhook --event job) CURRENT=5; _livestorm`,
	} {
		t.Run(shell, func(t *testing.T) {
			path := needs.Program(t, shell, "apt-get install "+shell)
			if shell == "bash" {
				needs.File(t, "/usr/share/bash-completion/bash_completion", "apt-get install bash-completion")
			}
			home := t.TempDir()
			cmd := exec.Command(path, "-c", script)
			cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			if !strings.Contains(string(out), "get_event_person") || !strings.Contains(string(out), "job.ended") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

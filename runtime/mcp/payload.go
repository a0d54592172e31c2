// Payloads on their way past the SDK. It would look at every byte of a result
// three times while it encodes it, which costs more than the call itself. So it is
// given a mark in the payload's place, and the transport puts the payload there
// when the message is written.

package mcp

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"sync"
)

// payloads are those that are on their way over one connection or in the answer
// to one request.
type payloads struct {
	mu    sync.Mutex
	marks map[string]json.RawMessage
}

// mark keeps a payload and returns what stands for it: a text that nobody can
// guess, so no result can hold it by itself.
func (p *payloads) mark(payload json.RawMessage) string {
	if bytes.IndexByte(payload, '\n') >= 0 || bytes.IndexByte(payload, '\r') >= 0 { // between its parts; messages are on one line
		payload = compacted(payload)
	}
	mark := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.marks == nil {
		p.marks = make(map[string]json.RawMessage)
	}
	p.marks[mark] = payload
	return mark
}

// fill puts the payloads into a message that is about to be written.
func (p *payloads) fill(message []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	for mark, payload := range p.marks {
		quoted := append(append([]byte{'"'}, mark...), '"')
		before, after, found := bytes.Cut(message, quoted)
		if !found {
			continue
		}
		delete(p.marks, mark)
		filled := make([]byte, 0, len(message)+len(payload)+1) // and the end of a line
		message = append(append(append(filled, before...), payload...), after...)
	}
	return message
}

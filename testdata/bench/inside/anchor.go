package main

// The anchor of input: what a generator could print for update_event alone, to
// read 15 fields, refuse unknown ones and want each.

import (
	"errors"
	"strconv"

	"modulex.dev/connector/testdata/bench/clients"
)

var errInput = errors.New("the input is not that of update_event")

const allFields = 1<<15 - 1

type anchored struct {
	EventID string
	clients.Event
}

// text and flag are the field of a name; seen has the bit of each that was given.
func (in *anchored) text(name []byte, seen *int) *string {
	switch string(name) {
	case "event_id":
		*seen |= 1 << 0
		return &in.EventID
	case "owner_id":
		*seen |= 1 << 1
		return &in.OwnerID
	case "title":
		*seen |= 1 << 2
		return &in.Title
	case "slug":
		*seen |= 1 << 3
		return &in.Slug
	case "status":
		*seen |= 1 << 4
		return &in.Status
	case "description":
		*seen |= 1 << 5
		return &in.Description
	}
	return nil
}

func (in *anchored) flag(name []byte, seen *int) *bool {
	switch string(name) {
	case "recording_enabled":
		*seen |= 1 << 6
		return &in.RecordingEnabled
	case "chat_enabled":
		*seen |= 1 << 7
		return &in.ChatEnabled
	case "everyone_can_speak":
		*seen |= 1 << 8
		return &in.EveryoneCanSpeak
	case "detailed_registration_page_enabled":
		*seen |= 1 << 9
		return &in.DetailedRegistrationPageEnabled
	case "light_registration_page_enabled":
		*seen |= 1 << 10
		return &in.LightRegistrationPageEnabled
	case "recording_public":
		*seen |= 1 << 11
		return &in.RecordingPublic
	case "show_in_company_page":
		*seen |= 1 << 12
		return &in.ShowInCompanyPage
	case "polls_enabled":
		*seen |= 1 << 13
		return &in.PollsEnabled
	case "questions_enabled":
		*seen |= 1 << 14
		return &in.QuestionsEnabled
	}
	return nil
}

// anchorOfMap reads a map that encoding/json has made.
func anchorOfMap(m map[string]any) (in anchored, err error) {
	seen := 0
	for name, v := range m {
		switch v := v.(type) {
		case string:
			field := in.text([]byte(name), &seen) // not copied: it is compared only
			if field == nil {
				return in, errInput
			}
			*field = v
		case bool:
			field := in.flag([]byte(name), &seen)
			if field == nil {
				return in, errInput
			}
			*field = v
		default:
			return in, errInput
		}
	}
	if seen != allFields {
		return in, errInput
	}
	return in, nil
}

// anchorOfBytes reads the text itself, in which it wants no space.
func anchorOfBytes(b []byte) (in anchored, err error) {
	seen, i := 0, 1
	for len(b) > 0 && b[0] == '{' {
		name, end := quoted(b, i)
		if end < 0 || end+5 > len(b) || b[end] != ':' {
			return in, errInput
		}
		if i, err = in.value(name, b, end+1, &seen); err != nil {
			return in, err
		}
		if b[i] == '}' && i == len(b)-1 && seen == allFields {
			return in, nil
		}
		if b[i] != ',' {
			break
		}
		i++
	}
	return in, errInput
}

// value reads the value of a member and returns where it ends.
func (in *anchored) value(name, b []byte, i int, seen *int) (int, error) {
	if b[i] == '"' {
		field := in.text(name, seen)
		text, end := quoted(b, i)
		if field == nil || end < 0 || end >= len(b) {
			return 0, errInput
		}
		*field = string(text)
		return end, nil
	}
	field := in.flag(name, seen)
	switch {
	case field == nil:
	case string(b[i:i+4]) == "true" && i+4 < len(b):
		*field = true
		return i + 4, nil
	case string(b[i:i+4]) == "fals" && i+5 < len(b) && b[i+4] == 'e':
		*field = false
		return i + 5, nil
	}
	return 0, errInput
}

// quoted reads a string and returns where it ends, or -1. It is a part of b unless
// it has escapes.
func quoted(b []byte, i int) ([]byte, int) {
	if i >= len(b) || b[i] != '"' {
		return nil, -1
	}
	plain := true
	for k := i + 1; k < len(b); k++ {
		switch c := b[k]; {
		case c == '"' && plain:
			return b[i+1 : k], k + 1
		case c == '"':
			text, err := strconv.Unquote(string(b[i : k+1])) // near enough to JSON's own escapes
			if err != nil {
				return nil, -1
			}
			return []byte(text), k + 1
		case c == '\\':
			plain = false
			k++
		case c < ' ':
			return nil, -1
		}
	}
	return nil, -1
}

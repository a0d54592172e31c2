package floor

// Bodies of requests, written by hand.

import (
	"strconv"

	"modulex.dev/connector/testdata/bench/clients"
)

func newEventBody(e *clients.NewEvent) []byte {
	b := append(make([]byte, 0, 512), `{"data":{"type":"events","attributes":{"owner_id":`...)
	b = quoted(b, e.OwnerID)
	b = quoted(append(b, `,"title":`...), e.Title)
	b = quoted(append(b, `,"status":`...), e.Status)
	b = quoted(append(b, `,"description":`...), e.Description)
	b = strconv.AppendBool(append(b, `,"recording_enabled":`...), e.RecordingEnabled)
	b = strconv.AppendBool(append(b, `,"chat_enabled":`...), e.ChatEnabled)
	return append(b, `}}}`...)
}

func eventBody(e *clients.Event) []byte {
	b := append(make([]byte, 0, 640), `{"data":{"type":"events","attributes":{"owner_id":`...)
	b = quoted(b, e.OwnerID)
	b = quoted(append(b, `,"title":`...), e.Title)
	b = quoted(append(b, `,"slug":`...), e.Slug)
	b = quoted(append(b, `,"status":`...), e.Status)
	b = quoted(append(b, `,"description":`...), e.Description)
	b = strconv.AppendBool(append(b, `,"recording_enabled":`...), e.RecordingEnabled)
	b = strconv.AppendBool(append(b, `,"chat_enabled":`...), e.ChatEnabled)
	b = strconv.AppendBool(append(b, `,"everyone_can_speak":`...), e.EveryoneCanSpeak)
	b = strconv.AppendBool(append(b, `,"detailed_registration_page_enabled":`...), e.DetailedRegistrationPageEnabled)
	b = strconv.AppendBool(append(b, `,"light_registration_page_enabled":`...), e.LightRegistrationPageEnabled)
	b = strconv.AppendBool(append(b, `,"recording_public":`...), e.RecordingPublic)
	b = strconv.AppendBool(append(b, `,"show_in_company_page":`...), e.ShowInCompanyPage)
	b = strconv.AppendBool(append(b, `,"polls_enabled":`...), e.PollsEnabled)
	b = strconv.AppendBool(append(b, `,"questions_enabled":`...), e.QuestionsEnabled)
	return append(b, `}}}`...)
}

func registrationBody(r *clients.Registration) []byte {
	b := append(make([]byte, 0, 512), `{"data":{"type":"people","attributes":{"referrer":`...)
	b = quoted(b, r.Referrer)
	b = quoted(append(b, `,"utm_source":`...), r.UTMSource)
	b = append(b, `,"fields":[`...)
	for i, f := range r.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = quoted(append(b, `{"id":`...), f.ID)
		b = quoted(append(b, `,"value":`...), f.Value)
		b = append(b, '}')
	}
	return append(b, `]}}}`...)
}

// quoted appends a string of JSON.
func quoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

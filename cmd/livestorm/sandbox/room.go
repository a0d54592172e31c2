// This file holds what a session leaves behind: chat messages, questions and
// recordings. No operation makes any, so PastSessionID alone has them.
//
// The types "chat_messages" and "questions" are not documented; they follow the
// addresses, as every other type does.

package sandbox

import (
	"crypto/sha256"
	"fmt"
	"strconv"
)

// The life of a signed link in seconds, as documented: an hour to seven days,
// and twelve hours unless told another.
const (
	expiresParam  = "url_expires_in"
	defaultExpiry = 43_200
	minExpiry     = 3_600
	maxExpiry     = 604_800
)

func (c *call) listMessages() (*reply, error) {
	return listSaid(c, func(s *session) []*message { return s.messages })
}

func (c *call) listQuestions() (*reply, error) {
	return listSaid(c, func(s *session) []*question { return s.questions })
}

// said is something that a person said in a session.
type said interface {
	by() *person
	resource() resource
}

// listSaid answers with a page of what was said. Both operations take
// include=people (https://github.com/w6w-io/w6w-apps), which brings the authors,
// each once; a relationship of that name tells who said what.
func listSaid[T said](c *call, all func(*session) []T) (*reply, error) {
	names, err := c.included("people")
	if err != nil {
		return nil, err
	}
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	items, m, err := selectPage(c, all(s), filters[T]{})
	if err != nil {
		return nil, err
	}
	data := render(items, T.resource)
	if names == nil {
		return list(data, m, nil), nil
	}
	included := []resource{}
	seen := map[*person]bool{}
	for i, item := range items {
		author := item.by()
		data[i].Relationships = map[string]relation{"people": {ref{typePerson, author.id}}}
		if !seen[author] {
			seen[author] = true
			included = append(included, author.resource())
		}
	}
	return list(data, m, included), nil
}

func (m *message) by() *person  { return m.author }
func (q *question) by() *person { return q.author }

func (m *message) resource() resource {
	return resource{ID: m.id, Type: typeMessage, Attributes: messageAttributes{
		AuthorID: m.author.id, FromTeamMember: m.author.role == roleTeam, TextContent: m.text, CreatedAt: m.createdAt,
	}}
}

func (q *question) resource() resource {
	return resource{ID: q.id, Type: typeQuestion, Attributes: questionAttributes{
		EventID: q.session.event.id, SessionID: q.session.id,
		Question: q.text, Response: q.response, ResponseOrally: q.orally,
		RespondedAt: q.respondedAt, CreatedAt: q.createdAt, UpdatedAt: q.updatedAt,
	}}
}

// listRecordings signs the links anew with every call.
func (c *call) listRecordings() (*reply, error) {
	expiry, err := c.numberParam(expiresParam, defaultExpiry)
	if err != nil {
		return nil, err
	}
	// What a life outside the documented bounds does is not documented.
	if expiry < minExpiry || expiry > maxExpiry {
		return nil, badRequest(fmt.Sprintf("%s must be between %d and %d.", expiresParam, minExpiry, maxExpiry))
	}
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	recordings, m, err := selectPage(c, s.recordings, filters[*recording]{})
	if err != nil {
		return nil, err
	}
	shape := func(r *recording) resource { return r.resource(s, c.now, expiry) }
	return list(render(recordings, shape), m, nil), nil
}

// resource says "mp4" for the media type, as a captured answer does
// (https://github.com/Material-Dev/livestorm_ruby).
func (r *recording) resource(s *session, now int64, expiry int) resource {
	file := r.id + ".mp4"
	query := "?expires=" + strconv.FormatInt(now+int64(expiry), 10)
	signature := sha256.Sum256([]byte(file + query))
	return resource{ID: r.id, Type: typeRecording, Attributes: recordingAttributes{
		EventID: s.event.id, SessionID: s.id,
		FileType: "video", MimeType: "mp4", FileSize: r.size, FileName: file,
		URL:            fmt.Sprintf("https://recordings.example.com/%s%s&signature=%x", file, query, signature[:8]),
		URLGeneratedAt: now, URLExpiresIn: expiry,
	}}
}

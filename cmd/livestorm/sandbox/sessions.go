// This file holds the operations on sessions
// (https://developers.livestorm.co/reference/get_sessions and its neighbours),
// and reads the sessions that come along with a new event. Who takes part is in
// people.go.

package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	_ "time/tzdata" // time zone names must mean the same on machines without them
)

func (c *call) listSessions() (*reply, error) {
	return c.sessionPage(c.world.sessions.rows)
}

func (c *call) listEventSessions() (*reply, error) {
	if err := c.includeNothing(); err != nil {
		return nil, err
	}
	e, err := c.world.events.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	return c.sessionPage(e.sessions)
}

func (c *call) sessionPage(all []*session) (*reply, error) {
	sessions, m, err := selectPage(c, all, sessionFilters(c.now))
	if err != nil {
		return nil, err
	}
	return list(render(sessions, c.sessionResource), m, nil), nil
}

// includeNothing is for the two operations on sessions that document an include
// parameter without a single value for it. Any value is refused.
func (c *call) includeNothing() error {
	_, err := c.included()
	return err
}

func (c *call) getSession() (*reply, error) {
	if err := c.includeNothing(); err != nil {
		return nil, err
	}
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	return single(http.StatusOK, c.sessionResource(s), nil), nil
}

func (c *call) createSession() (*reply, error) {
	e, err := c.world.events.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument("", "people"); err != nil {
		return nil, err
	}
	s := c.newSession(e)
	if err := c.schedule(s, c.doc.attributes, s.members()); err != nil {
		return nil, err
	}
	team, guests, err := c.invited()
	if err != nil {
		return nil, err
	}
	s.id, s.team = c.world.newID(typeSession), team
	c.world.addSession(s)
	for _, p := range guests {
		c.world.enroll(s, p, namesOf(p), c.now)
	}
	return single(http.StatusCreated, c.sessionResource(s), nil), nil
}

// changeSession serves PATCH and PUT: the official sample of a PUT leaves
// attributes out too (https://github.com/livestorm/embed_the_room_as_an_iframe).
func (c *call) changeSession() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument(s.id); err != nil {
		return nil, err
	}
	// The change is made on a copy, so that a refused one leaves nothing behind.
	next := *s
	members := next.members()
	members["embed_url"] = &next.embedURL // documented for changes only
	if err := c.schedule(&next, c.doc.attributes, members); err != nil {
		return nil, err
	}
	*s = next
	return single(http.StatusOK, c.sessionResource(s), nil), nil
}

func (c *call) deleteSession() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	s.event.sessions = slices.DeleteFunc(s.event.sessions, func(other *session) bool { return other == s })
	c.world.sessions.remove(s.id)
	return noContent(), nil
}

// newSession starts a session with the owner's time zone; the default is not
// documented.
func (c *call) newSession(e *event) *session {
	s := &session{event: e, timezone: "UTC", createdAt: c.now}
	if e.owner.timezone != nil {
		s.timezone = *e.owner.timezone
	}
	return s
}

// members maps the writable attributes that need no second look to where they
// are kept; schedule adds the one that does.
func (s *session) members() map[string]any {
	return map[string]any{"timezone": &s.timezone, "name": &s.name}
}

// schedule reads attributes into s.
func (c *call) schedule(s *session, attributes object, members map[string]any) error {
	var start string
	members["estimated_started_at"] = &start
	if err := c.assign(attributes, members); err != nil {
		return err
	}
	// "" and "Local" load without an error but are no IANA names.
	zone, err := time.LoadLocation(s.timezone)
	if err != nil || s.timezone == "" || s.timezone == "Local" {
		return unprocessable("timezone must be an IANA time zone name.")
	}
	if _, given := attributes["estimated_started_at"]; given {
		at, ok := parseStart(start, zone)
		if !ok {
			return unprocessable(`estimated_started_at must look like "2027-03-04 15:00:00" or be an ISO 8601 time.`)
		}
		s.estimatedAt = at
	}
	s.updatedAt = c.now
	return nil
}

// parseStart reads the documented form, whose zone must be the session's as it
// names none itself, and ISO 8601, which a client uses.
func parseStart(text string, zone *time.Location) (int64, bool) {
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.Unix(), true
		}
	}
	return 0, false
}

// plannedSessions reads relationships.sessions of a new event: a bare array,
// not the {"data": [...]} of JSON:API
// (https://github.com/Material-Dev/livestorm_ruby). The sessions are not part of
// the world yet, as a later one may be refused.
func (c *call) plannedSessions(e *event) ([]*session, error) {
	items, err := c.related("sessions")
	if err != nil {
		return nil, err
	}
	var planned []*session
	for _, item := range items {
		doc, err := readData(item, typeSession, c.mention)
		if err != nil || doc.id != "" || doc.relationships != nil {
			return nil, badRequest("data.relationships.sessions must hold objects of the type sessions with attributes and nothing else.")
		}
		s := c.newSession(e)
		if err := c.schedule(s, doc.attributes, s.members()); err != nil {
			return nil, err
		}
		planned = append(planned, s)
	}
	return planned, nil
}

// invited reads relationships.people of a new session: an array of
// {"data": {"type": "people", "id", "role"}}.
func (c *call) invited() (team, guests []*person, err error) {
	items, err := c.related("people")
	if err != nil {
		return nil, nil, err
	}
	for _, item := range items {
		p, role, err := c.invitee(item)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case slices.Contains(team, p) || slices.Contains(guests, p):
			return nil, nil, unprocessable("data.relationships.people names somebody twice.")
		case role == roleTeam && p.role == roleTeam:
			team = append(team, p)
		case role == roleParticipant:
			guests = append(guests, p)
		default:
			return nil, nil, unprocessable("The role must be participant, or team_member for a team member.")
		}
	}
	return team, guests, nil
}

func (c *call) invitee(raw json.RawMessage) (p *person, role string, err error) {
	var item, data object
	var kind, id string
	if !readAs(raw, &item) || len(item) != 1 || !readAs(item["data"], &data) || len(data) != 3 ||
		!readAs(data["type"], &kind) || kind != typePerson || !readAs(data["id"], &id) || !readAs(data["role"], &role) {
		return nil, "", badRequest(`data.relationships.people must hold objects with a data member: {"type": "people", "id", "role"}.`)
	}
	p, known := c.world.people.byID[id]
	if !known {
		return nil, "", unprocessable("data.relationships.people names nobody who is known.")
	}
	return p, role, nil
}

// related splits a relationship into its items; one that was not sent has none.
func (c *call) related(name string) ([]json.RawMessage, error) {
	var items []json.RawMessage
	if raw, given := c.doc.relationships[name]; given && !readAs(raw, &items) {
		return nil, badRequest("data.relationships." + name + " must be an array.")
	}
	return items, nil
}

// status follows from the session's times. That an unscheduled session is a
// draft is a choice; the values are documented, their conditions are not.
func (s *session) status(now int64) string {
	switch {
	case s.canceledAt != 0:
		return "canceled"
	case s.endedAt != 0:
		return "past"
	case s.startedAt != 0:
		return "live"
	case s.event.status == statusDraft || s.estimatedAt == 0:
		return "draft"
	case s.estimatedAt <= now:
		return "past_not_started"
	}
	return "upcoming"
}

func (c *call) sessionResource(s *session) resource {
	attended := 0
	for _, r := range s.registrations {
		if r.attended {
			attended++
		}
	}
	a := sessionAttributes{
		EventID: s.event.id, Status: s.status(c.now), Timezone: s.timezone, RoomLink: s.roomLink(), Name: s.name,
		EstimatedStartedAt: s.estimatedAt, StartedAt: s.startedAt, EndedAt: s.endedAt, CanceledAt: s.canceledAt,
		CreatedAt: s.createdAt, UpdatedAt: s.updatedAt,
		AttendeesCount: attended, RegistrantsCount: len(s.registrations),
	}
	if s.endedAt != 0 {
		a.Duration = new(s.endedAt - s.startedAt)
	}
	return resource{ID: s.id, Type: typeSession, Attributes: a}
}

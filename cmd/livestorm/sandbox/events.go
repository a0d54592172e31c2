// This file holds the operations on events
// (https://developers.livestorm.co/reference/get_events and its neighbours) and
// the rules an event must keep. Its tags are in tags.go, its sessions in
// sessions.go, its people in people.go.

package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// The values of an event's status that clients use.
const (
	statusDraft     = "draft"
	statusPublished = "published"
)

// members maps the writable attributes to where they are kept. POST, PUT and
// PATCH document the same list.
func (s *eventSettings) members() map[string]any {
	return map[string]any{
		"owner_id":                           &s.ownerID,
		"title":                              &s.title,
		"slug":                               &s.slug,
		"status":                             &s.status,
		"description":                        &s.description,
		"everyone_can_speak":                 &s.everyoneCanSpeak,
		"detailed_registration_page_enabled": &s.detailedPage,
		"light_registration_page_enabled":    &s.lightPage,
		"recording_enabled":                  &s.recordingEnabled,
		"recording_public":                   &s.recordingPublic,
		"show_in_company_page":               &s.showInCompanyPage,
		"chat_enabled":                       &s.chat,
		"questions_enabled":                  &s.questions,
		"polls_enabled":                      &s.polls,
	}
}

func (c *call) listEvents() (*reply, error) {
	names, err := c.included("sessions", "tags")
	if err != nil {
		return nil, err
	}
	events, m, err := selectPage(c, c.world.events.rows, eventFilters(c.now))
	if err != nil {
		return nil, err
	}
	shape := func(e *event) resource { return c.eventResource(e, names) }
	return list(render(events, shape), m, c.eventIncluded(names, events...)), nil
}

// getEvent takes the include values of the list; its own are not documented.
func (c *call) getEvent() (*reply, error) {
	names, err := c.included("sessions", "tags")
	if err != nil {
		return nil, err
	}
	e, err := c.world.events.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	return single(http.StatusOK, c.eventResource(e, names), c.eventIncluded(names, e)), nil
}

// createEvent makes an event. No attribute is marked as required in the
// vendor's schema, yet an event without an owner or a title has no meaning in
// any documented answer, so both are asked for. Sending the same body twice
// makes two events: no idempotency key is documented.
func (c *call) createEvent() (*reply, error) {
	if err := c.checkDocument("", "sessions"); err != nil {
		return nil, err
	}
	e, err := c.eventTemplate()
	if err != nil {
		return nil, err
	}
	var copied string // eventTemplate has dealt with it
	members := e.members()
	members["copy_from_event_id"] = &copied
	if err := c.assign(c.doc.attributes, members); err != nil {
		return nil, err
	}
	if _, given := c.doc.attributes["slug"]; !given {
		e.slug = c.world.freeSlug(slugOf(e.title))
	}
	if err := c.settle(e, e.eventSettings); err != nil {
		return nil, err
	}
	sessions, err := c.plannedSessions(e)
	if err != nil {
		return nil, err
	}
	e.id, e.createdAt = c.world.newID(typeEvent), c.now
	c.world.events.add(e.id, e)
	for _, s := range sessions {
		s.id = c.world.newID(typeSession)
		c.world.addSession(s)
	}
	return single(http.StatusCreated, c.eventResource(e, nil), nil), nil
}

// eventTemplate is the event that a new one starts from: an empty one, or the
// one named by copy_from_event_id, whose settings are cloned. What exactly a
// clone takes over is not documented; here it is the settings and the form, and
// the clone is a draft.
func (c *call) eventTemplate() (*event, error) {
	raw, given := c.doc.attributes["copy_from_event_id"]
	if !given {
		return &event{eventSettings: defaultSettings(), fields: defaultFields()}, nil
	}
	var id string
	if !readAs(raw, &id) {
		return nil, unprocessable("The attribute copy_from_event_id must be a string.")
	}
	source, ok := c.world.events.byID[id]
	if !ok {
		return nil, unprocessable("copy_from_event_id names no event.")
	}
	e := &event{eventSettings: source.eventSettings, fields: source.fields}
	e.status = statusDraft
	return e, nil
}

// replaceEvent asks for every writable attribute. The vendor's schema marks
// none as required for PUT and does not say what happens to those left out;
// refusing keeps that case from passing by accident. PATCH is the documented way
// to send fewer.
func (c *call) replaceEvent() (*reply, error) {
	if _, err := c.world.events.get(c.ids["id"]); err != nil {
		return nil, err
	}
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(new(eventSettings).members())) {
		if _, ok := c.doc.attributes[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, unprocessable("PUT needs every writable attribute; missing: " + strings.Join(missing, ", ") + ".")
	}
	return c.changeEvent()
}

func (c *call) changeEvent() (*reply, error) {
	e, err := c.world.events.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument(e.id); err != nil {
		return nil, err
	}
	// The change is made on a copy, so that a refused one leaves nothing behind.
	next := e.eventSettings
	if err := c.assign(c.doc.attributes, next.members()); err != nil {
		return nil, err
	}
	if err := c.settle(e, next); err != nil {
		return nil, err
	}
	return single(http.StatusOK, c.eventResource(e, nil), nil), nil
}

func (c *call) deleteEvent() (*reply, error) {
	e, err := c.world.events.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	for _, s := range e.sessions {
		c.world.sessions.remove(s.id)
	}
	c.world.events.remove(e.id)
	return noContent(), nil
}

// settle gives e the settings next if they keep the rules.
func (c *call) settle(e *event, next eventSettings) error {
	var problems []string
	owner := c.world.people.byID[next.ownerID]
	// Clients take owner_id from /people; whether the id of a user works as
	// well is not documented, so it does not.
	if owner == nil || owner.role != roleTeam {
		problems = append(problems, "owner_id is required and must be the id of a team member.")
	}
	if strings.TrimSpace(next.title) == "" {
		problems = append(problems, "title is required and must not be blank.")
	}
	if next.status != statusDraft && next.status != statusPublished {
		problems = append(problems, "status must be draft or published.")
	}
	if next.slug == "" {
		problems = append(problems, "slug must not be blank.")
	} else if other := c.world.bySlug(next.slug); other != nil && other != e {
		problems = append(problems, "slug is taken by another event.")
	}
	if len(problems) > 0 {
		return unprocessable(problems...)
	}
	// What published_at becomes when an event goes back to draft is not
	// documented; 0 is its value for "not published".
	if next.status == statusDraft {
		e.publishedAt = 0
	} else if e.publishedAt == 0 {
		e.publishedAt = c.now
	}
	e.eventSettings, e.owner, e.updatedAt = next, owner, c.now
	return nil
}

func (w *world) bySlug(slug string) *event {
	for _, e := range w.events.rows {
		if e.slug == slug {
			return e
		}
	}
	return nil
}

// freeSlug numbers a derived slug that is taken: two events may have one title,
// and the second caller did not choose a slug that could be refused.
func (w *world) freeSlug(slug string) string {
	free := slug
	for n := 2; w.bySlug(free) != nil; n++ {
		free = fmt.Sprintf("%s-%d", slug, n)
	}
	return free
}

// slugOf derives a slug from a title. The documentation shows only that
// "Quarterly roadmap" becomes quarterly-roadmap.
func slugOf(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	if len(words) == 0 {
		return "event"
	}
	return strings.Join(words, "-")
}

// schedulingStatus sums up an event's sessions. The values are documented, how
// they come about is not: what is going on or still to come outweighs the past.
func (e *event) schedulingStatus(now int64) string {
	if e.status == statusDraft {
		return "draft"
	}
	has := map[string]bool{}
	for _, s := range e.sessions {
		has[s.status(now)] = true
	}
	// Events write "cancelled" where sessions write "canceled".
	for _, pair := range [][2]string{
		{"live", "live"}, {"upcoming", "upcoming"}, {"past", "ended"},
		{"past_not_started", "not_started"}, {"canceled", "cancelled"},
	} {
		if has[pair[0]] {
			return pair[1]
		}
	}
	return "not_scheduled"
}

// eventResource always carries the sessions relationship, as captured answers
// do; that of tags has only been documented for include.
func (c *call) eventResource(e *event, included []string) resource {
	refs := make([]ref, 0, len(e.sessions))
	for _, s := range e.sessions {
		refs = append(refs, ref{typeSession, s.id})
	}
	relations := map[string]relation{"sessions": {refs}}
	if slices.Contains(included, "tags") {
		tags := make([]ref, 0, len(e.tags))
		for _, t := range e.tags {
			tags = append(tags, ref{typeTag, t.id})
		}
		relations["tags"] = relation{tags}
	}
	return resource{e.id, typeEvent, e.attributes(c.now), relations}
}

func (e *event) attributes(now int64) eventAttributes {
	return eventAttributes{
		Title: e.title, Slug: e.slug, Description: e.description, Status: e.status,
		RegistrationLink:         "https://app.livestorm.co/p/" + e.id,
		EstimatedDuration:        45,
		RegistrationPageEnabled:  e.lightPage || e.detailedPage,
		EveryoneCanSpeak:         e.everyoneCanSpeak,
		LightRegistrationPage:    e.lightPage,
		DetailedRegistrationPage: e.detailedPage,
		RecordingEnabled:         e.recordingEnabled,
		RecordingPublic:          e.recordingPublic,
		ShowInCompanyPage:        e.showInCompanyPage,
		ChatEnabled:              e.chat,
		PollsEnabled:             e.polls,
		QuestionsEnabled:         e.questions,
		Language:                 "en",
		PublishedAt:              e.publishedAt,
		SchedulingStatus:         e.schedulingStatus(now),
		CreatedAt:                e.createdAt,
		UpdatedAt:                e.updatedAt,
		Owner:                    e.owner.resource(),
		SessionsCount:            len(e.sessions),
		Fields:                   e.fields,
	}
}

// eventIncluded collects what include asked for, each resource once.
func (c *call) eventIncluded(names []string, events ...*event) []resource {
	if names == nil {
		return nil
	}
	out := []resource{}
	seen := map[string]bool{}
	for _, e := range events {
		if slices.Contains(names, "sessions") {
			out = append(out, render(e.sessions, c.sessionResource)...)
		}
		for _, t := range e.tags {
			if slices.Contains(names, "tags") && !seen[t.id] {
				seen[t.id] = true
				out = append(out, t.resource())
			}
		}
	}
	return out
}

// checkDocument checks the parts of a body around its attributes: data.id, which
// may repeat the id of the address but not invent one, and the relationships,
// of which only the documented ones may come.
func (c *call) checkDocument(id string, relationships ...string) error {
	if c.doc.id != "" && c.doc.id != id {
		return badRequest("data.id must be left out or be the id in the address.")
	}
	return onlyMembers(c.doc.relationships, "data.relationships", c.mention, relationships...)
}

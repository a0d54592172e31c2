// This file holds the state: what kinds of things there are, how they hang
// together, and the world that exists before the first call. Everything in it is
// the same on every run, ids included; times are counted from the clock's hour
// at the start.
//
// The operations that change it are in events.go, sessions.go and people.go.

package sandbox

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Known ids of the starting world, the same on every run.
const (
	OwnerID   = "5b0c7d52-2d0e-4f0b-9a3e-6d1a7c9e4f10" // a team member, owner of every event
	EventID   = "0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01" // a published event with a custom multi-select field
	SessionID = "a3d1c6b4-50f7-4b0f-8f5e-91c2e7d40a22" // its upcoming session
)

const day = 24 * 3600 // seconds

// world is everything the API can answer about.
type world struct {
	events     table[*event]
	sessions   table[*session]
	people     table[*person]
	byEmail    map[string]*person // keyed by the lower-case address
	attributes []*personAttribute
	made       map[string]int // things made by calls, per kind
}

// table keeps rows in the order of their creation, which is the order of every
// list: the documentation names none.
type table[T comparable] struct {
	rows []T
	byID map[string]T
}

func (t *table[T]) add(id string, row T) {
	if t.byID == nil {
		t.byID = map[string]T{}
	}
	t.rows = append(t.rows, row)
	t.byID[id] = row
}

func (t *table[T]) get(id string) (T, error) {
	row, ok := t.byID[id]
	if !ok {
		return row, notFound()
	}
	return row, nil
}

func (t *table[T]) remove(id string) {
	row := t.byID[id]
	delete(t.byID, id)
	t.rows = slices.DeleteFunc(t.rows, func(r T) bool { return r == row })
}

// eventSettings is the part of an event that callers can write.
type eventSettings struct {
	ownerID, title, slug, status string
	description                  *string
	everyoneCanSpeak             bool
	detailedPage, lightPage      bool
	recordingEnabled             bool
	recordingPublic              *bool
	showInCompanyPage            bool
	chat, questions, polls       bool
}

type event struct {
	id string
	eventSettings
	owner                             *person
	fields                            []field // never changed once set
	tags                              []*tag
	sessions                          []*session
	publishedAt, createdAt, updatedAt int64
}

type tag struct{ id, title string }

type session struct {
	id          string
	event       *event
	timezone    string
	name        *string
	embedURL    string // can be written but is in no documented answer
	estimatedAt int64
	startedAt   int64
	endedAt     int64
	canceledAt  int64
	createdAt   int64
	updatedAt   int64

	team          []*person
	registrations []*registration
}

type person struct {
	id                         string
	role                       string
	firstName, lastName, email string
	timezone                   *string
	createdAt, updatedAt       int64
}

// registration is one person's place in one session.
type registration struct {
	person               *person
	answers              map[string]any // by field id: string or []string; never changed once set
	origin               origin
	key                  string
	kind                 string
	attended             bool
	rate                 *float64
	duration             int64
	createdAt, updatedAt int64
}

// origin says how somebody found the registration.
type origin struct {
	referrer, utmSource, utmMedium, utmTerm, utmContent, utmCampaign *string
}

// makeID derives a uuid from a name and a number.
func makeID(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	sum[6] = sum[6]&0x0f | 0x40 // version 4 and its variant, which is what
	sum[8] = sum[8]&0x3f | 0x80 // clients that look at the shape expect
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// newID returns the id of the next thing that a call makes. Kinds are counted
// apart, so that the id of an event does not depend on who has registered.
func (w *world) newID(kind string) string {
	w.made[kind]++
	return makeID("made "+kind, w.made[kind])
}

func (w *world) addPerson(p *person) *person {
	w.people.add(p.id, p)
	w.byEmail[strings.ToLower(p.email)] = p
	return p
}

func (w *world) addSession(s *session) *session {
	w.sessions.add(s.id, s)
	s.event.sessions = append(s.event.sessions, s)
	return s
}

// enroll gives p a place in s.
func (w *world) enroll(s *session, p *person, answers map[string]any, at int64) *registration {
	key := sha256.Sum256([]byte(s.id + p.id))
	r := &registration{
		person: p, answers: answers, key: fmt.Sprintf("%x", key[:8]), kind: "API",
		createdAt: at, updatedAt: at,
	}
	s.registrations = append(s.registrations, r)
	return r
}

// newWorld builds the starting world with so many past sessions.
func newWorld(now time.Time, past int) *world {
	w := &world{byEmail: map[string]*person{}, made: map[string]int{}}
	base := now.Truncate(time.Hour).Unix()
	began := base - 3*365*day
	w.attributes = startAttributes(began)
	owner := w.startTeam(began)
	guests := w.startGuests(began)
	published := w.startEvents(owner, began)
	w.startPast(published, guests, base, past)
	w.startOpen(published, guests, base)
	return w
}

// startAttributes lists the four built-in questions and the custom one.
func startAttributes(at int64) []*personAttribute {
	attributes := []*personAttribute{
		{Slug: "email", Name: "Email", Type: "email", Builtin: true, Placeholder: new("name@example.com")},
		{Slug: "first_name", Name: "First name", Type: "text", Builtin: true},
		{Slug: "last_name", Name: "Last name", Type: "text", Builtin: true},
		{Slug: "avatar", Name: "Avatar", Type: "avatar", Builtin: true},
		{Slug: "topics", Name: "Topics", Type: "multiple_select", Description: new("What you would like to hear about."),
			UserID: new(userID()), Options: []string{"pricing", "security", "roadmap"}},
	}
	for i, a := range attributes {
		a.id, a.CreatedAt, a.UpdatedAt = makeID("attribute", i), at+int64(i), at+int64(i)
		if a.Options == nil {
			a.Options = []string{}
		}
	}
	return attributes
}

// startTeam makes the owner and a moderator, and returns the owner. Both are
// team members to this part of the API; "moderator" is a role of users only.
func (w *world) startTeam(at int64) *person {
	owner := w.addPerson(&person{
		id: OwnerID, role: roleTeam, firstName: "Noor", lastName: "Haddad", email: "noor.haddad@example.com",
		timezone: new("Europe/Paris"), createdAt: at, updatedAt: at,
	})
	w.addPerson(&person{
		id: makeID("moderator", 0), role: roleTeam, firstName: "Elif", lastName: "Demir", email: "elif.demir@example.com",
		timezone: new("Europe/Istanbul"), createdAt: at, updatedAt: at,
	})
	return owner
}

// startGuests makes the participants.
func (w *world) startGuests(at int64) []*person {
	names := [][2]string{{"Ada", "Okafor"}, {"Bruno", "Keller"}, {"Chiara", "Conti"}, {"Dmitri", "Volkov"},
		{"Emeka", "Obi"}, {"Fatima", "Zahra"}, {"Greta", "Lind"}, {"Hugo", "Marchand"}}
	var guests []*person
	for i, name := range names {
		created := at + int64(i+1)*day
		guests = append(guests, w.addPerson(&person{
			id: makeID("guest", i), role: roleParticipant, firstName: name[0], lastName: name[1],
			email:     strings.ToLower(name[0] + "." + name[1] + "@example.com"),
			createdAt: created, updatedAt: created,
		}))
	}
	return guests
}

// startEvents makes the events and returns the published ones, EventID first.
func (w *world) startEvents(owner *person, at int64) []*event {
	product, customers := &tag{makeID("tag", 0), "Product"}, &tag{makeID("tag", 1), "Customers"}
	start := []struct {
		title string
		draft bool
		tags  []*tag
	}{
		{"Quarterly roadmap", false, []*tag{product}},
		{"Customer onboarding", false, []*tag{customers}},
		{"Security briefing", false, []*tag{product, customers}},
		{"Pricing workshop", false, nil},
		{"Partner kick-off", true, nil},
		{"Release review", false, []*tag{product}},
		{"Support office hours", false, []*tag{customers}},
		{"Design critique", true, nil},
		{"Hiring open day", false, nil},
		{"Annual conference", false, nil},
		{"Beginner training", false, []*tag{customers}},
		{"Advanced training", false, nil},
		{"Roadmap rehearsal", true, []*tag{product}},
	}
	var published []*event
	for i, row := range start {
		e := &event{id: makeID("event", i), eventSettings: defaultSettings(), owner: owner, fields: defaultFields(), tags: row.tags}
		e.ownerID, e.title, e.slug = owner.id, row.title, slugOf(row.title)
		e.createdAt = at + int64(i)*day
		e.updatedAt = e.createdAt
		if i == 0 {
			e.id = EventID
			e.description = new("<p>What ships next.</p>")
			e.fields = append(e.fields, topicsField())
		}
		if !row.draft {
			e.status, e.publishedAt, e.updatedAt = statusPublished, e.createdAt+3600, e.createdAt+3600
			e.recordingPublic = new(false)
			published = append(published, e)
		}
		w.events.add(e.id, e)
	}
	return published
}

// startPast makes the past sessions, oldest first, spread over the events. They
// lie a little more than a day apart, or closer if they would not fit in two
// years.
func (w *world) startPast(events []*event, guests []*person, base int64, past int) {
	gap := min(26*3600, 2*365*day/int64(max(1, past)))
	for i := range past {
		start := base - int64(past-i)*gap - 2*3600
		s := w.addSession(&session{
			id: makeID("past session", i), event: events[i%len(events)], timezone: "Europe/Paris",
			estimatedAt: start, startedAt: start + 60, endedAt: start + 60 + 2710,
			createdAt: start - 10*day, updatedAt: start + 2800,
		})
		if i%2 == 1 {
			s.name = new("Morning run")
		}
		for k := range 3 {
			guest := guests[(i+k)%len(guests)]
			r := w.enroll(s, guest, namesOf(guest), start-int64(k+1)*day)
			r.kind = "registration form"
			if k < 2 {
				r.attended, r.rate, r.duration = true, new(66.5), 1802
			}
		}
	}
}

// startOpen makes the sessions that are not over: the known one, one that is
// going on, and one that was canceled.
func (w *world) startOpen(events []*event, guests []*person, base int64) {
	known := w.addSession(&session{
		id: SessionID, event: events[0], timezone: "Europe/Paris",
		estimatedAt: base + 7*day, createdAt: base - 5*day, updatedAt: base - 5*day,
	})
	for i, guest := range guests[:3] {
		answers := namesOf(guest)
		answers["topics"] = []string{"pricing", "security", "roadmap"}[i : i+1]
		w.enroll(known, guest, answers, base-int64(3-i)*day)
	}
	live := w.addSession(&session{
		id: makeID("live session", 0), event: events[1], timezone: "Europe/Paris",
		estimatedAt: base - 600, startedAt: base - 590, createdAt: base - 9*day, updatedAt: base - 590,
	})
	w.enroll(live, guests[3], namesOf(guests[3]), base-2*day).attended = true
	w.addSession(&session{
		id: makeID("canceled session", 0), event: events[2], timezone: "America/New_York", name: new("Evening run"),
		estimatedAt: base + 3*day, canceledAt: base - day, createdAt: base - 8*day, updatedAt: base - day,
	})
}

func defaultSettings() eventSettings {
	return eventSettings{
		status: statusDraft, lightPage: true, recordingEnabled: true,
		chat: true, questions: true, polls: true,
	}
}

// defaultFields is the form that a new event has in captured answers.
func defaultFields() []field {
	return []field{
		{ID: "email", Type: "text", Order: 0, Required: true},
		{ID: "first_name", Type: "text", Order: 1, Required: true},
		{ID: "last_name", Type: "text", Order: 2, Required: true},
		{ID: "avatar", Type: "file", Order: 3},
	}
}

func topicsField() field {
	return field{ID: "topics", Type: "multiple", Order: 4, Custom: true, Options: &fieldOptions{
		Items:           []fieldItem{{"pricing"}, {"security"}, {"roadmap"}},
		MultipleAnswers: true,
	}}
}

// namesOf answers the built-in questions for somebody who is already known.
func namesOf(p *person) map[string]any {
	return map[string]any{"email": p.email, "first_name": p.firstName, "last_name": p.lastName}
}

// roomLink is where a session takes place.
func (s *session) roomLink() string {
	return "https://app.livestorm.co/p/" + s.event.id + "/live?s=" + s.id
}

// connectionLink lets its holder in as the registered person.
func (s *session) connectionLink(r *registration) string {
	return "https://app.livestorm.co/p/" + s.event.id + "/live?email=" + url.QueryEscape(r.person.email) + "&key=" + r.key + "&s=" + s.id
}

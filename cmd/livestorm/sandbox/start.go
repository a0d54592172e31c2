// This file holds the world that exists before the first call. It is the same
// on every run; times are counted from the clock's hour at the start.

package sandbox

import (
	"strings"
	"time"
)

// Known ids of the starting world, the same on every run.
const (
	OwnerID       = "5b0c7d52-2d0e-4f0b-9a3e-6d1a7c9e4f10" // a team member, owner of every event
	PersonID      = "7c1e9b34-8d05-4a6f-b2c7-3e50d9f1a846" // a participant, registered for SessionID
	EventID       = "0f6a2f0e-7a43-4c0e-9a51-2c8f1a9d7b01" // a published event with a custom multi-select field
	SessionID     = "a3d1c6b4-50f7-4b0f-8f5e-91c2e7d40a22" // its upcoming session
	PastSessionID = "c4b9f0d7-8a16-4c55-bb0a-3f7f2f6e5d33" // its oldest one, with chat, questions and recordings; not there without past sessions
	JobID         = "e1a4d7c0-6b29-4f38-95e2-0c7d8b5f1a63" // an ended job, which registered people for SessionID
	FailedJobID   = "2f83b6d9-1c47-4e0a-a5d8-b96e4c2f7051" // a failed job: one of its two tasks could not be done
	UserID        = "94d2e6a1-3f5b-4c78-8e09-a7b1c0d4f362" // a user, not the one behind the token
	WebhookID     = "d86f0b2e-4a91-4d57-b3c6-5e1f9a7c8024" // a subscription to people.registered

	PersonEmail = "ada.okafor@example.com" // the address of PersonID
	TagTitle    = "Product"                // a tag of EventID
)

const day = 24 * 3600 // seconds

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
	known := w.startOpen(published, guests, base)
	w.startJobs(known)
	w.startWebhooks(base)
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
			UserID: new(callerID()), Options: []string{"pricing", "security", "roadmap"}},
	}
	for i, a := range attributes {
		a.id, a.CreatedAt, a.UpdatedAt = makeID("attribute", i), at+int64(i), at+int64(i)
		if a.Options == nil {
			a.Options = []string{}
		}
	}
	return attributes
}

// startTeam makes the owner and a moderator, each as a person and as a user, and
// returns the owner. As people both are team members; "host" and "moderator" are
// roles of users only.
func (w *world) startTeam(at int64) *person {
	owner := w.addPerson(&person{
		id: OwnerID, role: roleTeam, firstName: "Noor", lastName: "Haddad", email: "noor.haddad@example.com",
		timezone: new("Europe/Paris"), createdAt: at, updatedAt: at,
	})
	moderator := w.addPerson(&person{
		id: makeID("moderator", 0), role: roleTeam, firstName: "Elif", lastName: "Demir", email: "elif.demir@example.com",
		timezone: new("Europe/Istanbul"), createdAt: at, updatedAt: at,
	})
	w.addUser(userOf(owner, callerID(), roleHost))
	w.addUser(userOf(moderator, UserID, roleModerator))
	return owner
}

func userOf(p *person, id, role string) *user {
	return &user{
		id: id, role: role, firstName: p.firstName, lastName: p.lastName, email: p.email,
		createdAt: p.createdAt, updatedAt: p.updatedAt,
	}
}

// startGuests makes the participants, PersonID first.
func (w *world) startGuests(at int64) []*person {
	names := [][2]string{{"Ada", "Okafor"}, {"Bruno", "Keller"}, {"Chiara", "Conti"}, {"Dmitri", "Volkov"},
		{"Emeka", "Obi"}, {"Fatima", "Zahra"}, {"Greta", "Lind"}, {"Hugo", "Marchand"}}
	var guests []*person
	for i, name := range names {
		created := at + int64(i+1)*day
		p := &person{
			id: makeID("guest", i), role: roleParticipant, firstName: name[0], lastName: name[1],
			email:     strings.ToLower(name[0] + "." + name[1] + "@example.com"),
			createdAt: created, updatedAt: created,
		}
		if i == 0 {
			p.id = PersonID
		}
		guests = append(guests, w.addPerson(p))
	}
	return guests
}

// startEvents makes the events and returns the published ones, EventID first.
func (w *world) startEvents(owner *person, at int64) []*event {
	product := w.addTag(&tag{makeID("tag", 0), TagTitle})
	customers := w.addTag(&tag{makeID("tag", 1), "Customers"})
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
// years. PastSessionID is the first.
func (w *world) startPast(events []*event, guests []*person, base int64, past int) {
	gap := min(26*3600, 2*365*day/int64(max(1, past)))
	for i := range past {
		start := base - int64(past-i)*gap - 2*3600
		s := &session{
			id: makeID("past session", i), event: events[i%len(events)], timezone: "Europe/Paris",
			estimatedAt: start, startedAt: start + 60, endedAt: start + 60 + 2710,
			createdAt: start - 10*day, updatedAt: start + 2800,
		}
		if i == 0 {
			s.id = PastSessionID
			s.talk(guests)
		}
		w.addSession(s)
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

// talk fills a session with what people wrote, asked and recorded there. One
// question is answered in writing, one orally, and one not at all.
func (s *session) talk(guests []*person) {
	for i, line := range []struct {
		author *person
		text   string
	}{
		{s.event.owner, "Welcome, everybody!"},
		{guests[0], "Hello from Lagos."},
		{guests[1], "Good morning."},
		{s.event.owner, "We begin in a minute."},
		{guests[0], "The sound is fine now, thank you."},
	} {
		s.messages = append(s.messages, &message{makeID("message", i), line.author, line.text, s.startedAt + int64(i+1)*30})
	}
	for i, q := range []question{
		{author: guests[0], text: "Will there be a recording?", response: new("Yes, by tomorrow."), respondedAt: s.startedAt + 600},
		{author: guests[1], text: "When does the beta begin?", orally: true, respondedAt: s.startedAt + 900},
		{author: guests[0], text: "Is there an export?"},
	} {
		q.id, q.session, q.createdAt = makeID("question", i), s, s.startedAt+300+int64(i)*60
		q.updatedAt = max(q.createdAt, q.respondedAt)
		s.questions = append(s.questions, &q)
	}
	for i, size := range []int64{27_327_779, 3_145_728} {
		s.recordings = append(s.recordings, &recording{makeID("recording", i), size})
	}
}

// startOpen makes the sessions that are not over: the known one, which it
// returns, one that is going on, and one that was canceled.
func (w *world) startOpen(events []*event, guests []*person, base int64) *session {
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
	return known
}

// startJobs makes the two finished jobs. The first registered two people for the
// known session; the second a third one, and the first of them once more, which
// cannot be.
func (w *world) startJobs(known *session) {
	done := func(r *registration) *task {
		return &task{input: asSent(known.event.fields, r.answers), person: new(link{r.person, known.event, known, r}.underSession())}
	}
	r := known.registrations
	again := done(r[0])
	again.person, again.errors = nil, alreadyRegistered().objects()
	w.addJob(finished(JobID, known, done(r[0]), done(r[1])))
	w.addJob(finished(FailedJobID, known, done(r[2]), again))
}

func finished(id string, s *session, tasks ...*task) *job {
	for i, t := range tasks {
		t.id = makeID("task of "+id, i)
	}
	return &job{id: id, session: s, tasks: tasks, polls: pollsToEnd, done: len(tasks)}
}

func (w *world) startWebhooks(base int64) {
	w.addWebhook(&webhook{WebhookID, "https://example.com/hooks/registered", "people.registered", base - 30*day, base - 30*day})
	w.addWebhook(&webhook{makeID("webhook", 0), "https://example.com/hooks/ended", "session.ended", base - 20*day, base - 20*day})
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

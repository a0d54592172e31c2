// This file holds the state: what kinds of things there are and how they hang
// together. Every id in it is the same on every run.
//
// The world that exists before the first call is in start.go; the operations
// that change it are in the files named after what they work on.

package sandbox

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// world is everything the API can answer about.
type world struct {
	events     table[*event]
	sessions   table[*session]
	people     table[*person]
	byEmail    map[string]*person // keyed by the lower-case address
	tags       table[*tag]
	users      table[*user]
	webhooks   table[*webhook]
	jobs       table[*job]
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
	messages      []*message
	questions     []*question
	recordings    []*recording
}

// message is something written in a session's chat.
type message struct {
	id        string
	author    *person
	text      string
	createdAt int64
}

// question is something asked in a session, and the answer if there is one.
type question struct {
	id                   string
	session              *session
	author               *person
	text                 string
	response             *string
	orally               bool
	respondedAt          int64
	createdAt, updatedAt int64
}

type recording struct {
	id   string
	size int64
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
	answers              map[string]any // by field id: string or []string
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

// user is somebody who works in the workspace. A user may be a person too; the
// two have ids of their own.
type user struct {
	id, role                   string
	firstName, lastName, email string
	pendingInvite              bool
	createdAt, updatedAt       int64
}

type webhook struct {
	id, url, event       string
	createdAt, updatedAt int64
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

func (w *world) addTag(t *tag) *tag {
	w.tags.add(t.id, t)
	return t
}

func (w *world) addUser(u *user) *user {
	w.users.add(u.id, u)
	return u
}

func (w *world) addWebhook(h *webhook) *webhook {
	w.webhooks.add(h.id, h)
	return h
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

// roomLink is where a session takes place.
func (s *session) roomLink() string {
	return "https://app.livestorm.co/p/" + s.event.id + "/live?s=" + s.id
}

// connectionLink lets its holder in as the registered person.
func (s *session) connectionLink(r *registration) string {
	return "https://app.livestorm.co/p/" + s.event.id + "/live?email=" + url.QueryEscape(r.person.email) + "&key=" + r.key + "&s=" + s.id
}

// This file holds the operations on people: who belongs to the workspace, to an
// event or to a session, and registration, which is described at
// https://developers.livestorm.co/reference/post_sessions-id-people. The list of
// questions a form can have closes the file.

package sandbox

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// link is a person in a certain place: in the workspace, or under an event, or
// under one of its sessions. registration is nil for team members who did not
// register.
type link struct {
	person       *person
	event        *event
	session      *session
	registration *registration
}

func (c *call) listPeople() (*reply, error) {
	var all []link
	for _, p := range c.world.people.rows {
		all = append(all, link{person: p})
	}
	people, m, err := selectPage(c, all, personFilters())
	if err != nil {
		return nil, err
	}
	return list(render(people, func(l link) resource { return l.person.resource() }), m, nil), nil
}

func (c *call) getPerson() (*reply, error) {
	p, err := c.world.people.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	return single(http.StatusOK, p.resource(), nil), nil
}

func (c *call) listEventPeople() (*reply, error) {
	e, err := c.world.events.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	people, m, err := selectPage(c, e.links(), personFilters())
	if err != nil {
		return nil, err
	}
	return list(render(people, link.underEvent), m, nil), nil
}

func (c *call) getEventPerson() (*reply, error) {
	e, err := c.world.events.get(c.ids["event_id"])
	if err != nil {
		return nil, err
	}
	l, err := findPerson(e.links(), c.ids["id"])
	if err != nil {
		return nil, err
	}
	return single(http.StatusOK, l.underEvent(), nil), nil
}

// listSessionPeople takes include=people, which one client sends. The people
// are the answer already, and JSON:API has no resource twice in a document
// (https://jsonapi.org/format/#document-compound-documents), so nothing is left
// to include.
func (c *call) listSessionPeople() (*reply, error) {
	names, err := c.included("people")
	if err != nil {
		return nil, err
	}
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	people, m, err := selectPage(c, s.links(), registrantFilters())
	if err != nil {
		return nil, err
	}
	var included []resource
	if names != nil {
		included = []resource{}
	}
	return list(render(people, link.underSession), m, included), nil
}

func (c *call) getSessionPerson() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["session_id"])
	if err != nil {
		return nil, err
	}
	l, err := findPerson(s.links(), c.ids["id"])
	if err != nil {
		return nil, err
	}
	return single(http.StatusOK, l.underSession(), nil), nil
}

func findPerson(links []link, id string) (link, error) {
	for _, l := range links {
		if l.person.id == id {
			return l, nil
		}
	}
	return link{}, notFound()
}

// links lists the people of a session: the event's owner, further team members,
// then registrants in the order they came. Captured answers list the owner under
// an event; that a session lists them too is inferred from its role filter.
func (s *session) links() []link {
	var links []link
	for _, p := range append([]*person{s.event.owner}, s.team...) {
		if s.registrationOf(p) == nil && !slices.ContainsFunc(links, func(l link) bool { return l.person == p }) {
			links = append(links, link{person: p, event: s.event, session: s})
		}
	}
	for _, r := range s.registrations {
		links = append(links, link{r.person, s.event, s, r})
	}
	return links
}

// links lists the people of all sessions of an event, each once. Which of
// several registrations stands for a person is not documented: the latest here.
func (e *event) links() []link {
	links := []link{{person: e.owner, event: e}}
	at := map[*person]int{e.owner: 0}
	for _, s := range e.sessions {
		for _, l := range s.links() {
			i, known := at[l.person]
			switch {
			case !known:
				at[l.person] = len(links)
				links = append(links, l)
			case l.registration != nil && (links[i].registration == nil || l.registration.createdAt >= links[i].registration.createdAt):
				links[i] = l
			}
		}
	}
	return links
}

func (s *session) registrationOf(p *person) *registration {
	for _, r := range s.registrations {
		if r.person == p {
			return r
		}
	}
	return nil
}

func (p *person) attributes() personAttributes {
	return personAttributes{
		Role: p.role, CreatedAt: p.createdAt, UpdatedAt: p.updatedAt, Timezone: p.timezone,
		FirstName: p.firstName, LastName: p.lastName, Email: p.email,
	}
}

func (p *person) resource() resource {
	return resource{ID: p.id, Type: typePerson, Attributes: p.attributes()}
}

func (l link) underEvent() resource {
	return resource{ID: l.person.id, Type: typePerson, Attributes: eventPersonAttributes{l.person.attributes(), l.detail()}}
}

func (l link) underSession() resource {
	return resource{ID: l.person.id, Type: typePerson, Attributes: sessionPersonAttributes{
		eventPersonAttributes: eventPersonAttributes{l.person.attributes(), l.detail()},
	}}
}

func (l link) detail() any {
	r := l.registration
	if r == nil {
		return teamDetail{l.event.id, l.event.createdAt, l.event.updatedAt, answersTo(l.event.fields, nil)}
	}
	return registrantDetail{
		EventID: l.event.id, SessionID: l.session.id, CreatedAt: r.createdAt, UpdatedAt: r.updatedAt,
		Fields:   answersTo(l.event.fields, r.answers),
		Referrer: r.origin.referrer, UTMSource: r.origin.utmSource, UTMMedium: r.origin.utmMedium,
		UTMTerm: r.origin.utmTerm, UTMContent: r.origin.utmContent, UTMCampaign: r.origin.utmCampaign,
		PasswordKey: r.key, ConnectionLink: l.session.connectionLink(r),
		Attended: r.attended, AttendanceRate: r.rate, AttendanceDuration: r.duration,
		RegistrationType: r.kind,
	}
}

// answersTo lists every question of a form, unanswered ones with null.
func answersTo(fields []field, given map[string]any) []answer {
	answers := make([]answer, 0, len(fields))
	for _, f := range fields {
		answers = append(answers, answer{f.ID, f.Type, given[f.ID], f.Required, f.Custom})
	}
	return answers
}

// register gives somebody a place in a session. Only a session that is over or
// canceled turns them away; nothing documented keeps people out of a draft.
func (c *call) register() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument(""); err != nil {
		return nil, err
	}
	if s.canceledAt != 0 || s.endedAt != 0 {
		return nil, unprocessable("The session is over or was canceled; nobody can register for it.")
	}
	answers, err := c.readAnswers(s.event)
	if err != nil {
		return nil, err
	}
	from, err := c.readOrigin()
	if err != nil {
		return nil, err
	}
	// One address is one person, however its letters are written.
	p := c.world.byEmail[strings.ToLower(answers["email"].(string))]
	if p != nil && s.registrationOf(p) != nil {
		return nil, refuse(http.StatusConflict, "This person is already registered for the session.")
	}
	p = c.meet(p, answers)
	r := c.world.enroll(s, p, answers, c.now)
	r.origin = from
	return single(http.StatusCreated, link{p, s.event, s, r}.underSession(), nil), nil
}

// meet makes a person out of answers, or brings a known participant's names up
// to date. Team members keep theirs.
func (c *call) meet(p *person, answers map[string]any) *person {
	first, _ := answers["first_name"].(string)
	last, _ := answers["last_name"].(string)
	if p == nil {
		return c.world.addPerson(&person{
			id: c.world.newID(typePerson), role: roleParticipant,
			firstName: first, lastName: last, email: answers["email"].(string),
			createdAt: c.now, updatedAt: c.now,
		})
	}
	if p.role == roleParticipant && (first != "" || last != "") {
		p.firstName, p.lastName, p.updatedAt = cmp.Or(first, p.firstName), cmp.Or(last, p.lastName), c.now
	}
	return p
}

// readAnswers reads the fields attribute, an array of {id, value}. email is the
// one mandatory entry on the current page of the documentation; an older version
// asked for every field marked required. The returned map holds a string under
// "email".
func (c *call) readAnswers(e *event) (map[string]any, error) {
	raw, given := c.doc.attributes["fields"]
	var entries []json.RawMessage
	if given && !readAs(raw, &entries) {
		return nil, badRequest("fields must be an array of objects with an id and a value.")
	}
	answers := map[string]any{}
	var problems []string
	for _, entry := range entries {
		id, value, err := c.readEntry(entry)
		if err != nil {
			return nil, err
		}
		_, repeated := answers[id]
		i := slices.IndexFunc(e.fields, func(f field) bool { return f.ID == id })
		switch {
		case i < 0:
			problems = append(problems, "The event has no field "+c.mention(id)+".")
		case repeated:
			problems = append(problems, "The field "+id+" is answered twice.")
		default:
			var problem string
			if answers[id], problem = readAnswer(e.fields[i], value); problem != "" {
				problems = append(problems, problem)
			}
		}
	}
	// With a wrong type the address has its problem already.
	if email, ok := answers["email"]; !ok {
		problems = append(problems, "The field email is mandatory.")
	} else if text, ok := email.(string); ok && !isAddress(text) {
		problems = append(problems, "The field email must be an e-mail address.")
	}
	if len(problems) > 0 {
		return nil, unprocessable(problems...)
	}
	return answers, nil
}

func (c *call) readEntry(raw json.RawMessage) (id string, value json.RawMessage, err error) {
	var entry object
	if !readAs(raw, &entry) || !readAs(entry["id"], &id) || entry["value"] == nil {
		return "", nil, badRequest("Each entry of fields must be an object with an id and a value.")
	}
	return id, entry["value"], onlyMembers(entry, "an entry of fields", c.mention, "id", "value")
}

// readAnswer reads one value. Whether a choice must be one of the options is not
// documented, so any string is taken.
func readAnswer(f field, raw json.RawMessage) (any, string) {
	if f.multiple() {
		var choices []*string // pointers, to tell null from ""
		if !readAs(raw, &choices) || slices.Contains(choices, nil) {
			return nil, "The field " + f.ID + " takes several answers and must be an array of strings."
		}
		values := make([]string, 0, len(choices))
		for _, choice := range choices {
			values = append(values, *choice)
		}
		return values, ""
	}
	var value string
	if !readAs(raw, &value) {
		return nil, "The field " + f.ID + " must be a string."
	}
	return value, ""
}

func isAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text
}

// readOrigin reads what may stand beside fields. An email attribute there is
// ignored by the API and not refused (https://github.com/w6w-io/w6w-apps); empty
// texts come back as null.
func (c *call) readOrigin() (origin, error) {
	var o origin
	rest := maps.Clone(c.doc.attributes)
	delete(rest, "fields")
	delete(rest, "email")
	members := map[string]any{
		"referrer": &o.referrer, "utm_source": &o.utmSource, "utm_medium": &o.utmMedium,
		"utm_term": &o.utmTerm, "utm_content": &o.utmContent, "utm_campaign": &o.utmCampaign,
	}
	if err := c.assign(rest, members); err != nil {
		return o, err
	}
	for _, member := range members {
		if text := member.(**string); *text != nil && **text == "" {
			*text = nil
		}
	}
	return o, nil
}

func (c *call) listAttributes() (*reply, error) {
	sorted := slices.Clone(c.world.attributes)
	if err := c.sortAttributes(sorted); err != nil {
		return nil, err
	}
	attributes, m, err := selectPage(c, sorted, attributeFilters())
	if err != nil {
		return nil, err
	}
	shape := func(a *personAttribute) resource { return resource{ID: a.id, Type: typeAttribute, Attributes: a} }
	return list(render(attributes, shape), m, nil), nil
}

// sortAttributes follows the sort parameter: a member, with a minus before it
// for descending order.
func (c *call) sortAttributes(attributes []*personAttribute) error {
	by, given := c.query[sortParam]
	if !given {
		return nil
	}
	name, descending := strings.CutPrefix(by, "-")
	compare, ok := map[string]func(a, b *personAttribute) int{
		"slug":        func(a, b *personAttribute) int { return cmp.Compare(a.Slug, b.Slug) },
		"name":        func(a, b *personAttribute) int { return cmp.Compare(a.Name, b.Name) },
		"placeholder": func(a, b *personAttribute) int { return cmp.Compare(orEmpty(a.Placeholder), orEmpty(b.Placeholder)) },
		"created_at":  func(a, b *personAttribute) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"updated_at":  func(a, b *personAttribute) int { return cmp.Compare(a.UpdatedAt, b.UpdatedAt) },
	}[name]
	if !ok {
		return badRequest("sort must be one of slug, name, placeholder, created_at, updated_at, with or without a minus.")
	}
	slices.SortStableFunc(attributes, func(a, b *personAttribute) int {
		if descending {
			return compare(b, a)
		}
		return compare(a, b)
	})
	return nil
}

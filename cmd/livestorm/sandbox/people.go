// This file holds the operations that tell about people: who belongs to the
// workspace, to an event or to a session. How they come there is in
// registration.go. The list of questions a form can have closes the file.

package sandbox

import (
	"cmp"
	"net/http"
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
	l, err := c.sessionPerson(c.ids["session_id"], c.ids["id"])
	if err != nil {
		return nil, err
	}
	return single(http.StatusOK, l.underSession(), nil), nil
}

// sessionPerson finds a person of a session. The vendor's schema calls the two
// ids differently from operation to operation; they mean the same.
func (c *call) sessionPerson(sessionID, personID string) (link, error) {
	s, err := c.world.sessions.get(sessionID)
	if err != nil {
		return link{}, err
	}
	return findPerson(s.links(), personID)
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
	a := sessionPersonAttributes{eventPersonAttributes: eventPersonAttributes{l.person.attributes(), l.detail()}}
	for _, m := range l.session.messages {
		if m.author == l.person {
			a.MessagesCount++
		}
	}
	for _, q := range l.session.questions {
		if q.author == l.person {
			a.QuestionsCount++
		}
	}
	return resource{ID: l.person.id, Type: typePerson, Attributes: a}
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

// This file holds registration, which is described at
// https://developers.livestorm.co/reference/post_sessions-id-people: giving
// somebody a place in a session, changing what they answered, and taking the
// place away. Several people at once are in jobs.go.

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

// register gives one person a place in a session.
func (c *call) register() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument(""); err != nil {
		return nil, err
	}
	l, err := c.admit(s, c.doc.attributes)
	if err != nil {
		return nil, err
	}
	return single(http.StatusCreated, l.underSession(), nil), nil
}

// admit gives the person whom attributes describe a place in s.
func (c *call) admit(s *session, attributes object) (link, error) {
	if err := s.takesPeople(); err != nil {
		return link{}, err
	}
	answers, from, err := c.readRegistration(s.event, attributes)
	if err != nil {
		return link{}, err
	}
	// One address is one person, however its letters are written.
	p := c.world.byEmail[strings.ToLower(answers["email"].(string))]
	if p != nil && s.registrationOf(p) != nil {
		return link{}, alreadyRegistered()
	}
	p = c.meet(p, answers)
	r := c.world.enroll(s, p, answers, c.now)
	r.origin = from
	return link{p, s.event, s, r}, nil
}

// takesPeople refuses a session that is over or canceled; nothing documented
// keeps people out of a draft.
func (s *session) takesPeople() error {
	if s.canceledAt != 0 || s.endedAt != 0 {
		return unprocessable("The session is over or was canceled; nobody can register for it.")
	}
	return nil
}

func alreadyRegistered() *fault {
	return refuse(http.StatusConflict, "This person is already registered for the session.")
}

// changeRegistration changes the answers that are sent and leaves the others:
// nothing else is documented for PATCH. A registration cannot take the address
// of somebody else, nor give a team member a new one.
func (c *call) changeRegistration() (*reply, error) {
	l, err := c.sessionPerson(c.ids["session_id"], c.ids["id"])
	if err != nil {
		return nil, err
	}
	if err := c.checkDocument(l.person.id); err != nil {
		return nil, err
	}
	r := l.registration
	if r == nil {
		return nil, unprocessable("This person belongs to the session without a registration, so there is nothing to change.")
	}
	answers, err := c.readAnswers(l.event, c.doc.attributes)
	if err != nil {
		return nil, err
	}
	from, err := c.readOrigin(c.doc.attributes, r.origin)
	if err != nil {
		return nil, err
	}
	if email, given := answers["email"].(string); given {
		if err := c.readdress(l.person, email); err != nil {
			return nil, err
		}
	}
	c.meet(l.person, answers)
	maps.Copy(r.answers, answers)
	r.origin, r.updatedAt = from, c.now
	return single(http.StatusOK, l.underSession(), nil), nil
}

// readdress gives p another address. Team members keep theirs, as they keep
// their names; the answer may spell it with other letters.
func (c *call) readdress(p *person, email string) error {
	known := c.world.byEmail
	switch other := known[strings.ToLower(email)]; {
	case other != nil && other != p:
		return refuse(http.StatusConflict, "This address belongs to somebody else.")
	case p.role != roleTeam:
		delete(known, strings.ToLower(p.email))
		known[strings.ToLower(email)] = p
		p.email, p.updatedAt = email, c.now
	case other == nil:
		return unprocessable("A registration cannot change the address of a team member.")
	}
	return nil
}

// removeRegistration takes somebody out of a session; the person stays in the
// workspace. 204 is what the documentation says of every DELETE.
func (c *call) removeRegistration() (*reply, error) {
	l, err := c.sessionPerson(c.ids["id"], c.ids["people_id"])
	if err != nil {
		return nil, err
	}
	return l.remove()
}

// emailParam names the person in a DELETE of a session's people.
const emailParam = "filter[email]"

// removeByEmail is the same with an address, which must match exactly as in the
// lists. The vendor's schema does not mark it as required, yet a call without it
// would empty the session. The one client that sends it
// (https://github.com/Material-Dev/livestorm_ruby) imagines a 200 with the
// person; nothing has been seen, so the documented status of a DELETE stands.
func (c *call) removeByEmail() (*reply, error) {
	s, err := c.world.sessions.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	email := c.query[emailParam]
	if email == "" {
		return nil, badRequest(emailParam + " must be the address of the person to remove.")
	}
	for _, l := range s.links() {
		if l.person.email == email {
			return l.remove()
		}
	}
	return nil, notFound()
}

// remove ends a registration, or the part of a team member who was invited
// without one. The owner of the event is listed in each of its sessions and
// cannot be taken out; a 204 would not be true.
func (l link) remove() (*reply, error) {
	s, p := l.session, l.person
	if l.registration == nil && !slices.Contains(s.team, p) {
		return nil, unprocessable("The owner of the event belongs to all its sessions.")
	}
	s.registrations = slices.DeleteFunc(s.registrations, func(r *registration) bool { return r.person == p })
	s.team = slices.DeleteFunc(s.team, func(member *person) bool { return member == p })
	return noContent(), nil
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

// readRegistration reads the attributes of a new registration. email is the one
// mandatory entry on the current page of the documentation; an older version
// asked for every field marked required. The returned map holds a string under
// "email".
func (c *call) readRegistration(e *event, attributes object) (map[string]any, origin, error) {
	answers, err := c.readAnswers(e, attributes, "email")
	if err != nil {
		return nil, origin{}, err
	}
	from, err := c.readOrigin(attributes, origin{})
	return answers, from, err
}

// readAnswers reads the fields attribute, an array of {id, value}, which must
// answer the mandatory fields.
func (c *call) readAnswers(e *event, attributes object, mandatory ...string) (map[string]any, error) {
	raw, given := attributes["fields"]
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
	for _, id := range mandatory {
		if _, ok := answers[id]; !ok {
			problems = append(problems, "The field "+id+" is mandatory.")
		}
	}
	// With a wrong type the address has its problem already.
	if text, ok := answers["email"].(string); ok && !isAddress(text) {
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
// texts come back as null. What is not sent stays as it is in o.
func (c *call) readOrigin(attributes object, o origin) (origin, error) {
	rest := maps.Clone(attributes)
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

// This file holds every documented filter[...] parameter. A set of filters is a
// map from name to a compiler of values; routes.go takes the accepted parameter
// names from the same maps, so that the two cannot drift apart.

package sandbox

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filter turns a parameter's value into a test of one item, or says what the
// value should have been.
type filter[T any] func(value string) (func(T) bool, error)

// filters maps names, as they stand between the brackets, to filters.
type filters[T any] map[string]filter[T]

// names lists the query parameters of a set of filters.
func (f filters[T]) names() []string {
	var names []string
	for name := range f {
		names = append(names, "filter["+name+"]")
	}
	return names
}

// apply keeps the items that pass every filter in query.
func (f filters[T]) apply(query map[string]string, items []T) ([]T, error) {
	var tests []func(T) bool
	for _, name := range slices.Sorted(maps.Keys(f)) {
		param := "filter[" + name + "]"
		value, ok := query[param]
		if !ok {
			continue
		}
		test, err := f[name](value)
		if err != nil {
			return nil, badRequest(param + " must be " + err.Error() + ".")
		}
		tests = append(tests, test)
	}
	var kept []T
	for _, item := range items {
		if !slices.ContainsFunc(tests, func(test func(T) bool) bool { return !test(item) }) {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

// eventFilters are those of https://developers.livestorm.co/reference/get_events.
func eventFilters(now int64) filters[*event] {
	f := filters[*event]{
		// Whether a whole title or a part is meant is not documented; a part
		// in any case of letters is the more useful reading.
		"title":              contains(func(e *event) string { return e.title }),
		"everyone_can_speak": yesNo(func(e *event) bool { return e.everyoneCanSpeak }),
		"scheduling_status": oneOf(func(e *event) string { return e.schedulingStatus(now) },
			"live", "upcoming", "on_demand", "ended", "not_started", "draft", "cancelled", "not_scheduled"),
		"tag": taggedWith,
	}
	return f.withTimes(func(e *event) int64 { return e.createdAt }, func(e *event) int64 { return e.updatedAt })
}

// sessionFilters are those of https://developers.livestorm.co/reference/get_sessions.
func sessionFilters(now int64) filters[*session] {
	f := filters[*session]{
		"status": oneOf(func(s *session) string { return s.status(now) },
			"upcoming", "live", "on_demand", "past", "past_not_started", "canceled", "draft"),
		"date_from": since(func(s *session) int64 { return s.estimatedAt }),
		"date_to":   until(func(s *session) int64 { return s.estimatedAt }),
		// Nothing here makes breakout rooms, so there is none to leave out.
		"include_breakout_rooms": yesNoAny[*session],
	}
	return f.withTimes(func(s *session) int64 { return s.createdAt }, func(s *session) int64 { return s.updatedAt })
}

// personFilters are those of https://developers.livestorm.co/reference/get_people
// and of https://developers.livestorm.co/reference/get_events-id-people.
func personFilters() filters[link] {
	return filters[link]{
		"role":  oneOf(func(l link) string { return l.person.role }, roleParticipant, roleTeam),
		"email": equals(func(l link) string { return l.person.email }),
	}
}

// registrantFilters are those of
// https://developers.livestorm.co/reference/get_sessions-id-people.
func registrantFilters() filters[link] {
	f := personFilters()
	f["attended"] = func(value string) (func(link) bool, error) {
		want, err := parseYesNo(value)
		// A team member who did not register neither attended nor stayed away.
		return func(l link) bool { return l.registration != nil && l.registration.attended == want }, err
	}
	return f.withTimes(func(l link) int64 { return l.person.createdAt }, func(l link) int64 { return l.person.updatedAt })
}

// attributeFilters are those of
// https://developers.livestorm.co/reference/get_people-attributes. Whether the
// texts match in whole or in part is not documented; slugs and ids suggest whole.
func attributeFilters() filters[*personAttribute] {
	return filters[*personAttribute]{
		"builtin":     yesNo(func(a *personAttribute) bool { return a.Builtin }),
		"description": equals(func(a *personAttribute) string { return orEmpty(a.Description) }),
		"name":        equals(func(a *personAttribute) string { return a.Name }),
		"placeholder": equals(func(a *personAttribute) string { return orEmpty(a.Placeholder) }),
		"slug":        equals(func(a *personAttribute) string { return a.Slug }),
		"type": oneOf(func(a *personAttribute) string { return a.Type },
			"text", "email", "avatar", "url", "consent", "unique_select", "multiple_select"),
		"user_id": equals(func(a *personAttribute) string { return orEmpty(a.UserID) }),
	}
}

// userFilters are those of https://developers.livestorm.co/reference/get_users.
// Unlike that of people, the address is documented to be compared without regard
// to case.
func userFilters() filters[*user] {
	return filters[*user]{
		"pending_invite": yesNo(func(u *user) bool { return u.pendingInvite }),
		"role":           oneOf(func(u *user) string { return u.role }, roleHost, roleModerator),
		"email": func(value string) (func(*user) bool, error) {
			return func(u *user) bool { return strings.EqualFold(u.email, value) }, nil
		},
	}
}

// webhookFilters are those of https://developers.livestorm.co/reference/get_webhooks.
func webhookFilters() filters[*webhook] {
	return filters[*webhook]{"event": oneOf(func(h *webhook) string { return h.event }, webhookEvents...)}
}

// withTimes adds the four filters on creation and change that most lists have.
func (f filters[T]) withTimes(created, updated func(T) int64) filters[T] {
	f["created_since"], f["created_until"] = since(created), until(created)
	f["updated_since"], f["updated_until"] = since(updated), until(updated)
	return f
}

func equals[T any](get func(T) string) filter[T] {
	return func(value string) (func(T) bool, error) {
		return func(item T) bool { return get(item) == value }, nil
	}
}

func contains[T any](get func(T) string) filter[T] {
	return func(value string) (func(T) bool, error) {
		value = strings.ToLower(value)
		return func(item T) bool { return strings.Contains(strings.ToLower(get(item)), value) }, nil
	}
}

func oneOf[T any](get func(T) string, known ...string) filter[T] {
	return func(value string) (func(T) bool, error) {
		if !slices.Contains(known, value) {
			return nil, errors.New("one of " + strings.Join(known, ", "))
		}
		return func(item T) bool { return get(item) == value }, nil
	}
}

func yesNo[T any](get func(T) bool) filter[T] {
	return func(value string) (func(T) bool, error) {
		want, err := parseYesNo(value)
		return func(item T) bool { return get(item) == want }, err
	}
}

func yesNoAny[T any](value string) (func(T) bool, error) {
	_, err := parseYesNo(value)
	return func(T) bool { return true }, err
}

func since[T any](get func(T) int64) filter[T] {
	return func(value string) (func(T) bool, error) {
		limit, err := parseTime(value)
		return func(item T) bool { return get(item) >= limit }, err
	}
}

func until[T any](get func(T) int64) filter[T] {
	return func(value string) (func(T) bool, error) {
		limit, err := parseTime(value)
		return func(item T) bool { return get(item) <= limit }, err
	}
}

// taggedWith keeps events with any of the tags; tags are compared without
// regard to case, and several are separated by commas.
func taggedWith(value string) (func(*event) bool, error) {
	titles := strings.Split(value, ",")
	return func(e *event) bool {
		return slices.ContainsFunc(e.tags, func(t *tag) bool {
			return slices.ContainsFunc(titles, func(title string) bool { return strings.EqualFold(t.title, strings.TrimSpace(title)) })
		})
	}, nil
}

// parseYesNo is strict because one public source types these parameters as
// strings and another as booleans: the two agree on true and false only.
func parseYesNo(value string) (bool, error) {
	if value != "true" && value != "false" {
		return false, errors.New("true or false")
	}
	return value == "true", nil
}

// parseTime reads a unix timestamp or an ISO 8601 date. A date alone is taken as
// its first second in UTC, for lower and upper bounds alike: the documentation
// does not say.
func parseTime(value string) (int64, error) {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.Unix(), nil
		}
	}
	return 0, errors.New("a unix timestamp or an ISO 8601 date")
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

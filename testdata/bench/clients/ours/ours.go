// Package ours is this project's runtime: by name through the dispatch table, as
// hosts call it, and through the typed handlers, as Go programs do.
package ours

import (
	"context"
	"slices"
	"time"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
)

// inputs are what a host hands over: JSON objects.
var inputs = map[string]string{
	"get_event": `{"event_id":"` + fixture.EventID + `"}`,
	"create_event": `{"owner_id":"9d1b2a3c-0d5e-4c6f-8a7b-112233445566","title":"Quarterly \"roadmap\" review","status":"draft",` +
		`"description":"<p>What ships next, and why. Questions are taken at the end.</p>","recording_enabled":true,"chat_enabled":true}`,
	"update_event": UpdateEvent,
	"register_someone_for_session": `{"session_id":"` + fixture.SessionID + `","referrer":"https://example.com/roadmap","utm_source":"newsletter",` +
		`"fields":{"email":"noor.haddad@example.com","first_name":"Noor","last_name":"Haddad"}}`,
	"list_sessions":             `{}`,
	"list_events":               `{"title_filter":"roadmap"}`,
	"list_attendees_from_event": `{"event_id":"` + fixture.EventID + `","role_filter":"participant"}`,
}

// UpdateEvent is the input of update_event, 15 fields.
const UpdateEvent = `{"event_id":"` + fixture.EventID + `","owner_id":"9d1b2a3c-0d5e-4c6f-8a7b-112233445566","title":"Quarterly \"roadmap\" review",` +
	`"slug":"quarterly-roadmap-review","status":"published","description":"<p>What ships next, and why. Questions are taken at the end.</p>",` +
	`"recording_enabled":true,"chat_enabled":true,"everyone_can_speak":false,"detailed_registration_page_enabled":true,` +
	`"light_registration_page_enabled":false,"recording_public":false,"show_in_company_page":true,"polls_enabled":true,"questions_enabled":true}`

func options(s clients.Settings) runtime.Options {
	// Five calls a second would be all that is measured.
	o := runtime.Options{Transport: s.Transport, DisableBudgets: true, PagesTogether: max(1, s.Together)}
	if s.BaseURL != fixture.BaseURL {
		o.BaseURL = s.BaseURL
	}
	return o
}

// New calls through the dispatch table.
func New(s clients.Settings) (*clients.Client, error) {
	c, err := Of(&livestorm.Table, s)
	if err != nil {
		return nil, err
	}
	typed, err := livestorm.New(options(s))
	c.Stream = stream(typed)
	return c, err
}

// Of is New for a table that holds the seven actions; it does not stream.
func Of(table *runtime.Table, s clients.Settings) (*clients.Client, error) {
	return dispatching(table, options(s))
}

// Budgeted is New with as many budgets as the API has, kept, though none that a
// bench would reach.
func Budgeted(s clients.Settings) (*clients.Client, error) {
	api := *livestorm.Table.API
	api.Budgets = slices.Clone(api.Budgets)
	for i := range api.Budgets {
		if b := &api.Budgets[i]; b.Per > time.Minute {
			b.Calls = 1 << 40 // a quota is a number that is counted down
		} else {
			b.Per = 1
		}
	}
	o := options(s)
	o.DisableBudgets = false
	return dispatching(&runtime.Table{API: &api, Actions: livestorm.Table.Actions}, o)
}

func dispatching(table *runtime.Table, o runtime.Options) (*clients.Client, error) {
	rt, err := runtime.NewClient(table, o)
	if err != nil {
		return nil, err
	}
	c := &clients.Client{Calls: make(map[string]clients.Call)}
	cred := credentials()
	for _, name := range clients.Operations {
		input := []byte(inputs[name])
		c.Calls[name] = func(ctx context.Context) ([]byte, error) {
			e := rt.Call(ctx, name, cred, input)
			if e.Err != nil {
				return nil, e.Err
			}
			return e.JSON, nil
		}
	}
	return c, nil
}

func credentials() runtime.Credentials {
	return runtime.NewCredentials("bearer_token", map[string]string{"token": fixture.Token})
}

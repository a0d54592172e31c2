// Package ogen calls through the client that ogen makes.
package ogen

import (
	"context"

	"github.com/go-faster/jx"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
	"modulex.dev/connector/testdata/bench/generated/ogen"
)

type client struct {
	*ogen.Client
	together int
}

type token struct{}

// Token is the credential of a request.
func (token) Token(context.Context, ogen.OperationName) (ogen.Token, error) {
	return ogen.Token{APIKey: fixture.Token}, nil
}

// New returns a client.
func New(s clients.Settings) (*clients.Client, error) {
	api, err := ogen.NewClient(s.BaseURL, token{}, ogen.WithClient(s.HTTP()))
	if err != nil {
		return nil, err
	}
	c := &client{api, s.Together}
	return &clients.Client{Stream: c.stream, Calls: map[string]clients.Call{
		"get_event": func(ctx context.Context) ([]byte, error) {
			return one(c.GetEvent(ctx, ogen.GetEventParams{EventID: fixture.EventID}))
		},
		"create_event": func(ctx context.Context) ([]byte, error) {
			return one(c.CreateEvent(ctx, newEvent(&clients.TheNewEvent)))
		},
		"update_event": func(ctx context.Context) ([]byte, error) {
			return one(c.UpdateEvent(ctx, event(&clients.TheEvent), ogen.UpdateEventParams{EventID: fixture.EventID}))
		},
		"register_someone_for_session": func(ctx context.Context) ([]byte, error) {
			return one(c.RegisterSomeoneForSession(ctx, registration(&clients.TheRegistration),
				ogen.RegisterSomeoneForSessionParams{SessionID: fixture.SessionID}))
		},
		"list_sessions":             func(ctx context.Context) ([]byte, error) { return list(ctx, c.together, c.sessions) },
		"list_events":               func(ctx context.Context) ([]byte, error) { return list(ctx, 1, c.events) },
		"list_attendees_from_event": func(ctx context.Context) ([]byte, error) { return list(ctx, 1, c.attendees) },
	}}, nil
}

// The envelope is written with ogen's own encoder.

func start(e *jx.Encoder) {
	e.ObjStart()
	e.FieldStart("success")
	e.Bool(true)
	e.FieldStart("error")
	e.Null()
	e.FieldStart("data")
}

func one(body *ogen.One, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var e jx.Encoder
	start(&e)
	body.Data.Encode(&e)
	e.ObjEnd()
	return e.Bytes(), nil
}

type page = clients.Page[[]ogen.Resource]

func list(ctx context.Context, together int, fetch func(ctx context.Context, n int) (page, error)) ([]byte, error) {
	all, err := clients.All(ctx, together, fetch)
	if err != nil {
		return nil, err
	}
	var e jx.Encoder
	start(&e)
	e.ArrStart()
	for _, items := range all {
		for _, item := range items {
			item.Encode(&e)
		}
	}
	e.ArrEnd()
	e.ObjEnd()
	return e.Bytes(), nil
}

func many(body *ogen.Many, err error) (page, error) {
	if err != nil {
		return page{}, err
	}
	p := page{Items: body.Data, Next: -1, Count: body.Meta.PageCount.Value}
	if !body.Meta.NextPage.Null {
		p.Next = body.Meta.NextPage.Value
	}
	return p, nil
}

var size = ogen.NewOptInt(fixture.PageSize)

func (c *client) sessions(ctx context.Context, n int) (page, error) {
	return many(c.ListSessions(ctx, ogen.ListSessionsParams{PageNumber: ogen.NewOptInt(n), PageSize: size}))
}

func (c *client) events(ctx context.Context, n int) (page, error) {
	return many(c.ListEvents(ctx, ogen.ListEventsParams{FilterTitle: ogen.NewOptString(clients.TitleFilter), PageNumber: ogen.NewOptInt(n), PageSize: size}))
}

func (c *client) attendees(ctx context.Context, n int) (page, error) {
	return many(c.ListAttendeesFromEvent(ctx, ogen.ListAttendeesFromEventParams{
		EventID: fixture.EventID, FilterRole: ogen.NewOptString(clients.RoleFilter), PageNumber: ogen.NewOptInt(n), PageSize: size,
	}))
}

func (c *client) stream(ctx context.Context, use func(item []byte) error) error {
	var e jx.Encoder
	for n := 0; n >= 0; {
		p, err := c.sessions(ctx, n)
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			e.Reset()
			item.Encode(&e)
			if err := use(e.Bytes()); err != nil {
				return err
			}
		}
		n = p.Next
	}
	return nil
}

func newEvent(e *clients.NewEvent) *ogen.CreateEventReq {
	return &ogen.CreateEventReq{Data: ogen.CreateEventReqData{Type: "events", Attributes: ogen.NewEvent{
		OwnerID: e.OwnerID, Title: e.Title, Status: ogen.NewOptString(e.Status), Description: ogen.NewOptString(e.Description),
		RecordingEnabled: ogen.NewOptBool(e.RecordingEnabled), ChatEnabled: ogen.NewOptBool(e.ChatEnabled),
	}}}
}

func event(e *clients.Event) *ogen.UpdateEventReq {
	return &ogen.UpdateEventReq{Data: ogen.UpdateEventReqData{Type: "events", Attributes: ogen.Event{
		OwnerID: e.OwnerID, Title: e.Title, Slug: e.Slug, Status: e.Status, Description: e.Description,
		RecordingEnabled: e.RecordingEnabled, ChatEnabled: e.ChatEnabled, EveryoneCanSpeak: e.EveryoneCanSpeak,
		DetailedRegistrationPageEnabled: e.DetailedRegistrationPageEnabled, LightRegistrationPageEnabled: e.LightRegistrationPageEnabled,
		RecordingPublic: e.RecordingPublic, ShowInCompanyPage: e.ShowInCompanyPage,
		PollsEnabled: e.PollsEnabled, QuestionsEnabled: e.QuestionsEnabled,
	}}}
}

func registration(r *clients.Registration) *ogen.RegisterSomeoneForSessionReq {
	fields := make([]ogen.RegistrationFieldsItem, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = ogen.RegistrationFieldsItem{ID: f.ID, Value: f.Value}
	}
	return &ogen.RegisterSomeoneForSessionReq{Data: ogen.RegisterSomeoneForSessionReqData{Type: "people", Attributes: ogen.Registration{
		Referrer: ogen.NewOptString(r.Referrer), UtmSource: ogen.NewOptString(r.UTMSource), Fields: fields,
	}}}
}

// Package oapi calls through the client that oapi-codegen makes.
package oapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
	"modulex.dev/connector/testdata/bench/generated/oapi"
)

type client struct {
	*oapi.ClientWithResponses
	together int
}

// New returns a client.
func New(s clients.Settings) (*clients.Client, error) {
	sign := func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", fixture.Token)
		req.Header.Set("Accept", fixture.MediaType)
		return nil
	}
	api, err := oapi.NewClientWithResponses(s.BaseURL, oapi.WithHTTPClient(s.HTTP()), oapi.WithRequestEditorFn(sign))
	if err != nil {
		return nil, err
	}
	c := &client{api, s.Together}
	return &clients.Client{Stream: c.stream, Calls: map[string]clients.Call{
		"get_event": func(ctx context.Context) ([]byte, error) {
			r, err := c.GetEventWithResponse(ctx, fixture.EventID)
			if err != nil {
				return nil, err
			}
			return one(r.ApplicationvndApiJSON200, r.HTTPResponse)
		},
		"create_event": func(ctx context.Context) ([]byte, error) {
			r, err := c.CreateEventWithApplicationVndAPIPlusJSONBodyWithResponse(ctx, newEvent(&clients.TheNewEvent))
			if err != nil {
				return nil, err
			}
			return one(r.ApplicationvndApiJSON201, r.HTTPResponse)
		},
		"update_event": func(ctx context.Context) ([]byte, error) {
			r, err := c.UpdateEventWithApplicationVndAPIPlusJSONBodyWithResponse(ctx, fixture.EventID, event(&clients.TheEvent))
			if err != nil {
				return nil, err
			}
			return one(r.ApplicationvndApiJSON200, r.HTTPResponse)
		},
		"register_someone_for_session": func(ctx context.Context) ([]byte, error) {
			r, err := c.RegisterSomeoneForSessionWithApplicationVndAPIPlusJSONBodyWithResponse(ctx, fixture.SessionID, registration(&clients.TheRegistration))
			if err != nil {
				return nil, err
			}
			return one(r.ApplicationvndApiJSON201, r.HTTPResponse)
		},
		"list_sessions": func(ctx context.Context) ([]byte, error) { return list(ctx, c.together, c.sessions) },
		"list_events":   func(ctx context.Context) ([]byte, error) { return list(ctx, 1, c.events) },
		"list_attendees_from_event": func(ctx context.Context) ([]byte, error) {
			return list(ctx, 1, c.attendees)
		},
	}}, nil
}

// envelope is what all clients yield.
type envelope struct {
	Success bool    `json:"success"`
	Error   *string `json:"error"`
	Data    any     `json:"data"`
}

func one(body *oapi.One, r *http.Response) ([]byte, error) {
	if body == nil {
		return nil, fmt.Errorf("status %d", r.StatusCode)
	}
	return json.Marshal(envelope{Success: true, Data: body.Data})
}

type page = clients.Page[[]oapi.Resource]

func list(ctx context.Context, together int, fetch func(ctx context.Context, n int) (page, error)) ([]byte, error) {
	all, err := clients.All(ctx, together, fetch)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{Success: true, Data: slices.Concat(all...)})
}

func many(body *oapi.Many, r *http.Response) (page, error) {
	if body == nil {
		return page{}, fmt.Errorf("status %d", r.StatusCode)
	}
	p := page{Items: body.Data, Next: -1}
	if body.Meta.NextPage != nil {
		p.Next = *body.Meta.NextPage
	}
	if body.Meta.PageCount != nil {
		p.Count = *body.Meta.PageCount
	}
	return p, nil
}

func (c *client) sessions(ctx context.Context, n int) (page, error) {
	size := fixture.PageSize
	r, err := c.ListSessionsWithResponse(ctx, &oapi.ListSessionsParams{PageNumber: &n, PageSize: &size})
	if err != nil {
		return page{}, err
	}
	return many(r.ApplicationvndApiJSON200, r.HTTPResponse)
}

func (c *client) events(ctx context.Context, n int) (page, error) {
	size := fixture.PageSize
	r, err := c.ListEventsWithResponse(ctx, &oapi.ListEventsParams{FilterTitle: &clients.TitleFilter, PageNumber: &n, PageSize: &size})
	if err != nil {
		return page{}, err
	}
	return many(r.ApplicationvndApiJSON200, r.HTTPResponse)
}

func (c *client) attendees(ctx context.Context, n int) (page, error) {
	size := fixture.PageSize
	r, err := c.ListAttendeesFromEventWithResponse(ctx, fixture.EventID,
		&oapi.ListAttendeesFromEventParams{FilterRole: &clients.RoleFilter, PageNumber: &n, PageSize: &size})
	if err != nil {
		return page{}, err
	}
	return many(r.ApplicationvndApiJSON200, r.HTTPResponse)
}

func (c *client) stream(ctx context.Context, use func(item []byte) error) error {
	for n := 0; n >= 0; {
		p, err := c.sessions(ctx, n)
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			text, err := json.Marshal(item)
			if err != nil {
				return err
			}
			if err := use(text); err != nil {
				return err
			}
		}
		n = p.Next
	}
	return nil
}

func newEvent(e *clients.NewEvent) (body oapi.CreateEventApplicationVndAPIPlusJSONRequestBody) {
	body.Data.Type = "events"
	body.Data.Attributes = oapi.NewEvent{
		OwnerId: e.OwnerID, Title: e.Title, Status: &e.Status, Description: &e.Description,
		RecordingEnabled: &e.RecordingEnabled, ChatEnabled: &e.ChatEnabled,
	}
	return body
}

func event(e *clients.Event) (body oapi.UpdateEventApplicationVndAPIPlusJSONRequestBody) {
	body.Data.Type = "events"
	body.Data.Attributes = oapi.Event{
		OwnerId: e.OwnerID, Title: e.Title, Slug: e.Slug, Status: e.Status, Description: e.Description,
		RecordingEnabled: e.RecordingEnabled, ChatEnabled: e.ChatEnabled, EveryoneCanSpeak: e.EveryoneCanSpeak,
		DetailedRegistrationPageEnabled: e.DetailedRegistrationPageEnabled, LightRegistrationPageEnabled: e.LightRegistrationPageEnabled,
		RecordingPublic: e.RecordingPublic, ShowInCompanyPage: e.ShowInCompanyPage,
		PollsEnabled: e.PollsEnabled, QuestionsEnabled: e.QuestionsEnabled,
	}
	return body
}

func registration(r *clients.Registration) (body oapi.RegisterSomeoneForSessionApplicationVndAPIPlusJSONRequestBody) {
	body.Data.Type = "people"
	var fields []struct {
		Id    string `json:"id"`
		Value string `json:"value"`
	}
	for _, f := range r.Fields {
		fields = append(fields, struct {
			Id    string `json:"id"`
			Value string `json:"value"`
		}{f.ID, f.Value})
	}
	body.Data.Attributes = oapi.Registration{Referrer: &r.Referrer, UtmSource: &r.UTMSource, Fields: &fields}
	return body
}

package ours

import (
	"context"
	"errors"
	"strconv"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/fixture"
)

// Typed calls through the typed handlers. They have no envelope: what they
// return is the bytes of the object, and a struct that has been filled from it.
func Typed(s clients.Settings) (*clients.Client, error) {
	c, err := livestorm.New(options(s))
	if err != nil {
		return nil, err
	}
	cred := credentials()
	return &clients.Client{Stream: stream(c), Calls: map[string]clients.Call{
		"get_event": func(ctx context.Context) ([]byte, error) {
			return bytesOf(c.GetEvent(ctx, cred, livestorm.GetEventInput{EventID: fixture.EventID}))
		},
		"create_event": func(ctx context.Context) ([]byte, error) {
			return bytesOf(c.CreateEvent(ctx, cred, newEvent(&clients.TheNewEvent)))
		},
		"update_event": func(ctx context.Context) ([]byte, error) {
			return bytesOf(c.UpdateEvent(ctx, cred, event(&clients.TheEvent)))
		},
		"register_someone_for_session": func(ctx context.Context) ([]byte, error) {
			return bytesOf(c.RegisterSomeoneForSession(ctx, cred, registration(&clients.TheRegistration)))
		},
		"list_sessions": func(ctx context.Context) ([]byte, error) {
			return nothing(c.ListSessions(ctx, cred, livestorm.ListSessionsInput{}))
		},
		"list_events": func(ctx context.Context) ([]byte, error) {
			return nothing(c.ListEvents(ctx, cred, livestorm.ListEventsInput{TitleFilter: &clients.TitleFilter}))
		},
		"list_attendees_from_event": func(ctx context.Context) ([]byte, error) {
			return nothing(c.ListAttendeesFromEvent(ctx, cred, livestorm.ListAttendeesFromEventInput{EventID: fixture.EventID, RoleFilter: &clients.RoleFilter}))
		},
	}}, nil
}

func bytesOf[T any](t runtime.Typed[T], err error) ([]byte, error) { return t.Raw, err }

func nothing[T any](_ runtime.TypedList[T], err error) ([]byte, error) { return nil, err }

func newEvent(e *clients.NewEvent) livestorm.CreateEventInput {
	return livestorm.CreateEventInput{
		OwnerID: e.OwnerID, Title: e.Title, Status: &e.Status, Description: &e.Description,
		RecordingEnabled: &e.RecordingEnabled, ChatEnabled: &e.ChatEnabled,
	}
}

func event(e *clients.Event) livestorm.UpdateEventInput {
	return livestorm.UpdateEventInput{
		EventID: fixture.EventID, OwnerID: e.OwnerID, Title: e.Title, Slug: e.Slug, Status: e.Status, Description: e.Description,
		RecordingEnabled: e.RecordingEnabled, ChatEnabled: e.ChatEnabled, EveryoneCanSpeak: e.EveryoneCanSpeak,
		DetailedRegistrationPageEnabled: e.DetailedRegistrationPageEnabled, LightRegistrationPageEnabled: e.LightRegistrationPageEnabled,
		RecordingPublic: e.RecordingPublic, ShowInCompanyPage: e.ShowInCompanyPage,
		PollsEnabled: e.PollsEnabled, QuestionsEnabled: e.QuestionsEnabled,
	}
}

func registration(r *clients.Registration) livestorm.RegisterSomeoneForSessionInput {
	fields := make(map[string]any, len(r.Fields))
	for _, f := range r.Fields {
		fields[f.ID] = f.Value
	}
	return livestorm.RegisterSomeoneForSessionInput{SessionID: fixture.SessionID, Referrer: &r.Referrer, UTMSource: &r.UTMSource, Fields: fields}
}

// stream reads a list item by item. Where the runtime ends a list for its length
// it goes on at the next page.
func stream(c *livestorm.Client) func(ctx context.Context, use func(item []byte) error) error {
	return func(ctx context.Context, use func(item []byte) error) error {
		for seen := 0; ; {
			var ended error
			at := runtime.ResumeAt("page=" + strconv.Itoa(seen/fixture.PageSize))
			for item, err := range c.ListSessionsSeq(ctx, credentials(), livestorm.ListSessionsInput{}, at) {
				if ended = err; err != nil {
					break
				}
				seen++
				if err := use(item.Raw); err != nil {
					return err
				}
			}
			if failed, ok := errors.AsType[*runtime.Error](ended); !ok || failed.Code != runtime.CodeLimitReached {
				return ended
			}
		}
	}
}

// Package clients is the seven operations as every client of the bench has them.
// The clients are in directories of their own, each the way its users would
// write it; all of them yield the envelope {"success", "error", "data"}.
package clients

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Operations are the names of the seven, in the order of the tables.
var Operations = []string{
	"get_event", "create_event", "update_event", "register_someone_for_session",
	"list_sessions", "list_events", "list_attendees_from_event",
}

// Call is one operation on the fixed input below; it returns the envelope.
type Call func(ctx context.Context) ([]byte, error)

// Client is one way of calling.
type Client struct {
	Calls map[string]Call // lists with every page
	// Stream gives every item of list_sessions and holds no more than a page.
	Stream func(ctx context.Context, use func(item []byte) error) error
}

// Settings are what a client is made of.
type Settings struct {
	BaseURL   string
	Transport http.RoundTripper // nil: a plain one of net/http
	Timeout   time.Duration     // http.Client.Timeout; our runtime has its own
	Together  int               // pages asked for at the same time, 1 when 0
}

// HTTP is the client of net/http that settings ask for.
func (s Settings) HTTP() *http.Client {
	if s.Transport == nil {
		s.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &http.Client{Transport: s.Transport, Timeout: s.Timeout}
}

// NewEvent is the input of create_event.
type NewEvent struct {
	OwnerID, Title, Status, Description string
	RecordingEnabled, ChatEnabled       bool
}

// Event is the input of update_event, 14 attributes beside the ID.
type Event struct {
	OwnerID, Title, Slug, Status, Description                     string
	RecordingEnabled, ChatEnabled, EveryoneCanSpeak               bool
	DetailedRegistrationPageEnabled, LightRegistrationPageEnabled bool
	RecordingPublic, ShowInCompanyPage                            bool
	PollsEnabled, QuestionsEnabled                                bool
}

// Registration is the input of register_someone_for_session.
type Registration struct {
	Referrer, UTMSource string
	Fields              []Field
}

// Field is one field of a registration form.
type Field struct{ ID, Value string }

const description = "<p>What ships next, and why. Questions are taken at the end.</p>"

// The inputs.
var (
	TitleFilter = "roadmap"
	RoleFilter  = "participant"

	TheNewEvent = NewEvent{
		OwnerID: "9d1b2a3c-0d5e-4c6f-8a7b-112233445566", Title: `Quarterly "roadmap" review`, Status: "draft", Description: description,
		RecordingEnabled: true, ChatEnabled: true,
	}
	TheEvent = Event{
		OwnerID: "9d1b2a3c-0d5e-4c6f-8a7b-112233445566", Title: `Quarterly "roadmap" review`, Slug: "quarterly-roadmap-review",
		Status: "published", Description: description, RecordingEnabled: true, ChatEnabled: true, DetailedRegistrationPageEnabled: true,
		ShowInCompanyPage: true, PollsEnabled: true, QuestionsEnabled: true,
	}
	TheRegistration = Registration{
		Referrer: "https://example.com/roadmap", UTMSource: "newsletter",
		Fields: []Field{{"email", "noor.haddad@example.com"}, {"first_name", "Noor"}, {"last_name", "Haddad"}},
	}
)

// Page is one page of a list as a client has it.
type Page[T any] struct {
	Items T
	Next  int // -1 behind the last
	Count int // of all pages
}

// All fetches the pages of a list. With more than one at a time the first page,
// which tells how many there are, comes alone; then so many workers fetch the
// others, and each page goes to its place.
func All[T any](ctx context.Context, together int, fetch func(ctx context.Context, n int) (Page[T], error)) ([]T, error) {
	first, err := fetch(ctx, 0)
	if err != nil {
		return nil, err
	}
	if together > 1 {
		return rest(ctx, together, first, fetch)
	}
	all := make([]T, 1, first.Count)
	all[0] = first.Items
	for n := first.Next; n >= 0; {
		page, err := fetch(ctx, n)
		if err != nil {
			return nil, err
		}
		all, n = append(all, page.Items), page.Next
	}
	return all, nil
}

func rest[T any](ctx context.Context, together int, first Page[T], fetch func(ctx context.Context, n int) (Page[T], error)) ([]T, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := make([]T, first.Count)
	all[0] = first.Items
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range together {
		workers.Go(func() {
			for n := range numbers {
				page, err := fetch(ctx, n)
				if err != nil {
					cancel(err)
					continue
				}
				all[n] = page.Items
			}
		})
	}
	for n := 1; n < first.Count; n++ {
		numbers <- n
	}
	close(numbers)
	workers.Wait()
	return all, context.Cause(ctx)
}

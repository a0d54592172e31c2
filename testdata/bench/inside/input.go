package main

// Checking the 15 fields of update_event. Our runtime does it in a call, so an
// action written by hand that does nothing stands in for the call; the same
// without parameters is what has to be taken off.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/clients/ours"
	"modulex.dev/connector/testdata/bench/fixture"
	"modulex.dev/connector/testdata/bench/measure"
)

func input(options) ([]measure.Code, error) {
	action := livestorm.Table.Lookup("update_event")
	schema, err := compiled(string(action.InputSchema))
	if err != nil {
		return nil, err
	}
	client, err := runtime.NewClient(&livestorm.Table, runtime.Options{})
	if err != nil {
		return nil, err
	}
	text := []byte(ours.UpdateEvent)
	var ready map[string]any
	if err := json.Unmarshal(text, &ready); err != nil {
		return nil, err
	}
	ctx, cred := context.Background(), runtime.NewCredentials("bearer_token", map[string]string{"token": fixture.Token})
	with := runtime.Operation{Name: "update_event", Params: action.Parameters, Auth: action.Auth}
	without := runtime.Operation{Name: "nothing", Auth: action.Auth}
	idle := func(context.Context, *runtime.Hook) error { return nil }
	of := func(group, name string, f func() error) measure.Code {
		return code(group, name, 0, func(context.Context) ([]byte, error) { return nil, f() })
	}
	fails := func(e runtime.Envelope) error {
		if e.Err != nil {
			return e.Err
		}
		return nil
	}
	return []measure.Code{
		of("input bytes", "runtime, no parameters", func() error { return fails(client.InvokeHook(ctx, &without, cred, []byte(`{}`), idle)) }),
		of("input bytes", nameOurs, func() error { return fails(client.InvokeHook(ctx, &with, cred, text, idle)) }),
		of("input bytes", "anchor", func() error { _, err := anchorOfBytes(text); return err }),
		of("input bytes", "encoding/json to struct", func() error { return toStruct(text) }),
		of("input bytes", "jsonschema/v5", func() error {
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				return err
			}
			return schema.Validate(v)
		}),
		of("input ready", "runtime, no parameters", func() error { return fails(client.DoHook(ctx, &without, cred, nil, idle)) }),
		of("input ready", nameOurs, func() error { return fails(client.DoHook(ctx, &with, cred, values(&clients.TheEvent), idle)) }),
		of("input ready", "anchor", func() error { _, err := anchorOfMap(ready); return err }),
		of("input ready", "jsonschema/v5", func() error { return schema.Validate(ready) }),
	}, nil
}

func compiled(schema string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	if err := c.AddResource("input.json", bytes.NewReader([]byte(schema))); err != nil {
		return nil, err
	}
	return c.Compile("input.json")
}

// values are what the typed handler of update_event makes of its input.
func values(e *clients.Event) []runtime.Value {
	return runtime.Arguments(&livestorm.UpdateEventInput{
		EventID: fixture.EventID, OwnerID: e.OwnerID, Title: e.Title, Slug: e.Slug, Status: e.Status, Description: e.Description,
		RecordingEnabled: e.RecordingEnabled, ChatEnabled: e.ChatEnabled, EveryoneCanSpeak: e.EveryoneCanSpeak,
		DetailedRegistrationPageEnabled: e.DetailedRegistrationPageEnabled, LightRegistrationPageEnabled: e.LightRegistrationPageEnabled,
		RecordingPublic: e.RecordingPublic, ShowInCompanyPage: e.ShowInCompanyPage, PollsEnabled: e.PollsEnabled, QuestionsEnabled: e.QuestionsEnabled,
	})
}

// toStruct is the way of encoding/json: unknown members refused, presence by
// pointers.
func toStruct(text []byte) error {
	var in struct {
		EventID                         *string `json:"event_id"`
		OwnerID                         *string `json:"owner_id"`
		Title                           *string `json:"title"`
		Slug                            *string `json:"slug"`
		Status                          *string `json:"status"`
		Description                     *string `json:"description"`
		RecordingEnabled                *bool   `json:"recording_enabled"`
		ChatEnabled                     *bool   `json:"chat_enabled"`
		EveryoneCanSpeak                *bool   `json:"everyone_can_speak"`
		DetailedRegistrationPageEnabled *bool   `json:"detailed_registration_page_enabled"`
		LightRegistrationPageEnabled    *bool   `json:"light_registration_page_enabled"`
		RecordingPublic                 *bool   `json:"recording_public"`
		ShowInCompanyPage               *bool   `json:"show_in_company_page"`
		PollsEnabled                    *bool   `json:"polls_enabled"`
		QuestionsEnabled                *bool   `json:"questions_enabled"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return err
	}
	for _, missing := range []bool{
		in.EventID == nil, in.OwnerID == nil, in.Title == nil, in.Slug == nil, in.Status == nil, in.Description == nil,
		in.RecordingEnabled == nil, in.ChatEnabled == nil, in.EveryoneCanSpeak == nil, in.DetailedRegistrationPageEnabled == nil,
		in.LightRegistrationPageEnabled == nil, in.RecordingPublic == nil, in.ShowInCompanyPage == nil, in.PollsEnabled == nil, in.QuestionsEnabled == nil,
	} {
		if missing {
			return errors.New("a field is missing")
		}
	}
	return nil
}

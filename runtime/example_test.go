package runtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/cmd/livestorm/sandbox"
	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

// A host loads a dispatch table, shows what there is, checks an input against
// the action's schema if it likes, and calls actions by name with the
// credentials of whoever is asking.
func Example() {
	api := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer api.Close()

	// One client for all tenants and all calls.
	client, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: api.URL + "/v1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	for _, action := range livestorm.Table.Actions[:3] {
		fmt.Println(action.Name, "-", action.Description)
	}

	action := livestorm.Table.Lookup("create_event")
	input := []byte(`{"owner_id": "` + sandbox.OwnerID + `", "title": "Product tour"}`)
	fmt.Println("input is valid:", valid(string(action.InputSchema), input))

	// The credentials come as the host keeps them.
	var credentials runtime.Credentials
	if err := json.Unmarshal([]byte(`{"auth_type": "bearer_token", "auth_data": {"token": "sandbox"}}`), &credentials); err != nil {
		fmt.Println(err)
		return
	}
	envelope := client.Call(context.Background(), action.Name, credentials, input)
	fmt.Println("success:", envelope.Success())
	fmt.Println("envelope is valid:", valid(string(action.OutputSchema), envelope.JSON))

	// Nobody's credentials: the envelope says so.
	fmt.Println(string(client.Call(context.Background(), "list_sessions", runtime.Credentials{}, nil).JSON))

	// Output:
	// create_event - Create an event.
	// get_event - Get an event.
	// list_attendees_from_event - List everyone linked to an event, team members and no-shows included.
	// input is valid: true
	// success: true
	// envelope is valid: true
	// {"success":false,"error":"Missing API token in auth_data.","data":[]}
}

func valid(schema string, doc []byte) bool {
	compiled, err := jsonschema.CompileString("schema.json", schema)
	if err != nil {
		return false
	}
	var value any
	d := json.NewDecoder(strings.NewReader(string(doc)))
	d.UseNumber()
	return d.Decode(&value) == nil && compiled.Validate(value) == nil
}

// Go programs use the typed methods of a generated package.
func Example_typed() {
	api := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer api.Close()

	client, err := livestorm.New(runtime.Options{BaseURL: api.URL + "/v1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, token := context.Background(), livestorm.APIToken("sandbox")

	// Pages are fetched as the loop asks for them.
	live := 0
	for session, err := range client.ListSessionsSeq(ctx, token, livestorm.ListSessionsInput{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if session.Value.Attributes.Status == "live" {
			live++
		}
	}
	fmt.Println("live sessions:", live)

	_, err = client.GetEvent(ctx, token, livestorm.GetEventInput{EventID: "nowhere"})
	fmt.Println(runtime.CodeOf(err), "-", err)

	// Output:
	// live sessions: 1
	// not_found - API error (404): Not Found: There is no such resource.
}

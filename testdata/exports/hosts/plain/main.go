// A Go host without a model: it shows what there is and runs an action by name.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

func main() {
	client, err := runtime.NewClient(&livestorm.Table, runtime.Options{BaseURL: os.Getenv("LIVESTORM_BASE_URL")})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	action := livestorm.Table.Lookup("list_events")
	fmt.Println(action.Title, "-", action.Description)

	// The credentials come as the host keeps them: {auth_type, auth_data}.
	var credentials runtime.Credentials
	if err := json.Unmarshal([]byte(os.Getenv("LIVESTORM_CREDENTIALS")), &credentials); err != nil {
		log.Fatal(err)
	}
	envelope := client.Call(context.Background(), action.Name, credentials, []byte(`{"title_filter": "onboarding"}`))
	fmt.Println(string(envelope.JSON))
}

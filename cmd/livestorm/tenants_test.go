// A thousand tenants at once: each credential goes where it belongs, and
// nowhere else.

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
)

// mirror answers every request with the token that it carried, as the title of
// an event, without a network: the test is about the client.
type mirror struct{}

func (mirror) RoundTrip(r *http.Request) (*http.Response, error) {
	body := fmt.Sprintf(`{"data":{"id":%q,"attributes":{"title":%q}}}`, r.URL.Path, r.Header.Get("Authorization"))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

func TestThousandTenants(t *testing.T) {
	const tenants, calls = 1000, 5 // five is what the budget lets through at once
	c, err := runtime.NewClient(&livestorm.Table, runtime.Options{Transport: mirror{}})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for tenant := range tenants {
		token := fmt.Sprintf("token-of-tenant-%d", tenant)
		cred := livestorm.APIToken(token)
		wg.Go(func() {
			for call := range calls {
				id := fmt.Sprintf("%d-%d", tenant, call)
				e := c.Call(t.Context(), "get_event", cred, []byte(`{"event_id":"`+id+`"}`))
				var got struct {
					Data struct {
						ID         string
						Attributes struct{ Title string }
					}
				}
				if err := json.Unmarshal(e.JSON, &got); err != nil || got.Data.Attributes.Title != token || got.Data.ID != "/v1/events/"+id {
					t.Errorf("tenant %d got %s", tenant, e.JSON)
				}
			}
		})
	}
	wg.Wait()
}

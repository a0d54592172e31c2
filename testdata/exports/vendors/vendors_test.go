// Tools under the SDKs of the vendors.
package vendors_test

import (
	"encoding/json"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"

	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/testdata/exports/manifests"
)

// TestVendorTypes: the vendors' SDKs read the tools into their types and say the
// same again.
func TestVendorTypes(t *testing.T) {
	tools := 0
	for _, c := range manifests.All(t) {
		for _, strict := range []bool{false, true} {
			doc, _ := export.OpenAITools(c, export.FormResponses, strict)
			var list []responses.ToolUnionParam
			again(t, doc, &list)
			for i, a := range c.Actions {
				if f := list[i].OfFunction; f == nil || f.Name != a.Name || f.Description.Value == "" || f.Parameters["type"] != "object" || !f.Strict.Valid() {
					t.Errorf("%s: OpenAI reads %+v", a.Name, f)
				}
			}
			doc, _ = export.OpenAITools(c, export.FormChat, strict)
			var chat []openai.ChatCompletionToolUnionParam
			again(t, doc, &chat)
			for i, a := range c.Actions {
				if f := chat[i].OfFunction; f == nil || f.Function.Name != a.Name || f.Function.Parameters["type"] != "object" {
					t.Errorf("%s: OpenAI's chat reads %+v", a.Name, f)
				}
			}
			doc, _ = export.AnthropicTools(c, strict)
			var claude []anthropic.ToolUnionParam
			again(t, doc, &claude)
			for i, a := range c.Actions {
				if f := claude[i].OfTool; f == nil || f.Name != a.Name || f.InputSchema.Properties == nil {
					t.Errorf("%s: Anthropic reads %+v", a.Name, f)
				}
			}
			tools += len(list) + len(chat) + len(claude)
		}
	}
	if tools < 500 {
		t.Errorf("only %d tools were read", tools)
	}
}

// again reads a document into a type and holds that what the type says is the
// document.
func again(t *testing.T, doc []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(doc, into); err != nil {
		t.Fatal(err)
	}
	said, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	if want, got := sorted(t, doc), sorted(t, said); want != got {
		t.Errorf("the SDK says\n%s\nof\n%s", got, want)
	}
}

// sorted is JSON in one form.
func sorted(t *testing.T, doc []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

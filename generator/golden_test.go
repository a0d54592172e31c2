// The manifest of this repository, and what is committed or promised of it: the
// Go package, the contract of the host, the catalogue, the pages of the language.

package generator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// gen/livestorm holds what the manifest yields, byte for byte, and nothing else.
func TestGeneratedPackageIsCommitted(t *testing.T) {
	want := make(map[string]string)
	for _, f := range generate(t, read(t, "../manifest.yaml")) {
		want[f.Name] = string(f.Content)
	}
	entries, err := os.ReadDir("../gen/livestorm")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, e := range entries {
		got[e.Name()] = string(read(t, filepath.Join("../gen/livestorm", e.Name())))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gen/livestorm is not what manifest.yaml yields; run `make generate` (-yielded +committed):\n%s", diff)
	}
}

// The contract was given: its seven actions come first and equal it in values,
// and in the order of keys, which people see on the host's pages.
func TestContract(t *testing.T) {
	c := livestorm(t)
	c.Actions = c.Actions[:7]
	want, got := read(t, "../testdata/livestorm.contract.json"), export.Schemas(c)
	var wantDoc, gotDoc any
	decode(t, want, &wantDoc)
	decode(t, got, &gotDoc)
	if diff := cmp.Diff(wantDoc, gotDoc); diff != "" {
		t.Errorf("values (-contract +exported):\n%s", diff)
	}
	if diff := cmp.Diff(tokens(t, want), tokens(t, got)); diff != "" {
		t.Errorf("order of keys (-contract +exported):\n%s", diff)
	}
}

// Beside the contract each action has its schemas in files of their own; the
// output schema is the one of the contract.
func TestSchemaFiles(t *testing.T) {
	c := livestorm(t)
	var contract struct {
		Actions []struct {
			Name         string
			OutputSchema json.RawMessage `json:"output_schema"`
		}
	}
	decode(t, export.Schemas(c), &contract)
	files := make(map[string][]byte)
	for _, f := range export.SchemaFiles(c) {
		files[f.Name] = f.Content
	}
	typed := 0
	for name, content := range files {
		if strings.HasSuffix(name, ".result.json") {
			typed++
			if _, err := jsonschema.CompileString(name, string(content)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if want := 1 + 2*len(contract.Actions) + typed; len(files) != want || typed < 20 {
		t.Errorf("%d files, %d of them of types, want %d", len(files), typed, want)
	}
	if diff := cmp.Diff(string(export.Schemas(c)), string(files["livestorm.contract.json"])); diff != "" {
		t.Errorf("livestorm.contract.json (-want +got):\n%s", diff)
	}
	for _, a := range contract.Actions {
		if diff := cmp.Diff(tokens(t, a.OutputSchema), tokens(t, files[a.Name+".output.json"])); diff != "" {
			t.Errorf("%s.output.json (-contract +file):\n%s", a.Name, diff)
		}
		if !json.Valid(files[a.Name+".input.json"]) {
			t.Errorf("%s.input.json is not JSON", a.Name)
		}
	}
}

// The catalogue is the host's manifests.json, as its exporter writes it: these
// fields in this order, nulls and empty lists included.
func TestCatalogue(t *testing.T) {
	const bare = small + `  get_item:
    description: Get an item.
    request: GET /items/{item_id}
    parameters:
      item_id: { description: The ID }
    returns: { data: { object: data } }
auth:
  token:
    type: custom
    title: Token
    fields: { token: { title: Token, env: DEMO_TOKEN } }
    send: { header: Authorization, value: "{token}" }
`
	for name, src := range map[string][]byte{"livestorm": read(t, "../manifest.yaml"), "bare": []byte(bare)} {
		t.Run(name, func(t *testing.T) {
			c, faults := generator.Load("manifest.yaml", src)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			doc, said := export.Catalogue(c, 2)
			catalogueFields(t, doc, name == "livestorm")
			if n := len(c.Actions); said != fmt.Sprintf("output_schema coverage: %d/%d actions · 0 warning(s)", n, n) {
				t.Errorf("the exporter says %q", said)
			}
		})
	}
}

func catalogueFields(t *testing.T, doc []byte, tested bool) {
	top := fields(t, doc, "schema_version", "package_version", "integration_count", "warnings", "integrations")
	same(t, "schema_version", top["schema_version"], `"1.0"`)
	same(t, "integration_count", top["integration_count"], `1`)
	same(t, "warnings", top["warnings"], `[]`)

	integration := fields(t, elements(t, top["integrations"])[0], "integration_type", "name", "display_name", "description", "version", "author",
		"logo", "app_url", "categories", "actions", "auth_schemas", "registered_entry_point", "readme")
	same(t, "integration_type", integration["integration_type"], `"tool"`)
	same(t, "registered_entry_point", integration["registered_entry_point"], `true`)
	fields(t, integration["readme"], "intro", "sections")

	for _, a := range elements(t, integration["actions"]) {
		action := fields(t, a, "name", "description", "parameters", "output_schema")
		var parameters map[string]json.RawMessage
		decode(t, action["parameters"], &parameters)
		for _, p := range parameters {
			parameter := fields(t, p, "type", "description", "default", "required")
			if parameter["default"] == nil {
				t.Error("a parameter has no default")
			}
		}
	}
	for _, s := range elements(t, integration["auth_schemas"]) {
		scheme := fields(t, s, "display_name", "description", "setup_instructions", "setup_environment_variables", "test_endpoint", "auth_type")
		for _, v := range elements(t, scheme["setup_environment_variables"]) {
			fields(t, v, "name", "display_name", "description", "required", "sensitive", "only_for_custom", "inject_into_auth_data", "sample_format", "about_url")
		}
		if !tested {
			same(t, "test_endpoint", scheme["test_endpoint"], `null`)
			same(t, "setup_instructions", scheme["setup_instructions"], `null`)
			same(t, "logo", integration["logo"], `null`)
			same(t, "categories", integration["categories"], `[]`)
			continue
		}
		test := fields(t, scheme["test_endpoint"], "url", "method", "headers", "params", "body", "auth", "success_indicators", "cost_level", "description")
		same(t, "url", test["url"], `"https://api.livestorm.co/v1/ping"`)
		fields(t, test["success_indicators"], "status_codes", "response_fields")
	}
}

// The catalogue's form: an indent of the caller's choice, text as it is, one
// line break at the end.
func TestCatalogueForm(t *testing.T) {
	src := strings.Replace(small, "title: Demo", `title: "Größe <b> & 🙂"`, 1)
	c, faults := generator.Load("manifest.yaml", []byte(src))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for indent, want := range map[int]string{2: "\n  \"integrations\": [\n    {\n", 4: "\n    \"integrations\": [\n        {\n"} {
		doc, _ := export.Catalogue(c, indent)
		if !bytes.Contains(doc, []byte(want)) {
			t.Errorf("an indent of %d is not kept:\n%s", indent, doc)
		}
		if !bytes.Contains(doc, []byte(`"display_name": "Größe <b> & 🙂"`)) {
			t.Errorf("text is escaped:\n%s", doc)
		}
		if !bytes.HasSuffix(doc, []byte("}\n")) || bytes.HasSuffix(doc, []byte("\n\n")) {
			t.Errorf("the document does not end with one line break: %q", doc[len(doc)-4:])
		}
	}
}

// The pages of the language are rendered from its schema.
func TestLanguagePagesAreCommitted(t *testing.T) {
	for path, want := range map[string][]byte{
		"../docs/manifest.md":          export.LanguageReference(),
		"../docs/manifest.schema.json": manifest.Schema(),
	} {
		if diff := cmp.Diff(string(want), string(read(t, path))); diff != "" {
			t.Errorf("%s is not up to date; run `make generate` (-rendered +committed):\n%s", path, diff)
		}
	}
}

func livestorm(t *testing.T) *model.Connector {
	t.Helper()
	c, faults := generator.Load("manifest.yaml", read(t, "../manifest.yaml"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return c
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func decode(t *testing.T, doc []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(doc, into); err != nil {
		t.Fatal(err)
	}
}

// tokens is a JSON document without white space, in its own order.
func tokens(t *testing.T, doc []byte) []json.Token {
	t.Helper()
	var out []json.Token
	d := json.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, token)
	}
}

// fields wants an object to have these members in this order.
func fields(t *testing.T, doc []byte, want ...string) map[string]json.RawMessage {
	t.Helper()
	var members map[string]json.RawMessage
	decode(t, doc, &members)
	var got []string
	d := json.NewDecoder(bytes.NewReader(doc))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, key.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	return members
}

func elements(t *testing.T, doc []byte) (out []json.RawMessage) {
	t.Helper()
	decode(t, doc, &out)
	if len(out) == 0 {
		t.Fatalf("an empty list: %s", doc)
	}
	return out
}

func same(t *testing.T, name string, got json.RawMessage, want string) {
	t.Helper()
	if string(got) != want {
		t.Errorf("%s is %s, want %s", name, got, want)
	}
}

// A skeleton from the host's catalogue, manifests.json. The catalogue says what
// an action takes and returns, but nothing of the requests: those are guessed
// from names and marked, for the author to replace.

package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"modulex.dev/connector/generator"
)

// The catalogue, as far as it is read.
type (
	catalogue struct {
		Integrations []integration `json:"integrations"`
	}
	integration struct {
		Name        string            `json:"name"`
		DisplayName string            `json:"display_name"`
		Description string            `json:"description"`
		Version     string            `json:"version"`
		Author      string            `json:"author"`
		Logo        string            `json:"logo"`
		AppURL      string            `json:"app_url"`
		Categories  []string          `json:"categories"`
		Actions     []catalogueAction `json:"actions"`
		AuthSchemas []catalogueAuth   `json:"auth_schemas"`
	}
	catalogueAction struct {
		Name         string          `json:"name"`
		Description  string          `json:"description"`
		Parameters   json.RawMessage `json:"parameters"`
		OutputSchema json.RawMessage `json:"output_schema"`
	}
	catalogueAuth struct {
		AuthType     string        `json:"auth_type"`
		DisplayName  string        `json:"display_name"`
		Description  string        `json:"description"`
		Instructions []string      `json:"setup_instructions"`
		Variables    []variable    `json:"setup_environment_variables"`
		Test         *testEndpoint `json:"test_endpoint"`
	}
	variable struct {
		Name         string `json:"name"`
		DisplayName  string `json:"display_name"`
		Description  string `json:"description"`
		Required     *bool  `json:"required"`
		Sensitive    *bool  `json:"sensitive"`
		Inject       bool   `json:"inject_into_auth_data"`
		SampleFormat string `json:"sample_format"`
		AboutURL     string `json:"about_url"`
	}
	testEndpoint struct {
		URL     string            `json:"url"`
		Method  string            `json:"method"`
		Headers map[string]string `json:"headers"`
		Success *struct {
			StatusCodes []int `json:"status_codes"`
		} `json:"success_indicators"`
	}
	catalogueParameter struct {
		Type        string          `json:"type"`
		Description string          `json:"description"`
		Default     json.RawMessage `json:"default"`
		Required    bool            `json:"required"`
	}
)

// Catalogue makes a skeleton of one integration of a catalogue. Options.Name
// says which, where there are several.
func Catalogue(file string, src []byte, o Options) (*Result, error) {
	var c catalogue
	if err := json.Unmarshal(src, &c); err != nil {
		return nil, fmt.Errorf("%s: this is no catalogue: %w", file, err)
	}
	one, err := c.pick(o.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s := &skeleton{integration: one, file: file, report: &Report{Source: filepath.Base(file), Operations: len(one.Actions)}}
	tree := s.tree()
	if s.report.Imported == 0 {
		return nil, fmt.Errorf("%s: %s has no actions", file, one.Name)
	}
	r := &Result{Manifest: printed(tree), Report: s.report, tree: tree}
	if _, faults := generator.Load(file, r.Manifest); len(faults) > 0 {
		return nil, fmt.Errorf("%s: the manifest would have faults; the first: %s", file, faults[0].Message)
	}
	return r, nil
}

func (c *catalogue) pick(name string) (*integration, error) {
	var names []string
	for i := range c.Integrations {
		if names = append(names, c.Integrations[i].Name); c.Integrations[i].Name == name || name == "" && len(c.Integrations) == 1 {
			return &c.Integrations[i], nil
		}
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("the catalogue has no integrations")
	case name == "":
		return nil, fmt.Errorf("say which integration with --name: %s", clip(strings.Join(names, ", "), 500))
	}
	return nil, fmt.Errorf("there is no integration %q; there are %s", name, clip(strings.Join(names, ", "), 500))
}

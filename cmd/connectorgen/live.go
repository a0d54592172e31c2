// A manifest, run as it stands: its model becomes a runtime table without Go
// being generated. preview and test use it. What is written by hand (hooks,
// signers) has no body here.

package main

import (
	"encoding/json"
	"fmt"

	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/jq"
)

// tableOf turns a model into a table. The two have the same fields, so JSON
// carries one over into the other.
func tableOf(c *model.Connector) (*runtime.Table, error) {
	t := &runtime.Table{API: &runtime.API{}}
	if err := carry(c.API, t.API); err != nil {
		return nil, err
	}
	if c.API.JQ != "" {
		t.API.JQ = &jq.Engine{}
	}
	for _, a := range c.Actions {
		op := &runtime.Operation{}
		if err := carry(a.Op, op); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		t.Actions = append(t.Actions, runtime.Action{
			Name: a.Name, Title: a.Title, Description: a.Description, Docs: a.Docs, Effect: runtime.Effect(a.Effect), Parameters: op.Params, Auth: op.Auth, Op: op,
			InputSchema: runtime.Schema(model.JSON(a.InputSchema, "")), OutputSchema: runtime.Schema(model.JSON(a.OutputSchema, "")),
		})
	}
	return t, nil
}

func carry(from, into any) error {
	b, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func actionOf(c *model.Connector, name string) (*model.Action, error) {
	for _, a := range c.Actions {
		if a.Name == name {
			return a, nil
		}
	}
	return nil, fmt.Errorf("there is no action %q; %s", name, manifest.DidYouMean(name, actionNames(c)))
}

package main

// A made-up API of any size, the same as a manifest and as OpenAPI: every
// operation has 15 parameters, half are GET with 14 of them in the query, half
// POST with 14 in the body, and answers are open objects.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const parametersOfOne = 14 // besides the one in the path

var kindsOfOne = []string{"string", "string", "integer", "boolean", "number"}

// writeSynthetic writes manifest.yaml and openapi.json of n operations.
func writeSynthetic(dir string, n int) error {
	if err := os.WriteFile(filepath.Join(dir, "manifest.yaml"), []byte(syntheticManifest(n)), 0o644); err != nil {
		return err
	}
	doc, err := json.MarshalIndent(syntheticDocument(n), "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "openapi.json"), doc, 0o644)
}

// made is one operation: its name, its method, its path, and where its parameters
// go.
func made(i int) (name, method, path, place string) {
	name, method, place = fmt.Sprintf("list_parts_%d", i), "GET", "query"
	if i%2 == 1 {
		name, method, place = fmt.Sprintf("change_parts_%d", i), "POST", "body"
	}
	return name, method, fmt.Sprintf("/things_%d/{thing_id}/parts", i), place
}

func kindOf(p int) string { return kindsOfOne[p%len(kindsOfOne)] }

func syntheticManifest(n int) string {
	var b strings.Builder
	b.WriteString(`manifest: 1
name: synthetic
title: Synthetic
version: 1.0.0
author: Nobody
overview: A made-up API.
categories: [Measuring]
base_url: https://api.example.com/v1
auth:
  key:
    type: bearer_token
    title: API key
    fields:
      token:
        title: API key
        env: SYNTHETIC_KEY
        missing: The API key is missing.
    send:
      header: Authorization
      value: Bearer {token}
actions:
`)
	for i := range n {
		name, method, path, place := made(i)
		fmt.Fprintf(&b, "  %s:\n    description: Operation %d of a made-up API.\n    request: %s %s\n    parameters:\n", name, i, method, path)
		b.WriteString("      thing_id:\n        description: The ID of the thing\n")
		for p := range parametersOfOne {
			fmt.Fprintf(&b, "      field_%d:\n        in: %s\n        type: %s\n        description: Field %d of the parts, as the API has it\n", p, place, kindOf(p), p)
			if p < 2 {
				b.WriteString("        required: true\n")
			}
		}
		b.WriteString("    returns:\n      data:\n        object: data\n")
	}
	return b.String()
}

func syntheticDocument(n int) object {
	paths := object{}
	for i := range n {
		name, method, path, place := made(i)
		params := []any{object{"name": "thing_id", "in": "path", "required": true, "description": "The ID of the thing", "schema": object{"type": "string"}}}
		properties := object{}
		for p := range parametersOfOne {
			field, text := fmt.Sprintf("field_%d", p), fmt.Sprintf("Field %d of the parts, as the API has it", p)
			if place == "body" {
				properties[field] = object{"type": kindOf(p), "description": text}
				continue
			}
			params = append(params, object{"name": field, "in": place, "required": p < 2, "description": text, "schema": object{"type": kindOf(p)}})
		}
		operation := object{
			"operationId": name, "summary": fmt.Sprintf("Operation %d of a made-up API.", i), "parameters": params,
			"responses": object{"200": object{"description": "Done.", "content": object{"application/json": object{"schema": object{
				"type": "object", "properties": object{"data": object{"type": "object", "additionalProperties": true}}}}}}},
		}
		if place == "body" {
			operation["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": object{
				"type": "object", "properties": properties, "required": []string{"field_0", "field_1"}}}}}
		}
		paths[path] = object{strings.ToLower(method): operation}
	}
	return object{
		"openapi": "3.0.3", "info": object{"title": "Synthetic", "version": "1.0.0"},
		"servers": []any{object{"url": "https://api.example.com/v1"}}, "paths": paths,
	}
}

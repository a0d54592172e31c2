// Package generated holds the peers' clients of the seven operations, made by
// their own generators of openapi.yaml. They are committed, so that a bench needs
// no generation; go generate in this directory writes them again.
package generated

//go:generate sh -c "sed '/# open$/{/type: object/d;s/additionalProperties: true # open/x-go-type: json.RawMessage/}' openapi.yaml > openapi-raw.yaml"
//go:generate go tool oapi-codegen -generate types,client -package oapi -o oapi/api.go openapi.yaml
//go:generate go tool oapi-codegen -generate types,client -package oapiraw -o oapiraw/api.go openapi-raw.yaml
//go:generate go tool ogen -config ogen.yml -package ogen -target ogen -clean openapi.yaml
//go:generate go tool ogen -config ogen.yml -package ogenraw -target ogenraw -clean openapi-raw.yaml

// The raw forms are called in the same way.
//go:generate sh -c "(echo '// Code generated from ../oapi/oapi.go; DO NOT EDIT.'; echo; sed 's/oapi/oapiraw/g' ../clients/oapi/oapi.go) | gofmt > ../clients/oapiraw/oapi.go"
//go:generate sh -c "(echo '// Code generated from ../ogen/ogen.go; DO NOT EDIT.'; echo; sed 's/ogen/ogenraw/g' ../clients/ogen/ogen.go) | gofmt > ../clients/ogenraw/ogen.go"

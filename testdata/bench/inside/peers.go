//go:build !nopeers

package main

import (
	"modulex.dev/connector/testdata/bench/clients/oapi"
	"modulex.dev/connector/testdata/bench/clients/oapiraw"
	"modulex.dev/connector/testdata/bench/clients/ogen"
	"modulex.dev/connector/testdata/bench/clients/ogenraw"
)

// peers are the generated clients of others.
var peers = []subject{
	{"ogen-raw", ogenraw.New, exact}, {"ogen", ogen.New, sameJSON},
	{"oapi-raw", oapiraw.New, sameJSON}, {"oapi", oapi.New, sameJSON},
}

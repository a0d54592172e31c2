package main

import (
	"context"

	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/clients/floor"
	"modulex.dev/connector/testdata/bench/clients/ours"
	"modulex.dev/connector/testdata/bench/measure"
)

// subject is a client that is measured.
type subject struct {
	name   string
	make   func(clients.Settings) (*clients.Client, error)
	yields yield
}

// yield is what a client returns.
type yield int

const (
	exact    yield = iota // the envelope, its data byte for byte as the API sent it
	sameJSON              // the envelope with the same data, written anew
	object                // no envelope: the typed handlers return the object and its struct
)

func plain(s clients.Settings) (*clients.Client, error) { return floor.New(s, floor.Scan) }
func fast(s clients.Settings) (*clients.Client, error)  { return floor.New(s, floor.Fast) }

// The names of the rows that others are compared with.
const (
	nameFloor = "floor"
	nameFast  = "floor+fast"
	nameOurs  = "runtime"
)

// subjects are all clients, in the order of the tables.
func subjects() []subject {
	return append([]subject{
		{nameFloor, plain, exact}, {nameFast, fast, exact},
		{nameOurs, ours.New, exact}, {"runtime, budgets kept", ours.Budgeted, exact}, {"typed handlers", ours.Typed, object},
	}, peers...)
}

// code is a call as a piece of code to be measured.
func code(group, name string, size int64, call clients.Call) measure.Code {
	return measure.Code{Group: group, Name: name, Size: size, Run: func(n int) error {
		ctx := context.Background()
		for range n {
			if _, err := call(ctx); err != nil {
				return err
			}
		}
		return nil
	}}
}

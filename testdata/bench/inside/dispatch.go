package main

// Finding one action by its name among few and many.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/measure"
)

// dispatch finds actions by name, in a bare map and in the client, and calls them
// without a credential, which ends a call at once: what a call costs at least.
func dispatch(options) ([]measure.Code, error) {
	var out []measure.Code
	for _, n := range []int{len(clients.Operations), 5000} {
		table := many(n)
		client, err := runtime.NewClient(table, runtime.Options{})
		if err != nil {
			return nil, err
		}
		for _, which := range []string{"random", "same"} {
			out = append(out, finding(client, fmt.Sprintf("dispatch %d %s", n, which), which)...)
		}
	}
	return out, nil
}

const manyNames = 1 << 12

// finding are the ways to an action of one table.
func finding(client *runtime.Client, group, which string) []measure.Code {
	table := client.Table()
	index := make(map[string]*runtime.Action)
	for i := range table.Actions {
		index[table.Actions[i].Name] = &table.Actions[i]
	}
	var names [manyNames]string // as a host has them: in memory of their own
	random := rand.New(rand.NewPCG(1, 2))
	for i := range names {
		n := len(table.Actions) / 2
		if which == "random" {
			n = random.IntN(len(table.Actions))
		}
		names[i] = strings.Clone(table.Actions[n].Name)
	}
	ctx, cred, input := context.Background(), runtime.Credentials{}, []byte(`{}`)
	return []measure.Code{
		{Group: group, Name: "map", Run: func(n int) error {
			return each(n, func(i int) bool { return index[names[i]] != nil })
		}},
		{Group: group, Name: nameOurs, Run: func(n int) error {
			return each(n, func(i int) bool { return client.Action(names[i]) != nil })
		}},
		{Group: group, Name: "called", Run: func(n int) error {
			return each(n, func(i int) bool { return !client.Call(ctx, names[i], cred, input).Success() })
		}},
	}
}

var errNotFound = errors.New("an action of the table was not found")

// each asks n times, for one name after the other.
func each(n int, found func(i int) bool) error {
	for i := range n {
		if !found(i % manyNames) {
			return errNotFound
		}
	}
	return nil
}

// many is a table of n actions.
func many(n int) *runtime.Table {
	t := &runtime.Table{API: livestorm.Table.API}
	for i := range n {
		a := *livestorm.Table.Lookup(clients.Operations[i%len(clients.Operations)])
		if i >= len(clients.Operations) {
			a.Name = fmt.Sprintf("%s_%d", a.Name, i)
		}
		t.Actions = append(t.Actions, a)
	}
	return t
}

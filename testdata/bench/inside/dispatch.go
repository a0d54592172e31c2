package main

// Finding one action by its name among few and many.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"modulex.dev/connector/gen/livestorm"
	"modulex.dev/connector/runtime"
	"modulex.dev/connector/testdata/bench/clients"
	"modulex.dev/connector/testdata/bench/measure"
)

// dispatch calls actions without a credential, which ends a call at once: by hand,
// when the action is known already, and by name. The difference is what finding
// it costs.
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
	var known [manyNames]*runtime.Action
	random := rand.New(rand.NewPCG(1, 2))
	for i := range names {
		n := len(table.Actions) / 2
		if which == "random" {
			n = random.IntN(len(table.Actions))
		}
		names[i], known[i] = strings.Clone(table.Actions[n].Name), &table.Actions[n]
	}
	ctx, cred, input := context.Background(), runtime.Credentials{}, []byte(`{}`)
	of := func(name string, call func(i int)) measure.Code {
		return measure.Code{Group: group, Name: name, Run: func(n int) error {
			for i := range n {
				call(i % manyNames)
			}
			return nil
		}}
	}
	return []measure.Code{
		of("known", func(i int) { known[i].Invoke(ctx, client, cred, input) }),
		of("map", func(i int) { index[names[i]].Invoke(ctx, client, cred, input) }),
		of(nameOurs, func(i int) { client.Call(ctx, names[i], cred, input) }),
	}
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

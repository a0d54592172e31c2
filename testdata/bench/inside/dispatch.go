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

// dispatch calls actions that do nothing. "call alone" is what is left when the
// action is known already.
func dispatch(options) ([]measure.Code, error) {
	var out []measure.Code
	for _, n := range []int{len(clients.Operations), 5000} {
		table := nothingDone(n)
		client, err := runtime.NewClient(table, runtime.Options{})
		if err != nil {
			return nil, err
		}
		index := make(map[string]*runtime.Action, n)
		for i := range table.Actions {
			index[table.Actions[i].Name] = &table.Actions[i]
		}
		for _, which := range []string{"random", "same"} {
			names, group := asked(table, which), fmt.Sprintf("dispatch %d %s", n, which)
			ctx, cred := context.Background(), runtime.Credentials{}
			out = append(out,
				measure.Code{Group: group, Name: "call alone", Run: func(n int) error {
					a := &table.Actions[0]
					for range n {
						a.Invoke(ctx, client, cred, nil)
					}
					return nil
				}},
				measure.Code{Group: group, Name: "map", Run: func(n int) error {
					for i := range n {
						index[names[i%manyNames]].Invoke(ctx, client, cred, nil)
					}
					return nil
				}},
				measure.Code{Group: group, Name: nameOurs, Run: func(n int) error {
					for i := range n {
						client.Call(ctx, names[i%manyNames], cred, nil)
					}
					return nil
				}})
		}
	}
	return out, nil
}

// nothingDone is a table of n actions that do nothing.
func nothingDone(n int) *runtime.Table {
	t := &runtime.Table{API: livestorm.Table.API}
	for i := range n {
		name := clients.Operations[i%len(clients.Operations)]
		if i >= len(clients.Operations) {
			name = fmt.Sprintf("%s_%d", name, i)
		}
		t.Actions = append(t.Actions, runtime.Action{Name: name, Invoke: func(context.Context, *runtime.Client, runtime.Credentials, []byte, ...runtime.CallOption) runtime.Envelope {
			return runtime.Envelope{}
		}})
	}
	return t
}

const manyNames = 1 << 12

// asked are the names as a host has them: in memory of their own.
func asked(t *runtime.Table, which string) *[manyNames]string {
	var names [manyNames]string
	random := rand.New(rand.NewPCG(1, 2))
	for i := range names {
		n := len(t.Actions) / 2
		if which == "random" {
			n = random.IntN(len(t.Actions))
		}
		names[i] = strings.Clone(t.Actions[n].Name)
	}
	return &names
}

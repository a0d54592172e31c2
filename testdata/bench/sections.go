//go:build unix

package main

import "context"

// section is one part of the page.
type section struct {
	name string
	run  func(context.Context, *bench) (report, error)
}

// sections are all of them, in the order of the page.
var sections = []section{
	{"calls", calls}, {"lists", lists}, {"slow", slow}, {"dispatch", dispatch}, {"input", input},
	{"start", start}, {"memory", memory}, {"generation", generation}, {"livestorm", livestorm},
}

func names() (list []string) {
	for _, s := range sections {
		list = append(list, s.name)
	}
	return list
}

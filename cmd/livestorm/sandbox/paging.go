// This file cuts lists into pages, as
// https://developers.livestorm.co/docs/pagination describes, and reads numbers
// and include.
// What is kept of a list beforehand is decided in filters.go.

package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	pageNumber   = "page[number]"
	pageSize     = "page[size]"
	includeParam = "include"
	sortParam    = "sort"

	defaultPageSize = 20
	maxPageSize     = 50
)

// meta describes a page. The page of the documentation names five of these
// members in its text and shows all six.
type meta struct {
	CurrentPage  int  `json:"current_page"`
	PreviousPage *int `json:"previous_page"`
	NextPage     *int `json:"next_page"`
	RecordCount  int  `json:"record_count"`
	PageCount    int  `json:"page_count"`
	ItemsPerPage int  `json:"items_per_page"`
}

// selectPage filters all and cuts out the page that was asked for.
func selectPage[T any](c *call, all []T, known filters[T]) ([]T, *meta, error) {
	kept, err := known.apply(c.query, all)
	if err != nil {
		return nil, nil, err
	}
	number, err := c.numberParam(pageNumber, 0)
	if err != nil {
		return nil, nil, err
	}
	size, err := c.numberParam(pageSize, defaultPageSize)
	if err != nil {
		return nil, nil, err
	}
	// The documentation gives the greatest size but not what a greater one
	// does. Serving fewer rows than asked for would hide the mistake.
	if size < 1 || size > maxPageSize {
		return nil, nil, badRequest(fmt.Sprintf("%s must be between 1 and %d.", pageSize, maxPageSize))
	}
	// An empty list has one page, which is empty. The documentation does not
	// say; with none, page 0 would not exist and an empty list be an error.
	pages := max(1, (len(kept)+size-1)/size)
	if number >= pages {
		return nil, nil, badRequest(fmt.Sprintf("There is no page %d: pages are counted from 0 and the last one is %d.", number, pages-1))
	}
	m := &meta{CurrentPage: number, RecordCount: len(kept), PageCount: pages, ItemsPerPage: size}
	if number > 0 {
		m.PreviousPage = new(number - 1)
	}
	if number < pages-1 {
		m.NextPage = new(number + 1)
	}
	return kept[number*size : min(len(kept), (number+1)*size)], m, nil
}

// numberParam reads a number. All of them are indexes, counts and seconds, so a
// sign is as wrong as a letter.
func (c *call) numberParam(name string, def int) (int, error) {
	text, ok := c.query[name]
	if !ok {
		return def, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, badRequest(name + " must be a whole number, 0 or more.")
	}
	return int(n), nil
}

// included reads the comma-separated include parameter. JSON:API answers 400 to
// a name that cannot be included (https://jsonapi.org/format/#fetching-includes).
func (c *call) included(known ...string) ([]string, error) {
	text, ok := c.query[includeParam]
	if !ok {
		return nil, nil
	}
	names := strings.Split(text, ",")
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, badRequest("include does not take the value " + c.mention(name) + " here.")
		}
	}
	return names, nil
}

// Paging is guessed from the names of parameters and of members around a list.
// A guess is a comment in the manifest; where nothing fits, the parameters stay
// and callers page by themselves.

package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// paging is one way of paging; actions that agree share it.
type paging struct {
	name   string
	keys   []pair
	reason string
	key    *yaml.Node
}

type pair struct {
	name  string
	value *yaml.Node
}

// The names by which vendors ask for a page, compared without case, underscores
// and brackets.
var (
	pageNames   = []string{"page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage"}
	offsetNames = []string{"offset", "skip", "start", "startat", "startindex", "pageoffset", "from"}
	cursorNames = []string{"cursor", "pagetoken", "nexttoken", "nextcursor", "pagecursor", "after", "continue", "continuationtoken", "nextpagetoken", "startingafter", "marker", "bookmark", "offset", "pageafter", "scrollid", "pagestate", "starttoken", "nextpageid"}
	sizeNames   = []string{"perpage", "pagesize", "limit", "size", "pagelimit", "count", "maxresults", "itemsperpage", "maxitems", "take", "top", "maxrecords", "resultsperpage", "pageperpage", "rows"}
)

// The paths at which answers tell how to go on.
var (
	nextCursors = []string{"next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken", "cursor", "after", "continuation_token", "continuationToken",
		"meta.next_cursor", "meta.nextCursor", "meta.cursor", "meta.next_page_token", "meta.next_token", "meta.after", "pagination.next_cursor", "pagination.nextCursor", "pagination.cursor", "pagination.next_page_token",
		"response_metadata.next_cursor", "paging.next.after", "paging.cursors.after", "paging.next_cursor", "next_page.offset", "next_page.cursor", "page_info.end_cursor", "pageInfo.endCursor",
		"result_info.cursors.after", "result_info.cursor", "cursors.after", "cursor.next", "metadata.continue", "metadata.next_cursor", "metadata.nextPageToken", "next_marker", "marker", "page_state", "bookmark", "pages.next.starting_after", "links.next_cursor", "next_page_id"}
	nextLinks = []string{"links.next", "_links.next.href", "_links.next", "next", "next_page_uri", "next_page_url", "nextPageUrl", "next_url", "@odata.nextLink", "paging.next", "pagination.next", "links.pages.next", "meta.next_page_url",
		"meta.next", "nextLink", "pagination.next_url", "next_link", "links.next.href", "next_page", "nextPageUri", "pages.next"}
	pageCounts = []string{"total_pages", "totalPages", "page_count", "pageCount", "pages", "meta.total_pages", "meta.totalPages", "meta.page_count", "meta.last_page", "pagination.total_pages", "pagination.totalPages", "pagination.pages",
		"result_info.total_pages", "last_page", "paging.total_pages", "pagination.pageCount", "page.totalPages", "num_pages", "metadata.total_pages"}
	totals = []string{"total", "total_count", "totalCount", "count_total", "meta.total", "meta.total_count", "meta.totalCount", "pagination.total", "pagination.total_count", "pagination.totalCount", "paging.total", "result_info.total_count",
		"total_results", "totalResults", "total_items", "totalItems", "page.totalElements", "meta.pagination.total", "metadata.total", "total_entries", "itemsTotal", "total_hits"}
	mores = []string{"has_more", "hasMore", "more", "has_next", "hasNext", "has_next_page", "hasNextPage", "page_info.has_next_page", "pageInfo.hasNextPage", "pagination.has_more", "meta.has_more", "pagination.hasMore", "paging.has_more",
		"pagination.has_next_page", "meta.has_next_page", "meta.hasNextPage"}
	nextPages = []string{"next_page", "nextPage", "meta.next_page", "pagination.next_page", "meta.nextPage", "pagination.nextPage", "meta.pagination.next_page"}
)

func squeeze(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", "[", "", "]", "", ".", "", "$", "").Replace(name))
}

// page looks for a way in which the list of an action is paged.
func (d *draft) page(a *action) {
	l := a.result.list
	if l == nil || a.method != "GET" || a.taken.has("max_items") {
		return
	}
	g := &guess{draft: d, action: a, list: l}
	found := g.link() || g.cursor() || g.last() || g.numbered() || g.offset() || g.url()
	if !found {
		return
	}
	g.share()
}

// guess is a way of paging in the making.
type guess struct {
	*draft
	*action
	list    *listing
	keys    []pair
	reasons []string
	gone    []*parameter // that paging sends
}

func (g *guess) put(name string, value *yaml.Node) { g.keys = append(g.keys, pair{name, value}) }

// param is the optional query parameter with one of some names.
func (g *guess) param(names []string) *parameter {
	for _, name := range names {
		for _, p := range g.action.params {
			if p.in == "query" && !p.required && p.encode == "" && squeeze(p.wire) == name {
				return p
			}
		}
	}
	return nil
}

// at is the first path that the answer has, and what is there.
func (g *guess) at(paths []string) (string, *schema) {
	if g.list.wrapper == nil {
		return "", nil
	}
	for _, path := range paths {
		s := g.list.wrapper
		found := true
		for _, name := range steps(path) {
			i, ok := s.index[name]
			if !ok {
				found = false
				break
			}
			s = g.of(s.props[i].schema)
		}
		if found {
			return path, s
		}
	}
	return "", nil
}

func steps(path string) []string {
	if strings.HasPrefix(path, "@") {
		return []string{path}
	}
	return strings.Split(path, ".")
}

func scalarKind(s *schema) bool {
	k := s.kind()
	return k != "object" && k != "array"
}

// link is a Link header, where the document mentions it.
func (g *guess) link() bool {
	if !slices.Contains(g.list.headers, "link") {
		return false
	}
	g.put("mode", text("link"))
	g.reasons = append(g.reasons, "the answer has a Link header")
	for _, names := range [][]string{pageNames, cursorNames, offsetNames, {"before", "pagebefore"}} {
		if p := g.param(names); p != nil {
			g.gone = append(g.gone, p)
		}
	}
	g.size()
	return true
}

func (g *guess) cursor() bool {
	p := g.param(cursorNames)
	next, s := g.at(nextCursors)
	if p == nil || next == "" || !scalarKind(s) || squeeze(p.wire) == "offset" && !strings.Contains(next, "next") {
		return false
	}
	g.put("mode", text("cursor"))
	g.put("cursor", text(p.wire))
	g.gone = append(g.gone, p)
	if strings.HasSuffix(next, "@odata.nextLink") {
		return false
	}
	g.put("next", text(next))
	if more, s := g.at(mores); more != "" && scalarKind(s) {
		g.put("more", text(more))
	}
	g.size()
	g.reasons = append(g.reasons, "the parameter "+p.wire+" and the member "+next)
	return true
}

// last is a cursor that is the ID of the last item.
func (g *guess) last() bool {
	p := g.param([]string{"startingafter", "afterid", "after"})
	items := g.items()
	if p == nil || items == nil || p.typ != "string" && p.typ != "integer" {
		return false
	}
	if _, ok := items.index["id"]; !ok {
		return false
	}
	more, s := g.at(mores)
	if more == "" && (g.list.wrapper != nil || squeeze(p.wire) != "after") || more != "" && !scalarKind(s) {
		return false
	}
	place := "-1.id"
	if g.list.wrapper != nil {
		place = g.list.path + "." + place
	}
	g.put("mode", text("cursor"))
	g.put("cursor", text(p.wire))
	g.put("next", text(place))
	g.text("more", more)
	g.gone = append(g.gone, p)
	for _, other := range []string{"endingbefore", "before", "around"} {
		if p := g.param([]string{other}); p != nil {
			g.gone = append(g.gone, p)
		}
	}
	if sized := g.size(); more == "" {
		if !sized {
			g.keys, g.gone = nil, nil
			return false
		}
		g.put("until", text("short"))
	}
	g.reasons = append(g.reasons, "the parameter "+p.wire+" and the IDs of the items")
	return true
}

// text puts a text that is not empty.
func (g *guess) text(name, value string) {
	if value != "" {
		g.put(name, text(value))
	}
}

// items is the schema of the elements of the list.
func (g *guess) items() *schema {
	if len(g.action.result.fields) == 0 || g.list.items == nil {
		return nil
	}
	return g.of(g.list.items)
}

func (g *guess) numbered() bool {
	p := g.param(pageNames)
	if p == nil || p.typ == "array" || p.typ == "object" {
		return false
	}
	g.put("mode", text("page"))
	g.put("page", text(p.wire))
	first := 1
	for _, n := range []*yaml.Node{p.apiDefault, p.min} {
		if n != nil && n.Value == "0" {
			first = 0
		}
		if n != nil {
			break
		}
	}
	g.put("first", integer(first))
	g.gone = append(g.gone, p)
	g.reasons = append(g.reasons, "the parameter "+p.wire)
	sized := g.size()
	g.end(sized, nextPages, pageCounts)
	return true
}

func (g *guess) offset() bool {
	p := g.param(offsetNames)
	if p == nil || p.typ != "integer" && p.typ != "number" && p.typ != "string" || p.typ == "string" && squeeze(p.wire) != "offset" {
		return false
	}
	if sizeParam := g.param(sizeNames); sizeParam == nil {
		return false
	}
	g.put("mode", text("offset"))
	g.put("offset", text(p.wire))
	if p.min != nil && p.min.Value == "1" || p.apiDefault != nil && p.apiDefault.Value == "1" {
		g.put("first", integer(1))
	}
	g.gone = append(g.gone, p)
	g.reasons = append(g.reasons, "the parameter "+p.wire)
	sized := g.size()
	g.end(sized, nil, nil)
	return true
}

// end says what ends the list: a member of the answer, or a short page.
func (g *guess) end(sized bool, next, counts []string) {
	for _, e := range []struct {
		name  string
		paths []string
	}{{"next", next}, {"more", mores}, {"pages", counts}, {"total", totals}} {
		if path, s := g.at(e.paths); path != "" && scalarKind(s) {
			if k := s.kind(); e.name == "next" && k != "integer" && k != "number" {
				continue
			}
			g.put(e.name, text(path))
			g.reasons = append(g.reasons, "the member "+path)
			return
		}
	}
	if sized {
		g.put("until", text("short"))
		return
	}
	g.put("until", text("empty"))
}

// size asks for the largest page that the document allows.
func (g *guess) size() bool {
	p := g.param(sizeNames)
	if p == nil || p.typ != "integer" && p.typ != "number" && p.typ != "string" && p.typ != "any" {
		return false
	}
	items := p.limit
	if m := most.FindStringSubmatch(p.description); m != nil && items < 1 {
		items, _ = strconv.Atoi(m[1])
	}
	if items < 1 && p.apiDefault != nil {
		items, _ = strconv.Atoi(p.apiDefault.Value)
	}
	if items < 1 || items > 100_000 {
		return false
	}
	g.put("size", text(p.wire))
	g.put("items", integer(min(items, 1000)))
	g.gone = append(g.gone, p)
	return true
}

// most finds the largest page in a description.
var most = regexp.MustCompile(`(?i)\b(?:max(?:imum)?(?:\s+(?:value|of|is|number|size))*|up to|no more than|between [0-9]+ and|[0-9]+ to)\W{1,4}([0-9]{1,6})\b`)

func (g *guess) url() bool {
	next, s := g.at(nextLinks)
	if next == "" || s.kind() != "string" && s.kind() != "" || !strings.Contains(s.format+strings.ToLower(s.description)+squeeze(next), "ur") && !strings.Contains(squeeze(next), "link") {
		return false
	}
	if strings.HasPrefix(next, "@") {
		return false // a path of the language leads through its dots
	}
	g.put("mode", text("url"))
	g.put("next", text(next))
	g.reasons = append(g.reasons, "the member "+next)
	for _, names := range [][]string{pageNames, cursorNames, offsetNames} {
		if p := g.param(names); p != nil {
			g.gone = append(g.gone, p)
		}
	}
	g.size()
	return true
}

// share gives the action its paging, one that another action has where they
// agree, and takes away the parameters that paging sends.
func (g *guess) share() {
	g.put("limit", text("max_items"))
	a := g.action
	var found *paging
	for _, p := range g.draft.paging {
		if agree(p.keys, g.keys) {
			found = p
		}
	}
	if found == nil {
		found = &paging{keys: g.keys, reason: strings.Join(g.reasons, ", ")}
		mode := g.keys[0].value.Value
		found.name = g.pagingNames().take(map[string]string{"page": "numbered", "offset": "offset", "cursor": "cursor", "url": "next_url", "link": "link_header"}[mode])
		g.draft.paging = append(g.draft.paging, found)
		g.report.add(Note{Kind: Guessed, Place: g.where(a.operation), Operation: a.id, Subject: "paging " + found.name, Message: "lists are paged so: " + found.reason})
	}
	a.pagingName = found.name
	a.params = slices.DeleteFunc(a.params, func(p *parameter) bool { return slices.Contains(g.gone, p) })
	a.params = append(a.params, &parameter{name: a.taken.take("max_items"), wire: "max_items", in: "none", typ: "integer", min: integer(1), description: "The most items to return"})
	a.result.fields = a.result.fields[:1]
}

func (d *draft) pagingNames() scope {
	names := make(scope)
	for _, p := range d.paging {
		names.take(p.name)
	}
	return names
}

func agree(a, b []pair) bool {
	return slices.EqualFunc(a, b, func(x, y pair) bool { return x.name == y.name && same(x.value, y.value) })
}

func (d *draft) pagingTree(used map[string]bool) *yaml.Node {
	out := newMapping()
	for _, p := range d.paging {
		if !used[p.name] {
			continue
		}
		m := flow()
		for _, k := range p.keys {
			m.put(k.name, k.value)
		}
		p.key = out.put(p.name, m.Node)
		p.key.HeadComment = "guessed: from " + p.reason
	}
	return out.Node
}

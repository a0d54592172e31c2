// Paging: each mode has the keys that it needs and no others.

package manifest

// pagingKeys says which keys a mode takes. The position is the name on the wire
// by which a page is asked for.
var pagingKeys = map[string]struct{ position, takes []string }{
	"page":   {[]string{"page"}, []string{"in", "first", "next", "current", "more", "pages", "total", "until", "together"}},
	"offset": {[]string{"offset"}, []string{"in", "first", "next", "more", "total", "until", "together"}},
	"cursor": {[]string{"cursor"}, []string{"in", "next", "next_query", "next_header", "more", "until"}},
	"url":    {nil, []string{"next", "more"}},
	"link":   {nil, nil},
}

func (r *Report) checkPaging(name Text, p *Paging) {
	mode, ok := pagingKeys[p.Mode.Value]
	if !ok {
		return // reported with the shape
	}
	given := map[string]Pos{
		"page": p.Page.Pos, "offset": p.Offset.Pos, "cursor": p.Cursor.Pos, "in": p.In.Pos, "first": p.First.Pos,
		"next": p.Next.Pos, "next_query": p.NextQuery.Pos, "next_header": p.NextHeader.Pos, "current": p.Current.Pos,
		"more": p.More.Pos, "pages": p.Pages.Pos, "total": p.Total.Pos, "until": p.Until.Pos,
		"together": p.Together.Pos,
	}
	for _, key := range []string{"page", "offset", "cursor", "in", "first", "next", "next_query", "next_header", "current", "more", "pages", "total", "until", "together"} {
		if given[key].Line > 0 && !contains(mode.position, key) && !contains(mode.takes, key) {
			r.Add(given[key], "remove it", "%s has no meaning in mode %s", quote(key), p.Mode.Value)
		}
	}
	for _, key := range mode.position {
		if given[key].Line == 0 {
			r.Add(p.Mode.Pos, "add `"+key+": …`, its name on the wire", "mode %s needs the name of the %s", p.Mode.Value, key)
		}
	}
	r.checkPagingEnd(p)
	r.checkPagingSize(p)
	if p.Together.Given() && contains(mode.takes, "together") {
		r.checkTogether(p)
	}
}

// checkTogether wants pages that are asked for together to be foreseen: by their
// number, or by the number of items and how many a page holds.
func (r *Report) checkTogether(p *Paging) {
	page := p.Mode.Value == "page"
	switch {
	case page && p.Pages.Given():
	case page && !p.Total.Given():
		r.Add(p.Together.Pos, "add `pages: …` or `total: …`, the path of the number of pages or of items", "nothing tells how many pages there are to ask for together")
	case !p.Total.Given():
		r.Add(p.Together.Pos, "add `total: …`, the path of the number of items", "nothing tells how many pages there are to ask for together")
	case !p.Items.Given() || !p.Size.Given():
		r.Add(p.Together.Pos, "add `size` and `items`", "nobody knows where pages begin that are asked for together")
	}
}

// checkPagingEnd wants something that tells when a list is over.
func (r *Report) checkPagingEnd(p *Paging) {
	ends := p.Next.Given() || p.NextHeader.Given() || p.More.Given() || p.Pages.Given() || p.Total.Given() || p.Until.Given()
	next := p.Next.Given() || p.NextHeader.Given()
	switch p.Mode.Value {
	case "page":
		if !p.First.Given() {
			r.Add(p.Mode.Pos, "add `first: 0` or `first: 1`", "nothing says which number the first page has")
		}
		if !ends {
			r.Add(p.Mode.Pos, "add `next`, `more`, `pages`, `total` or `until`", "nothing says when the list is over")
		}
	case "offset":
		if !ends {
			r.Add(p.Mode.Pos, "add `next`, `more`, `total` or `until`", "nothing says when the list is over")
		}
	case "cursor":
		if !next {
			r.Add(p.Mode.Pos, "add `next: …`, the path of the next cursor, or `next_header`", "nothing says where the next cursor is")
		}
		if p.Next.Given() && p.NextHeader.Given() {
			r.Add(p.NextHeader.Pos, "keep one of them", "the next cursor is in two places")
		}
		if p.NextQuery.Given() && !p.Next.Given() {
			r.Add(p.NextQuery.Pos, "add `next: …`, the path of that address", "next_query is a part of the address at `next`")
		}
	case "url":
		if !next {
			r.Add(p.Mode.Pos, "add `next: …`, the path of the next address", "nothing says where the next address is")
		}
	}
	if p.Until.Value == "short" && !p.Items.Given() && !p.SizeParameter.Given() {
		r.Add(p.Until.Pos, "add `size` and `items`", "nobody knows when a page is short")
	}
}

func (r *Report) checkPagingSize(p *Paging) {
	switch {
	case p.Size.Given() && !p.Items.Given() && !p.SizeParameter.Given():
		r.Add(p.Size.Pos, "add `items: …`, the largest page that the API allows", "the page size has a name but no value")
	case p.Items.Given() && !p.Size.Given() && p.Until.Value != "short":
		r.Add(p.Items.Pos, "add `size: …`, the query name of the page size", "the page size has a value but no name")
	case p.Size.Given() && (p.Size.Value == p.Page.Value || p.Size.Value == p.Offset.Value || p.Size.Value == p.Cursor.Value):
		r.Add(p.Size.Pos, "", "the page size has the same query name as the page number")
	}
}

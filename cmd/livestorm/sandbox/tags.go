// This file holds the two operations on the tags of an event
// (https://developers.livestorm.co/reference/post_events-id-tags). A tag is
// named by its title, whatever the case of its letters, as in the filter of the
// event list. Its data.type is not documented; "tags" is what a client built on
// the vendor's schema sends (https://github.com/w6w-io/w6w-apps).

package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// attachTag makes the tag if the workspace does not have it. That a tag which
// the event has already is a 409 follows from the general meaning of that status
// (https://developers.livestorm.co/docs/requests); this case is not documented.
func (c *call) attachTag() (*reply, error) {
	e, title, err := c.readTag()
	if err != nil {
		return nil, err
	}
	if titled(e.tags, title) >= 0 {
		return nil, refuse(http.StatusConflict, "The event has this tag already.")
	}
	var t *tag
	if i := titled(c.world.tags.rows, title); i >= 0 {
		t = c.world.tags.rows[i]
	} else {
		t = c.world.addTag(&tag{c.world.newID(typeTag), title})
	}
	e.tags = append(e.tags, t)
	return single(http.StatusCreated, t.resource(), nil), nil
}

// detachTag leaves the tag itself in the workspace, which is documented. The
// title comes in a body, although this is a DELETE.
func (c *call) detachTag() (*reply, error) {
	e, title, err := c.readTag()
	if err != nil {
		return nil, err
	}
	i := titled(e.tags, title)
	if i < 0 {
		return nil, notFound()
	}
	e.tags = slices.Delete(e.tags, i, i+1)
	return noContent(), nil
}

// readTag finds the event of the address and reads the title in the body.
func (c *call) readTag() (e *event, title string, err error) {
	if e, err = c.world.events.get(c.ids["id"]); err != nil {
		return nil, "", err
	}
	if err := c.checkDocument(""); err != nil {
		return nil, "", err
	}
	if err := c.assign(c.doc.attributes, map[string]any{"title": &title}); err != nil {
		return nil, "", err
	}
	if strings.TrimSpace(title) == "" {
		return nil, "", unprocessable("title is required and must not be blank.")
	}
	return e, title, nil
}

// titled finds a tag by its title; -1 when there is none.
func titled(tags []*tag, title string) int {
	return slices.IndexFunc(tags, func(t *tag) bool { return strings.EqualFold(t.title, title) })
}

func (t *tag) resource() resource {
	return resource{ID: t.id, Type: typeTag, Attributes: tagAttributes{t.title}}
}

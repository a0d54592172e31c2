// This file holds the subscriptions to webhooks
// (https://developers.livestorm.co/docs/webhooks-1). They are kept, listed and
// dropped, but nothing is ever delivered: this API makes no calls of its own.

package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// webhookEvents are the documented events.
var webhookEvents = []string{
	"event.created", "event.published", "session.created", "session.started", "session.ended",
	"people.registered", "people.attended", "people.not_attended", "people.watched_replay", "job.ended",
}

func (c *call) listWebhooks() (*reply, error) {
	hooks, m, err := selectPage(c, c.world.webhooks.rows, webhookFilters())
	if err != nil {
		return nil, err
	}
	return list(render(hooks, (*webhook).resource), m, nil), nil
}

// createWebhook asks for both attributes, without which there is nothing to
// deliver, though the vendor's schema marks neither as required. A second
// subscription like the first is a second subscription: nothing documents that
// it is refused.
func (c *call) createWebhook() (*reply, error) {
	if err := c.checkDocument(""); err != nil {
		return nil, err
	}
	h := &webhook{createdAt: c.now, updatedAt: c.now}
	if err := c.assign(c.doc.attributes, map[string]any{"url": &h.url, "event": &h.event}); err != nil {
		return nil, err
	}
	var problems []string
	if target, err := url.Parse(h.url); err != nil || target.Scheme != "https" || target.Hostname() == "" {
		problems = append(problems, "url is required and must be an HTTPS address.")
	}
	if !slices.Contains(webhookEvents, h.event) {
		problems = append(problems, "event is required and must be one of "+strings.Join(webhookEvents, ", ")+".")
	}
	if len(problems) > 0 {
		return nil, unprocessable(problems...)
	}
	h.id = c.world.newID(typeWebhook)
	return single(http.StatusCreated, c.world.addWebhook(h).resource(), nil), nil
}

func (c *call) deleteWebhook() (*reply, error) {
	h, err := c.world.webhooks.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	c.world.webhooks.remove(h.id)
	return noContent(), nil
}

func (h *webhook) resource() resource {
	return resource{ID: h.id, Type: typeWebhook, Attributes: webhookAttributes{
		URL: h.url, Event: h.event, CreatedAt: h.createdAt, UpdatedAt: h.updatedAt,
	}}
}

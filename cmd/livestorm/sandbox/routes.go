// This file is the table of operations. Adding one is a line in routes and a
// method on call; the line carries the documented query parameters and body, so
// that nothing undocumented gets past it. The router below the table differs
// from http.ServeMux in what it must: refusals are JSON:API documents, and no
// address is redirected to a tidier one.
//
// What a call brings with it is read in body.go and filters.go.

package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one documented operation.
type route struct {
	method string
	path   string   // "{name}" stands for one path segment
	query  []string // every documented query parameter
	body   string   // data.type of the documented body; "" where there is none
	serve  func(*call) (*reply, error)
}

// routes lists the operations. Each has a page of its own under
// https://developers.livestorm.co/reference, named after method and path, such
// as https://developers.livestorm.co/reference/get_events-id-people.
func routes() []route {
	var (
		paged    = []string{pageNumber, pageSize}
		include  = []string{includeParam}
		events   = eventFilters(0).names()
		sessions = sessionFilters(0).names()
		people   = personFilters().names()
		inRoom   = registrantFilters().names()
		fields   = attributeFilters().names()
		users    = userFilters().names()
		webhooks = webhookFilters().names()
	)
	return []route{
		{"GET", "/ping", nil, "", (*call).ping},
		{"GET", "/me", include, "", (*call).me},
		{"GET", "/organization", include, "", (*call).organization},

		{"GET", "/events", slices.Concat(paged, include, events), "", (*call).listEvents},
		{"POST", "/events", nil, typeEvent, (*call).createEvent},
		{"GET", "/events/{id}", include, "", (*call).getEvent},
		{"PUT", "/events/{id}", nil, typeEvent, (*call).replaceEvent},
		{"PATCH", "/events/{id}", nil, typeEvent, (*call).changeEvent},
		{"DELETE", "/events/{id}", nil, "", (*call).deleteEvent},
		{"POST", "/events/{id}/tags", nil, typeTag, (*call).attachTag},
		{"DELETE", "/events/{id}/tags", nil, typeTag, (*call).detachTag},
		{"GET", "/events/{id}/people", slices.Concat(paged, people), "", (*call).listEventPeople},
		{"GET", "/events/{event_id}/people/{id}", nil, "", (*call).getEventPerson},
		{"GET", "/events/{id}/sessions", slices.Concat(paged, include, sessions), "", (*call).listEventSessions},
		{"POST", "/events/{id}/sessions", nil, typeSession, (*call).createSession},

		{"GET", "/sessions", slices.Concat(paged, sessions), "", (*call).listSessions},
		{"GET", "/sessions/{id}", include, "", (*call).getSession},
		{"PUT", "/sessions/{id}", nil, typeSession, (*call).changeSession},
		{"PATCH", "/sessions/{id}", nil, typeSession, (*call).changeSession},
		{"DELETE", "/sessions/{id}", nil, "", (*call).deleteSession},
		{"GET", "/sessions/{id}/people", slices.Concat(paged, include, inRoom), "", (*call).listSessionPeople},
		{"POST", "/sessions/{id}/people", nil, typePerson, (*call).register},
		{"DELETE", "/sessions/{id}/people", []string{emailParam}, "", (*call).removeByEmail},
		{"GET", "/sessions/{session_id}/people/{id}", nil, "", (*call).getSessionPerson},
		{"PATCH", "/sessions/{session_id}/people/{id}", nil, typePerson, (*call).changeRegistration},
		{"DELETE", "/sessions/{id}/people/{people_id}", nil, "", (*call).removeRegistration},
		{"POST", "/sessions/{id}/people/bulk", nil, typeJob, (*call).bulkRegister},
		{"GET", "/sessions/{id}/chat_messages", slices.Concat(paged, include), "", (*call).listMessages},
		{"GET", "/sessions/{id}/questions", slices.Concat(paged, include), "", (*call).listQuestions},
		{"GET", "/sessions/{id}/recordings", slices.Concat(paged, []string{expiresParam}), "", (*call).listRecordings},

		{"GET", "/people", slices.Concat(paged, people), "", (*call).listPeople},
		{"GET", "/people/{id}", nil, "", (*call).getPerson},
		{"GET", "/people_attributes", slices.Concat(paged, []string{sortParam}, fields), "", (*call).listAttributes},

		{"GET", "/jobs/{id}", nil, "", (*call).getJob},
		{"GET", "/jobs/{id}/tasks", paged, "", (*call).listTasks},

		{"GET", "/users", slices.Concat(paged, users), "", (*call).listUsers},
		{"POST", "/users", nil, typeUser, (*call).inviteUser},
		{"DELETE", "/users/{id}", nil, "", (*call).removeUser},

		{"GET", "/webhooks", slices.Concat(paged, webhooks), "", (*call).listWebhooks},
		{"POST", "/webhooks", nil, typeWebhook, (*call).createWebhook},
		{"DELETE", "/webhooks/{id}", nil, "", (*call).deleteWebhook},
	}
}

// route finds the operation for a request, and the ids in its address.
func (s *Server) route(r *http.Request) (route, map[string]string, error) {
	segments, ok := pathSegments(r.URL)
	if !ok {
		return route{}, nil, notFound()
	}
	allowed := map[string]bool{}
	for _, rt := range s.routes {
		ids, ok := matchPath(rt.path, segments)
		if !ok {
			continue
		}
		if rt.method == r.Method {
			return rt, ids, nil
		}
		allowed[rt.method] = true
	}
	if len(allowed) == 0 {
		return route{}, nil, notFound()
	}
	f := refuse(http.StatusMethodNotAllowed, "This address does not take that method; the Allow header lists those it takes.")
	f.header = http.Header{"Allow": {strings.Join(slices.Sorted(maps.Keys(allowed)), ", ")}}
	return route{}, nil, f
}

// pathSegments splits the address as it was sent and decodes each part on its
// own, so that an encoded slash stays inside an id instead of making a new part.
// The version is part of the documented base address,
// https://api.livestorm.co/v1; here it may be left out.
func pathSegments(u *url.URL) ([]string, bool) {
	segments := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	if segments[0] == "v1" {
		segments = segments[1:]
	}
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return nil, false
		}
		segments[i] = decoded
	}
	return segments, true
}

// matchPath holds decoded path segments against a pattern.
func matchPath(pattern string, segments []string) (map[string]string, bool) {
	parts := strings.Split(pattern[1:], "/")
	if len(parts) != len(segments) {
		return nil, false
	}
	ids := map[string]string{}
	for i, part := range parts {
		switch {
		case part[0] == '{' && segments[i] != "":
			ids[part[1:len(part)-1]] = segments[i]
		case part != segments[i]:
			return nil, false
		}
	}
	return ids, true
}

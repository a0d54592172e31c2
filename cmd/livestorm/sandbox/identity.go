// This file holds the operations that tell whose token it is. Their existence is
// documented at https://developers.livestorm.co/docs/api-token-authentication,
// their answers hardly: the vendor's schema of /me repeats that of /organization,
// while clients read a user from it.

package sandbox

import "net/http"

// ping answers 200 without a body.
func (c *call) ping() (*reply, error) {
	return &reply{status: http.StatusOK}, nil
}

func (c *call) me() (*reply, error) {
	return c.identity(c.world.users.byID[callerID()].resource())
}

func (c *call) organization() (*reply, error) {
	return c.identity(organizationResource())
}

// identity takes include=organization in both operations, as a client sends it
// to each (https://github.com/ThomasBnf/Conquest).
func (c *call) identity(data resource) (*reply, error) {
	names, err := c.included("organization")
	if err != nil {
		return nil, err
	}
	var included []resource
	if names != nil {
		included = []resource{organizationResource()}
	}
	return single(http.StatusOK, data, included), nil
}

func organizationID() string { return makeID("organization", 0) }

func organizationResource() resource {
	return resource{ID: organizationID(), Type: typeOrganization, Attributes: organizationAttributes{Name: "Example Workspace", Slug: "example-workspace"}}
}

// This file holds the operations on users, the people who work in the workspace
// (https://developers.livestorm.co/reference/post_users). An invited user stays
// an invitation: nothing here reads e-mail. Whether inviting or removing one
// changes /people is not documented; it does not here.

package sandbox

import (
	"net/http"
	"strings"
)

// The documented roles of users.
const (
	roleHost      = "host"
	roleModerator = "moderator"
)

// callerID is the user behind the token: the owner as a user. It is not OwnerID,
// the owner as a person: nothing documents that the two ids are one, and a
// client that takes one for the other should find out here.
func callerID() string { return makeID("user", 0) }

func (c *call) listUsers() (*reply, error) {
	users, m, err := selectPage(c, c.world.users.rows, userFilters())
	if err != nil {
		return nil, err
	}
	return list(render(users, (*user).resource), m, nil), nil
}

// inviteUser makes a user whose names are not known yet. The role without which
// somebody is invited is not documented; the lesser one, here.
func (c *call) inviteUser() (*reply, error) {
	if err := c.checkDocument(""); err != nil {
		return nil, err
	}
	u := &user{role: roleModerator, pendingInvite: true, createdAt: c.now, updatedAt: c.now}
	if err := c.assign(c.doc.attributes, map[string]any{"email": &u.email, "role": &u.role}); err != nil {
		return nil, err
	}
	var problems []string
	if !isAddress(u.email) {
		problems = append(problems, "email is required and must be an e-mail address.")
	}
	if u.role != roleHost && u.role != roleModerator {
		problems = append(problems, "role must be host or moderator.")
	}
	if len(problems) > 0 {
		return nil, unprocessable(problems...)
	}
	for _, other := range c.world.users.rows {
		if strings.EqualFold(other.email, u.email) {
			return nil, refuse(http.StatusConflict, "There is a user with this address already.")
		}
	}
	u.id = c.world.newID(typeUser)
	return single(http.StatusCreated, c.world.addUser(u).resource(), nil), nil
}

// removeUser keeps the user behind the token, who has to be there for /me. What
// the API does about that is not documented.
func (c *call) removeUser() (*reply, error) {
	u, err := c.world.users.get(c.ids["id"])
	if err != nil {
		return nil, err
	}
	if u.id == callerID() {
		return nil, unprocessable("The user behind the token cannot be removed with it.")
	}
	c.world.users.remove(u.id)
	return noContent(), nil
}

func (u *user) resource() resource {
	return resource{
		ID: u.id, Type: typeUser,
		Attributes: userAttributes{
			Role: u.role, CreatedAt: u.createdAt, UpdatedAt: u.updatedAt,
			FirstName: u.firstName, LastName: u.lastName, Email: u.email, Locale: "en", PendingInvite: u.pendingInvite,
		},
		Relationships: map[string]relation{"organization": {ref{typeOrganization, organizationID()}}},
	}
}

package models

import "slices"

// verbs are openVerbs with what changes who sees what.
var verbs = slices.Concat(openVerbs, []verb{
	{"block", func(c *community, draw func(int) int) error {
		_, err := c.db.Block(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw))
		return err
	}},
	{"unblock", func(c *community, draw func(int) int) error {
		_, err := c.db.Unblock(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw))
		return err
	}},
	{"mute", func(c *community, draw func(int) int) error {
		_, err := c.db.Mute(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw))
		return err
	}},
	{"unmute", func(c *community, draw func(int) int) error {
		_, err := c.db.Unmute(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw))
		return err
	}},
	{"private or public", func(c *community, draw func(int) int) error {
		return c.db.UpdateProfile(c.t.Context(), by(c.pick(&c.people, draw)), ProfileChange{IsPrivate: ptr(draw(2) == 0)})
	}},
	{"answer", func(c *community, draw func(int) int) error {
		_, err := c.db.AnswerFollowRequest(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw), draw(3) > 0)
		return err
	}},
	{"settle", func(c *community, draw func(int) int) error {
		return c.db.SettlePerson(c.t.Context(), c.pick(&c.people, draw))
	}},
	{"notify", func(c *community, draw func(int) int) error {
		var late []NotifyJob
		if late = notifyJobs(c.t, c.db); len(late) > 0 {
			fold(c.t, c.db, late[draw(len(late))])
		}
		return nil
	}},
})

// calmDown has the jobs run that privacy leaves behind.
func (c *community) calmDown() {
	c.t.Helper()
	for _, id := range c.people {
		settle(c.t, c.db, id)
	}
}

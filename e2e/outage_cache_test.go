package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// screens asks for all that the apps show of a community, at a server, and gives the answers by the operation's name.
func (c *couple) screens(t *testing.T, server *Process) map[string]string {
	t.Helper()
	answers := map[string]string{}
	for name, variables := range map[string]Vars{
		"HomeFeed": nil, "StyleDetail": {"id": c.style}, "Profile": {"username": "minji"}, "Followers": {"username": "minji"}, "Discover": nil,
		"TagPage": {"name": "look"}, "Notifications": nil, "Me": nil, "Refetch": {"ids": []string{c.style, c.minji.ID, c.sora.ID}},
	} {
		for _, p := range []*Person{c.minji, c.sora} {
			answers[name+" of "+p.Name] = string(p.At(t, server, name, variables).OK(t).Body)
		}
	}
	return answers
}

// same compares the screens at all servers with those before.
func (c *couple) same(t *testing.T, when string, before map[string]string) {
	t.Helper()
	for i, server := range c.Servers {
		now := c.screens(t, server)
		for _, name := range slices.Sorted(maps.Keys(before)) {
			if now[name] != before[name] {
				t.Errorf("%s, server %d, %s:\n%s\nand before:\n%s", when, i, name, now[name], before[name])
			}
		}
	}
}

// change changes something on every screen, at the first server.
func (c *couple) change(t *testing.T) {
	t.Helper()
	for _, step := range []struct {
		who       *Person
		operation string
		input     Vars
	}{
		{c.sora, "Like", Vars{"styleId": c.style}},
		{c.minji, "Comment", Vars{"styleId": c.style, "body": "from a friend"}},
		{c.minji, "Follow", Vars{"userId": c.sora.ID}},
		{c.minji, `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code } } }`, Vars{"displayName": "Minji K."}},
		{c.minji, `mutation ($input: UpdateStyleInput!) { updateStyle(input: $input) { userErrors { code } } }`, Vars{"styleId": c.style, "caption": "second #look, #autumn, with @sora"}},
	} {
		step.who.DoPromptly(t, step.operation, Vars{"input": step.input}).OK(t)
	}
	if n := c.Number(t, `select count(*) from outbox where kind = 'cache.invalidate'`); n == 0 {
		t.Error("nothing is recorded of what memcached could not be told")
	}
}

// changed fails the test unless what change did is to be seen at a server.
func (c *couple) changed(t *testing.T, when string, server *Process) {
	t.Helper()
	all := c.screens(t, server)
	for name, wants := range map[string][]string{
		"HomeFeed of sora":    {`"likeCount":1`, `"commentCount":1`, `"viewerHasLiked":true`, `"Minji K."`, `second #look`},
		"StyleDetail of sora": {`"likeCount":1`, `"from a friend"`, `"Minji K."`, `"autumn"`},
		"Profile of sora":     {`"Minji K."`, `"followingCount":1`, `"followsViewer":true`},
		"Refetch of minji":    {`"likeCount":1`, `"followerCount":1,"viewerFollows":true`},
		"Discover of minji":   {`"commentCount":1`, `"viewerHasLiked":false`, `second #look`},
	} {
		for _, want := range wants {
			if !strings.Contains(all[name], want) {
				t.Errorf("%s, %s, %s is not in:\n%s", when, name, want, all[name])
			}
		}
	}
}

func TestWithoutMemcached(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Servers: 2})
	before := c.screens(t, c.Servers[0])
	c.same(t, "warm", before)

	c.Stop(t, c.Memcached)
	c.same(t, "without memcached", before)
	c.change(t)
	c.changed(t, "changed without memcached", c.Servers[0])
	c.changed(t, "changed without memcached, at the other server", c.Servers[1])

	c.Back(t, c.Memcached)
	c.changed(t, "memcached is back", c.Servers[0])
	c.Settle(t)
	after := c.screens(t, c.Servers[0])
	c.changed(t, "settled", c.Servers[1])
	c.same(t, "settled", after)
}

// TestHangingMemcached has a memcached that takes no notice while things change: it still has what was before.
func TestHangingMemcached(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Servers: 2})
	before := c.screens(t, c.Servers[0])
	c.same(t, "warm", before)

	resume := hang(t, pidOf(t, c.Memcached))
	c.same(t, "hanging", before)
	c.change(t)
	c.changed(t, "changed while it hangs", c.Servers[0])
	c.changed(t, "changed while it hangs, at the other server", c.Servers[1])

	resume()
	c.changed(t, "it goes on", c.Servers[0])
	c.Settle(t)
	c.changed(t, "settled", c.Servers[0])
	c.changed(t, "settled, at the other server", c.Servers[1])
	// Another change comes through as ever.
	c.sora.Do(t, `mutation ($input: UnlikeStyleInput!) { unlikeStyle(input: $input) { userErrors { code } } }`, Vars{"input": Vars{"styleId": c.style}}).OK(t)
	for i, server := range c.Servers {
		if a := c.sora.At(t, server, "StyleDetail", Vars{"id": c.style}).OK(t); a.Number("style.likeCount") != 0 {
			t.Errorf("server %d: %s", i, a.Body)
		}
	}
}

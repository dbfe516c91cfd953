package e2e

import (
	"slices"
	"strings"
	"testing"
)

// Sora has been away for eight days: the built worker sends her one mail with what she missed, and its pictures.
func TestDigest(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{})
	c.Exec(t, `update accounts set email_verified_at = now()`)
	c.Exec(t, `update users set created_at = now() - interval '1 year'`)
	c.Exec(t, `update sessions set last_seen_at = now() - interval '8 days' where user_id = (select user_id from accounts where email = $1)`, c.sora.Email)
	batch := func() {
		c.Exec(t, `insert into outbox (kind, payload, created_at, available_at, generation, attempts)
			select 'digest.batch', jsonb_build_object('timeZone', time_zone, 'week', '2026-11-23'), now(), now(), 0, 0 from accounts where email = $1`, c.sora.Email)
		c.Settle(t)
	}
	batch()
	m := c.Mail(t, c.sora.Email, "What you missed")
	for _, wanted := range []string{"minji mentioned you", "New styles of people you follow", "/open/" + c.style} {
		if !strings.Contains(m.Text, wanted) {
			t.Errorf("the mail lacks %q:\n%s", wanted, m.Text)
		}
	}
	if !strings.Contains(m.HTML, "/renditions/") || !strings.Contains(m.ListUnsubscribe, publicURL+"/unsubscribe?") {
		t.Errorf("no picture or no way to end it: %s\n%s", m.ListUnsubscribe, m.HTML)
	}
	batch()
	var to []string
	for _, m := range c.Sink.Messages() {
		if strings.Contains(m.Subject, "What you missed") {
			to = append(to, m.To...)
		}
	}
	if !slices.Equal(to, []string{c.sora.Email}) {
		t.Errorf("digests went to %v", to)
	}
}

package models

import (
	"testing"
	"time"
)

// missing is somebody who was away, likes of whose style and styles of whose followee they have missed.
type missing struct {
	t                             *testing.T
	db                            *DB
	who, fan, author, liked, seen int64
	now                           time.Time
}

func newMissing(t *testing.T) *missing {
	t.Helper()
	m := &missing{t: t, db: open(t), now: monday()}
	stand(m.db, m.now.Add(-10*day))
	m.who, m.fan, m.author = absent(t, m.db, m.now, 8*day), person(t, m.db), person(t, m.db)
	m.liked = published(t, m.db, m.who, "")
	follow(t, m.db, m.who, m.author)
	m.publish() // when they were still here
	stand(m.db, m.now.Add(-3*day))
	must(m.db.LikeStyle(t.Context(), by(m.fan), m.liked))
	m.seen = m.publish()
	runNotifyJobs(t, m.db)
	stand(m.db, m.now)
	if picked := pick(t, m.db, DefaultTimeZone); len(picked) != 1 || picked[0] != m.who {
		t.Fatalf("%v are picked", picked)
	}
	return m
}

// publish makes a style of the followee's that the person has in the feed.
func (m *missing) publish() int64 {
	m.t.Helper()
	id := published(m.t, m.db, m.author, "")
	must(m.db.FanOutStyle(m.t.Context(), id, FeedLimits{Cap: 100, FanOutBelow: 100}))
	return id
}

func (m *missing) digest() *Digest {
	m.t.Helper()
	return must(m.db.Digest(m.t.Context(), DigestJob{UserID: m.who, Week: weekOf(m.now)}))
}

func TestDigestTellsWhatWasMissed(t *testing.T) {
	t.Parallel()
	m := newMissing(t)
	d := m.digest()
	if d == nil || len(d.Notifications) != 1 || len(d.Styles) != 1 {
		t.Fatalf("%+v", d)
	}
	if d.Notifications[0].SubjectID != m.liked || d.Styles[0].ID != m.seen {
		t.Errorf("%+v and %+v", d.Notifications[0], d.Styles[0])
	}
	stand(m.db, m.now.Add(-2*day))
	var last int64
	for range 5 {
		last = m.publish()
	}
	must(m.db.LikeStyle(t.Context(), by(m.fan), m.seen))
	must(m.db.AddComment(t.Context(), by(m.fan), last, "wow", 0))
	stand(m.db, m.now)
	if d = m.digest(); len(d.Styles) != digestStyles || d.Styles[0].ID != last || d.Styles[1].ID != m.seen {
		t.Errorf("the most loved first, %d at most: %+v", digestStyles, d.Styles)
	}
}

// What is so when the mail is written counts, by what the person may see then.
func TestDigestGoesByTheMoment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        func(*missing)
		likes, styles int
	}{
		"the notification was read": {func(m *missing) { must(m.db.MarkNotificationsRead(m.t.Context(), by(m.who), nil)) }, 0, 1},
		"the kind was switched off": {func(m *missing) { prefer(m.t, m.db, m.who, StyleLiked) }, 0, 1},
		"who liked is blocked": {func(m *missing) {
			exec(m.t, m.db, `insert into blocks (blocker_id, blocked_id) values (?, ?)`, m.who, m.fan)
		}, 0, 1},
		"who liked is muted": {func(m *missing) {
			exec(m.t, m.db, `insert into mutes (muter_id, muted_id) values (?, ?)`, m.who, m.fan)
		}, 0, 1},
		"the author blocks them": {func(m *missing) {
			exec(m.t, m.db, `insert into blocks (blocker_id, blocked_id) values (?, ?)`, m.author, m.who)
		}, 1, 0},
		"the author is muted": {func(m *missing) {
			exec(m.t, m.db, `insert into mutes (muter_id, muted_id) values (?, ?)`, m.who, m.author)
		}, 1, 0},
		"the author is suspended": {func(m *missing) { exec(m.t, m.db, `update users set suspended_at = now() where id = ?`, m.author) }, 1, 0},
		"the style was deleted":   {func(m *missing) { must(m.db.DeleteStyle(m.t.Context(), by(m.author), m.seen)) }, 1, 0},
		"nothing is left": {func(m *missing) {
			must(m.db.MarkNotificationsRead(m.t.Context(), by(m.who), nil))
			must(m.db.DeleteStyle(m.t.Context(), by(m.author), m.seen))
		}, 0, 0},
		"they are back": {func(m *missing) {
			exec(m.t, m.db, `update sessions set last_seen_at = ? where user_id = ?`, m.now, m.who)
		}, 0, 0},
		"an outage was long":    {func(m *missing) { stand(m.db, m.now.Add(digestTTL+time.Second)) }, 0, 0},
		"it was never recorded": {func(m *missing) { exec(m.t, m.db, `delete from digests`) }, 0, 0},
		"told last week": {func(m *missing) {
			exec(m.t, m.db, `insert into digests values (?, ?::date - 7, ?)`, m.who, weekOf(m.now), m.now.Add(-time.Hour))
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMissing(t)
			c.change(m)
			d := m.digest()
			if c.likes+c.styles == 0 {
				if d != nil {
					t.Errorf("%+v", d)
				}
				return
			}
			if d == nil || len(d.Notifications) != c.likes || len(d.Styles) != c.styles {
				t.Errorf("%+v, want %d and %d", d, c.likes, c.styles)
			}
		})
	}
}

package models

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func TestDigestWeek(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, now, want string }{
		"before":                     {"Asia/Seoul", "2026-11-23T08:59:59+09:00", ""},
		"Monday morning":             {"Asia/Seoul", "2026-11-23T09:00:00+09:00", "2026-11-23"},
		"late after an outage":       {"Asia/Seoul", "2026-11-23T20:59:59+09:00", "2026-11-23"},
		"too late":                   {"Asia/Seoul", "2026-11-23T21:00:00+09:00", ""},
		"Tuesday":                    {"Asia/Seoul", "2026-11-24T09:00:00+09:00", ""},
		"still Sunday in London":     {"Pacific/Kiritimati", "2026-11-22T19:00:00Z", "2026-11-23"},
		"Tuesday already in Seoul":   {"America/Los_Angeles", "2026-11-23T17:00:00Z", "2026-11-23"},
		"a quarter of an hour early": {"Asia/Kathmandu", "2026-11-23T03:00:00Z", ""},
	} {
		if got := digestWeek(at(t, c.now), location(c.zone)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// monday is the next one, at ten in Seoul.
func monday() time.Time {
	now := time.Now().In(location(DefaultTimeZone))
	return time.Date(now.Year(), now.Month(), now.Day()+(8-int(now.Weekday()))%7+7, 10, 0, 0, 0, now.Location())
}

// weekOf is the name of its week.
func weekOf(now time.Time) string { return digestWeek(now, location(DefaultTimeZone)) }

// stand has the clock stand at a moment.
func stand(db *DB, now time.Time) { db.Now = now.UTC }

// absent is somebody with a verified address who has not been seen for so long.
func absent(t testing.TB, db *DB, now time.Time, away time.Duration) int64 {
	t.Helper()
	id := person(t, db)
	exec(t, db, `update users set created_at = ? where id = ?`, now.AddDate(-1, 0, 0), id)
	exec(t, db, `update accounts set email_verified_at = now() where user_id = ?`, id)
	s := &Session{UserID: id, RefreshTokenHash: []byte{}, TokenFamilyHash: []byte{}, CreatedAt: now.Add(-away), LastSeenAt: now.Add(-away), ExpiresAt: now.AddDate(1, 0, 0)}
	if _, err := db.NewInsert().Model(s).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	return id
}

const day = 24 * time.Hour

// pick runs the batches of a week, and gives those who are to get a digest, in the order of their ids.
func pick(t testing.TB, db *DB, zone string) []int64 {
	t.Helper()
	before := one[int64](t, db, `select coalesce(max(id), 0) from outbox`)
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		return tx.PickDigests(ctx, DigestBatchJob{TimeZone: zone, Week: weekOf(db.Now())})
	})
	for {
		var next []json.RawMessage
		if err := db.NewRaw(`update outbox set done_at = now() where kind = ? and done_at is null and id > ? returning payload`, JobDigestBatch, before).Scan(t.Context(), &next); err != nil {
			t.Fatal(err)
		}
		if len(next) == 0 {
			break
		}
		for _, payload := range next {
			var job DigestBatchJob
			if err := json.Unmarshal(payload, &job); err != nil {
				t.Fatal(err)
			}
			inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.PickDigests(ctx, job) })
		}
	}
	var ids []int64
	err := db.NewRaw(`select (payload->>'userId')::bigint from outbox where kind = ? and id > ? order by 1`, JobDigest, before).Scan(t.Context(), &ids)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestWhoGetsADigest(t *testing.T) {
	t.Parallel()
	db := open(t)
	now := monday()
	author, big, fan := person(t, db), person(t, db), person(t, db)
	follows := func(who int64) { follow(t, db, who, author) }
	liked := func(who int64) {
		must(db.LikeStyle(t.Context(), by(fan), published(t, db, who, "")))
		runNotifyJobs(t, db)
	}
	for name, c := range map[string]struct {
		away    time.Duration
		prepare func(int64)
		want    bool
	}{
		"unread notifications": {8 * day, liked, true},
		"new styles":           {8 * day, follows, true},
		"new styles of a big account": {8 * day, func(who int64) {
			exec(t, db, `insert into follows (follower_id, followee_id, merged) values (?, ?, true)`, who, big)
		}, true},
		"seen six days ago": {7*day - time.Second, liked, false},
		"seen a week ago":   {7 * day, liked, true},
		"nothing missed":    {8 * day, func(int64) {}, false},
		"read":              {8 * day, func(who int64) { liked(who); must(db.MarkNotificationsRead(t.Context(), by(who), nil)) }, false},
		"not verified": {8 * day, func(who int64) {
			liked(who)
			exec(t, db, `update accounts set email_verified_at = null where user_id = ?`, who)
		}, false},
		"unsubscribed": {8 * day, func(who int64) {
			liked(who)
			exec(t, db, `update accounts set mail_unsubscribed_at = now() where user_id = ?`, who)
		}, false},
		"suspended": {8 * day, func(who int64) { liked(who); exec(t, db, `update users set suspended_at = now() where id = ?`, who) }, false},
		"signed up lately": {8 * day, func(who int64) {
			liked(who)
			exec(t, db, `update users set created_at = ? where id = ?`, now.Add(-6*day), who)
			exec(t, db, `delete from sessions where user_id = ?`, who)
		}, false},
		"sessions cleaned up long ago": {80 * day, func(who int64) { liked(who); exec(t, db, `delete from sessions where user_id = ?`, who) }, true},
		"seen in a session that ended": {day, func(who int64) {
			liked(who)
			exec(t, db, `update sessions set revoked_at = now() where user_id = ?`, who)
		}, false},
		"elsewhere": {8 * day, func(who int64) {
			liked(who)
			exec(t, db, `update accounts set time_zone = 'UTC' where user_id = ?`, who)
		}, false},
		"missed before a digest": {8 * day, func(who int64) {
			liked(who)
			exec(t, db, `insert into digests values (?, ?::date - 7, ?)`, who, weekOf(now), now.Add(-time.Minute))
		}, false},
	} {
		stand(db, now.Add(-3*day)) // when it happens
		who := absent(t, db, now, c.away)
		c.prepare(who)
		for _, of := range []int64{author, big} {
			published(t, db, of, "")
		}
		exec(t, db, `insert into feed_entries select f.follower_id, s.id, s.author_id from follows f join styles s on s.author_id = f.followee_id
			where not f.merged on conflict do nothing`)
		stand(db, now)
		if got := slices.Contains(pick(t, db, DefaultTimeZone), who); got != c.want {
			t.Errorf("%s: picked %t", name, got)
		}
	}
}

func TestDigestsReachTwoWeeksBack(t *testing.T) {
	t.Parallel()
	db := open(t)
	now := monday()
	stand(db, now.Add(-15*day))
	who, fan := absent(t, db, now, 100*day), person(t, db)
	id := published(t, db, who, "")
	must(db.LikeStyle(t.Context(), by(fan), id))
	runNotifyJobs(t, db)
	stand(db, now)
	if picked := pick(t, db, DefaultTimeZone); len(picked) != 0 {
		t.Errorf("%v", picked)
	}
}

// Everybody is picked once a week, in batches, whoever picks and wherever they move; and next week of what is new.
func TestDigestsOnceAWeek(t *testing.T) {
	t.Parallel()
	db := open(t)
	now := monday()
	stand(db, now.Add(-3*day))
	const many = 2*digestBatch + 1
	exec(t, db, `insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
		select 'many' || n, '', '', false, 0, 0, 0, false, ? from generate_series(1, ?) n`, now.AddDate(-1, 0, 0), many)
	exec(t, db, `insert into accounts (user_id, email, email_verified_at, password_hash, locale, time_zone)
		select id, username, now(), '', 'en', case id % 2 when 0 then 'Asia/Seoul' else 'Asia/Tokyo' end from users`)
	exec(t, db, `insert into notifications (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
		select id, 'FOLLOWED', 'User', id, '{}', 1, 1, ? from users`, now.Add(-day))
	stand(db, now)
	seoul := pick(t, db, "Asia/Seoul")
	exec(t, db, `update accounts set time_zone = 'Asia/Tokyo'`)
	tokyo := pick(t, db, "Asia/Tokyo")
	if all := slices.Concat(seoul, tokyo); len(seoul) == 0 || len(all) != many || len(slices.Compact(slices.Sorted(slices.Values(all)))) != many {
		t.Errorf("%d and %d picked, of %d", len(seoul), len(tokyo), many)
	}
	if again := pick(t, db, "Asia/Tokyo"); len(again) != 0 {
		t.Errorf("%d are picked again", len(again))
	}
	stand(db, now.Add(7*day))
	if again := pick(t, db, "Asia/Tokyo"); len(again) != 0 {
		t.Errorf("%d are to hear of nothing new", len(again))
	}
	exec(t, db, `update notifications set updated_at = ? where recipient_id = ?`, now.Add(day), seoul[0])
	if again := pick(t, db, "Asia/Tokyo"); !slices.Equal(again, seoul[:1]) {
		t.Errorf("%v are picked, want %d", again, seoul[0])
	}
}

// The hourly look records the work of each time zone once, when it is its time.
func TestBeginDigests(t *testing.T) {
	t.Parallel()
	db := open(t)
	for _, zone := range []string{"Asia/Seoul", "Asia/Seoul", "Asia/Tokyo", "Europe/Paris", "Mars/Olympus"} {
		exec(t, db, `update accounts set time_zone = ? where user_id = ?`, zone, person(t, db))
	}
	for _, step := range []struct {
		when string
		want int
	}{
		{"2026-11-22T23:00:00Z", 0},
		{"2026-11-23T00:00:00Z", 3}, // 9 o'clock in Seoul and Tokyo; what nobody knows counts as Seoul
		{"2026-11-23T01:00:00Z", 3},
		{"2026-11-23T08:00:00Z", 4}, // and in Paris
		{"2026-11-23T11:00:00Z", 4},
		{"2026-11-30T00:00:00Z", 7},
	} {
		stand(db, at(t, step.when))
		for range 2 {
			inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.BeginDigests(ctx) })
		}
		if n := jobs(t, db, JobDigestBatch); n != step.want {
			t.Errorf("%s: %d recorded, want %d", step.when, n, step.want)
		}
	}
}

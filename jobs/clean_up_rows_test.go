package jobs

import (
	"testing"
	"time"

	"styleshare/models"
)

func TestCleanUpRows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	now := time.Date(2026, 11, 23, 10, 20, 0, 0, time.UTC)
	r.db.Now = func() time.Time { return now }
	if _, err := r.db.ExecContext(t.Context(), `insert into users (id, username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
		values (1, 'mina', 'Mina', '', false, 0, 0, 0, false, now())`); err != nil {
		t.Fatal(err)
	}
	const keep = "keep" // the row that stays is called so
	day := 24 * time.Hour
	for _, c := range []struct {
		table, name, insert string
		useless, useful     time.Duration // ages
	}{
		{"outbox", "kind", `insert into outbox (kind, payload, created_at, available_at, generation, attempts, done_at)
			values (?0, '{}', ?1, ?1, 0, 0, ?1)`, 3*day + time.Second, 3*day - time.Second},
		{"idempotency_keys", "key", `insert into idempotency_keys (key, user_id, mutation, input_hash, result, created_at)
			values (?0, 1, 'm', '', '{}', ?1)`, day + time.Second, day - time.Second},
		{"mailed_tokens", "purpose", `insert into mailed_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
			values (?0::bytea, 1, ?0, '', ?1, ?1)`, 7*day + time.Second, 7*day - time.Second},
		{"sessions", "user_agent", `insert into sessions (user_id, token_family_hash, refresh_token_hash, user_agent, created_at, last_seen_at, expires_at)
			values (1, '', '', ?0, ?1, ?1, ?1)`, 30*day + time.Second, 30*day - time.Second},
		{"sessions", "user_agent", `insert into sessions (user_id, token_family_hash, refresh_token_hash, user_agent, created_at, last_seen_at, expires_at, revoked_at)
			values (1, '', '', ?0, ?1, ?1, ?1::timestamptz + interval '60 days', ?1)`, 30*day + time.Second, 30*day - time.Second},
		{"signing_keys", "id", `insert into signing_keys (id, private_key, created_at, retired_at)
			values (?0, '', ?1, ?1)`, day + time.Second, day - time.Second},
		{"digests", "case week when '2026-01-05' then 'keep' else '' end", `insert into digests (user_id, week, created_at)
			values (1, case ?0 when 'keep' then '2026-01-05' else '2026-01-12' end::date, ?1)`, 60*day + time.Second, 60*day - time.Second},
		{"field_uses", "field", `insert into field_uses (day, client, version, field, uses, last_seen_at)
			values (?1::date, '', '', ?0, 1, ?1)`, 91 * day, 89 * day},
		{"notifications", "subject_kind", `insert into notifications (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
			values (1, '', ?0, 1, '{}', 0, 1, ?1)`, day + time.Second, day - time.Second},
	} {
		for name, age := range map[string]time.Duration{"useless": c.useless, keep: c.useful} {
			if _, err := r.db.ExecContext(t.Context(), c.insert, name, now.Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		deleted, err := r.db.CleanUpRows(t.Context())
		if err != nil || deleted[c.table] != 1 {
			t.Errorf("%s: deleted %v, %v", c.table, deleted, err)
		}
		if n := r.count(t, "select count(*) from "+c.table+" where "+c.name+" <> ?", keep); n != 0 {
			t.Errorf("%d useless rows in %s", n, c.table)
		}
		if n := r.count(t, "select count(*) from "+c.table+" where "+c.name+" = ?", keep); n == 0 {
			t.Errorf("the useful row of %s is gone", c.table)
		}
	}
}

func TestCleanUpRowsByTheJob(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const useless = 2345 // more than two batches
	// What has not ended stays, however old it is.
	if _, err := r.db.ExecContext(t.Context(), `insert into outbox (kind, payload, created_at, available_at, enqueued_at, generation, attempts, done_at, dead_at)
		select kind, '{}', long_ago, long_ago, long_ago, 0, 0, done_at, dead_at from (select now() - interval '90 days' as long_ago) l,
			lateral (select 'done' as kind, long_ago as done_at, null::timestamptz as dead_at from generate_series(1, ?)
			union all values ('dead', null::timestamptz, long_ago), ('open', null, null)) r`, useless); err != nil {
		t.Fatal(err)
	}
	j := r.jobs(t)
	j.schedule = []Tick{{Kind: models.JobCleanUpRows, Every: 24 * time.Hour}}
	j.timing.sweep = time.Hour
	j.Register(models.JobCleanUpRows, CleanUpRows(r.db))
	start(t, j.RunRelay)
	start(t, j.RunWorker)
	eventually(t, "the clean-up has run", func() bool {
		return r.count(t, "select count(*) from outbox where kind = ? and done_at is not null", models.JobCleanUpRows) == 1
	})
	if n := r.count(t, "select count(*) from outbox where kind <> ?", models.JobCleanUpRows); n != 2 {
		t.Errorf("%d old rows are left, want the dead one and the open one", n)
	}
}

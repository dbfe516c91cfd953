package models

import (
	"context"
	"testing"

	"styleshare/internal/testkit"
)

// longList is how many entries each of the long lists has.
const longList = 100_000

// The people on whom the long lists hang, besides the crowd.
const (
	star   = 1 // 100,000 styles, followers, followees and collections; one of these has 100,000 styles
	reader = 2 // a feed of 100,000
	shy    = 3 // blocks 100,000
	closed = 4 // a private account that 100,000 want to follow
	sulky  = 5 // mutes 100,000
)

// Topics of which each has 100,000 styles, and what else lists hang on.
const (
	longTag, longBrand, longCollection = 1, 1, 1
	firstStyle, firstQuestion          = 1 << 20, 1 << 20
)

// seeds fill the tables: the id of entry number i is i << 20, long before anything that is added later.
var seeds = []string{
	`insert into users (id, username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
		select x.id, 'u' || x.id, 'u', '', x.id = 4, 0, 0, 0, false, now() from (select i::bigint << 20 as id from generate_series(1, $1) i
			union all select generate_series(1, 5)) x`,
	`insert into tags (id, name, style_count) values (1, 'long', $1)`,
	`insert into brands (id, slug, name, style_count) values (1, 'long', 'Long', $1)`,
	`insert into styles (id, author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, like_count, comment_count,
			collect_count, item_info_request_count, created_at)
		select i::bigint << 20, 1, 'PUBLISHED', '', '{}', '{}', '{1}', '{1}', '{}', 0, 0, 0, 0, now() from generate_series(1, $1) i`,
	`insert into style_tags (tag_id, style_id) select 1, i::bigint << 20 from generate_series(1, $1) i`,
	`insert into style_brands (brand_id, style_id) select 1, i::bigint << 20 from generate_series(1, $1) i`,
	`insert into collections (id, owner_id, name, is_private, is_default, style_count, created_at)
		select x.id, 1, 'c', false, false, 0, now() from (select i::bigint << 20 as id from generate_series(2, $1) i union all select 1) x`,
	`insert into collection_styles (id, collection_id, style_id, owner_id) select i::bigint << 20, 1, i::bigint << 20, 1 from generate_series(1, $1) i`,
	`insert into likes (id, style_id, user_id) select i::bigint << 20, 1 << 20, i::bigint << 20 from generate_series(1, $1) i`,
	`insert into comments (id, style_id, author_id, body, mention_ids, is_item_info_request, created_at)
		select i::bigint << 20, 1 << 20, i::bigint << 20, 'x', '{}', false, now() from generate_series(1, $1) i`,
	`insert into questions (id, author_id, body, photo_ids, answer_count, created_at, published_at)
		select i::bigint << 20, i::bigint << 20, 'x', '{}', 0, now(), now() from generate_series(1, $1) i`,
	`insert into answers (id, question_id, author_id, body, style_ids, created_at)
		select i::bigint << 20, 1 << 20, i::bigint << 20, 'x', '{}', now() from generate_series(1, $1) i`,
	`insert into follows (id, follower_id, followee_id, merged) select i::bigint << 20, i::bigint << 20, 1, false from generate_series(1, $1) i`,
	`insert into follows (id, follower_id, followee_id, merged) select i::bigint << 20, 1, i::bigint << 20, false from generate_series(1, $1) i`,
	`insert into follow_requests (id, follower_id, followee_id) select i::bigint << 20, i::bigint << 20, 4 from generate_series(1, $1) i`,
	`insert into feed_entries (reader_id, style_id, author_id) select 2, i::bigint << 20, 1 from generate_series(1, $1) i`,
	`insert into blocks (id, blocker_id, blocked_id) select i::bigint << 20, 3, i::bigint << 20 from generate_series(1, $1) i`,
	`insert into mutes (id, muter_id, muted_id) select i::bigint << 20, 5, i::bigint << 20 from generate_series(1, $1) i`,
	`insert into reports (id, reporter_id, subject_kind, subject_id, author_id, reason, detail, state, created_at)
		select i::bigint << 20, 1, 'User', i::bigint << 20, 1, 'SPAM', '', case when i % 2 = 0 then 'OPEN' else 'RESOLVED' end, now()
		from generate_series(1, 2 * $1) i`,
	`insert into notifications (id, recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
		select i::bigint << 20, 2, 'FOLLOWED', 'User', i::bigint << 20, array[i::bigint << 20], 1, i::bigint << 20, now() from generate_series(1, $1) i`,
}

// openLong gives a database in which each list of the API has 100,000 entries. It has one connection, so that what is set
// for it, or counted of it, is set for, and counted of, all that the test does.
func openLong(t *testing.T) *DB {
	t.Helper()
	db, err := Open(testkit.Database(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	// Without foreign keys being looked up row by row; the rows are right.
	for _, setting := range []string{`set session_replication_role = replica`, `set synchronous_commit = off`} {
		plainly(t, db, setting)
	}
	for _, seed := range seeds {
		if _, err := db.Pool.Exec(t.Context(), seed, longList); err != nil {
			t.Fatalf("%s: %v", seed, err)
		}
	}
	plainly(t, db, `set session_replication_role = origin`)
	plainly(t, db, `analyze`)
	return db
}

func plainly(t testing.TB, db *DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Pool.Exec(context.WithoutCancel(t.Context()), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

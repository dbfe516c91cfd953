package models

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

var wideFeed = FeedLimits{Cap: 1000, FanOutBelow: 100_000}

func fanOut(t testing.TB, db *DB, styleID int64, limits FeedLimits) int {
	t.Helper()
	return must(db.FanOutStyle(t.Context(), styleID, limits))
}

// feed is the whole of a reader's feed, read in small pages.
func feed(t testing.TB, db *DB, reader int64) []int64 {
	t.Helper()
	return walk(t, db, FeedOfUser, reader, reader, 3, false, nil)
}

func wantFeed(t testing.TB, db *DB, reader int64, want ...int64) {
	t.Helper()
	if got := feed(t, db, reader); !slices.Equal(got, want) {
		t.Errorf("feed %v, want %v", got, want)
	}
}

// crowd makes many followers in one statement.
func crowd(t testing.TB, db *DB, followee int64, n int) {
	t.Helper()
	exec(t, db, `with made as (insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
			select 'crowd' || i, '', '', false, 0, 0, 1, false, now() from generate_series(1, ?1) i returning id),
		followed as (insert into follows (follower_id, followee_id, merged) select id, ?0, false from made)
		update users set follower_count = follower_count + ?1 where id = ?0`, followee, n)
}

func TestFanOutInBatches(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	const followers = 2*fanOutBatch + 1
	crowd(t, db, author, followers)
	id := published(t, db, author, "")
	for range 2 { // a job that ran twice changes nothing
		if n := fanOut(t, db, id, wideFeed); n != followers {
			t.Errorf("%d feeds", n)
		}
		if n := one[int](t, db, `select count(*) from feed_entries where style_id = ? and author_id = ?`, id, author); n != followers {
			t.Errorf("%d entries", n)
		}
	}
	if err := db.ClearFeeds(t.Context(), id); err != nil || one[int](t, db, `select count(*) from feed_entries`) != 0 {
		t.Errorf("entries are left; %v", err)
	}
	if n := fanOut(t, db, 1, wideFeed); n != 0 {
		t.Errorf("a style that is not there came into %d feeds", n)
	}
}

func TestAFeedIsCapped(t *testing.T) {
	t.Parallel()
	db := open(t)
	reader, other, author := person(t, db), person(t, db), person(t, db)
	follow(t, db, reader, author)
	var ids []int64
	for range 6 {
		ids = slices.Insert(ids, 0, published(t, db, author, ""))
	}
	follow(t, db, other, author)
	for _, id := range ids { // jobs may come in any order
		fanOut(t, db, id, FeedLimits{Cap: 4, FanOutBelow: 100})
	}
	wantFeed(t, db, reader, ids[:4]...)
	wantFeed(t, db, other, ids[:4]...)
	fanOut(t, db, ids[5], FeedLimits{Cap: 4, FanOutBelow: 100}) // too old to enter
	wantFeed(t, db, reader, ids[:4]...)
}

func TestFollowBackfillsAndUnfollowRemoves(t *testing.T) {
	t.Parallel()
	db := open(t)
	reader, mina, jun := person(t, db), person(t, db), person(t, db)
	a, b, c := published(t, db, mina, ""), published(t, db, jun, ""), published(t, db, mina, "")
	must(db.DeleteStyle(t.Context(), by(mina), published(t, db, mina, "")))
	must(db.PublishStyle(t.Context(), by(mina), StyleInput{PhotoIDs: []int64{photoIn(t, db, mina, PhotoProcessing)}}))
	wantFeed(t, db, reader)
	follow(t, db, reader, mina)
	wantFeed(t, db, reader, c, a)
	follow(t, db, reader, jun)
	wantFeed(t, db, reader, c, b, a)
	must(db.Unfollow(t.Context(), by(reader), mina))
	wantFeed(t, db, reader, b)
	exec(t, db, `insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, like_count, comment_count, collect_count,
		item_info_request_count, created_at) select ?, 'PUBLISHED', '', '{}', '{}', '{}', '{}', '{}', 0, 0, 0, 0, now() from generate_series(1, ?)`, mina, FollowBackfill)
	follow(t, db, reader, mina)
	if got := feed(t, db, reader); len(got) != FollowBackfill+1 || slices.Contains(got, a) || slices.Contains(got, c) {
		t.Errorf("%d entries, want the latest %d of one and one of another", len(got), FollowBackfill)
	}
}

func TestBigAccountsAreMergedIn(t *testing.T) {
	t.Parallel()
	db := open(t)
	reader, late, big, small := person(t, db), person(t, db), person(t, db), person(t, db)
	follow(t, db, reader, big)
	follow(t, db, reader, small)
	limits := FeedLimits{Cap: 100, FanOutBelow: 3}
	var want []int64
	publish := func(author int64) {
		t.Helper()
		id := published(t, db, author, "")
		fanOut(t, db, id, limits)
		want = slices.Insert(want, 0, id)
		wantFeed(t, db, reader, want...)
	}
	publish(big)
	publish(small)
	crowd(t, db, big, fanOutBatch+2)
	before := one[int](t, db, `select count(*) from feed_entries`)
	for _, author := range []int64{big, small, big, big, small, big} {
		publish(author)
	}
	if n := one[int](t, db, `select count(*) from feed_entries`); n != before+2 {
		t.Errorf("%d entries, %d before: only those of the small account must be written", n, before)
	}
	if n := one[int](t, db, `select count(*) from follows where followee_id = ? and not merged`, big); n != 0 || !must(db.Users(t.Context(), []int64{big}))[big].FeedMerged {
		t.Errorf("%d follows do not know that the account is merged", n)
	}
	follow(t, db, late, big)
	follow(t, db, late, small)
	wantFeed(t, db, late, want...)
	exec(t, db, `update users set follower_count = 2 where id = ?`, big) // once merged, always merged
	publish(big)
	for _, size := range []int{1, 2, 7} {
		for _, backward := range []bool{false, true} {
			if got := walk(t, db, FeedOfUser, reader, reader, size, backward, nil); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v, want %v", size, got, want)
			}
		}
	}
	must(db.DeleteStyle(t.Context(), by(big), want[0]))
	wantFeed(t, db, reader, want[1:]...)
	must(db.Unfollow(t.Context(), by(late), big))
	for _, id := range feed(t, db, late) {
		if styleOf(t, db, id).AuthorID != small {
			t.Error("a style of somebody who is not followed any more")
		}
	}
}

// Whatever happens at the same moment as a fan-out: in the end a feed holds what the reader follows, once, and nothing else.
func TestFanOutWhileFollowsAndStylesComeAndGo(t *testing.T) {
	t.Parallel()
	db := open(t)
	authors, readers := people(t, db, 2), people(t, db, 5)
	var styles []int64
	for i := range 6 {
		styles = append(styles, published(t, db, authors[i%2], ""))
	}
	for _, err := range atOnce(8, func(i int) error {
		random := rand.New(rand.NewPCG(uint64(i), 3))
		for range 30 {
			reader, author, style := readers[random.IntN(len(readers))], authors[random.IntN(2)], styles[random.IntN(len(styles))]
			var err error
			switch random.IntN(3) {
			case 0:
				_, err = db.Follow(t.Context(), by(reader), author)
			case 1:
				_, err = db.Unfollow(t.Context(), by(reader), author)
			default:
				_, err = db.FanOutStyle(t.Context(), style, wideFeed)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{
		`select count(*) from feed_entries e where not exists (select from follows f where f.follower_id = e.reader_id and f.followee_id = e.author_id)`,
		`select count(*) from follows f join styles s on s.author_id = f.followee_id
			where not exists (select from feed_entries e where e.reader_id = f.follower_id and e.style_id = s.id)`,
	} {
		if n := one[int](t, db, wrong); n != 0 {
			t.Errorf("%d rows: %s", n, wrong)
		}
	}
}

// A deletion takes back what a fan-out of the same moment writes.
func TestFanOutWhileTheStyleIsDeleted(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	crowd(t, db, author, 3*fanOutBatch)
	for range 3 {
		id := published(t, db, author, "")
		for _, err := range atOnce(2, func(i int) error {
			if i == 0 {
				_, err := db.FanOutStyle(t.Context(), id, wideFeed)
				return err
			}
			if _, err := db.DeleteStyle(t.Context(), by(author), id); err != nil {
				return err
			}
			if err := db.ClearFeeds(t.Context(), id); err != nil {
				return err
			}
			return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, id) })
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if n := one[int](t, db, `select count(*) from feed_entries`); n != 0 {
			t.Errorf("%d entries of a style that is gone", n)
		}
	}
}

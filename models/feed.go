package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// FeedLimits are the operator's settings of the home feed.
type FeedLimits struct {
	// Cap is how many entries a reader's feed keeps.
	Cap int
	// FanOutBelow is the number of followers from which an account's styles are merged in at reading time instead of
	// being written to every follower's feed.
	FanOutBelow int
}

// fanOutBatch is how many followers get a style in one transaction.
const fanOutBatch = 1000

// FanOutStyle writes a published style into the feeds of its author's followers, in batches that each commit, and tells
// how many feeds took it. It may be run again. An account with too many followers is marked as merged instead, from when
// its followers read its styles directly.
func (db *DB) FanOutStyle(ctx context.Context, styleID int64, limits FeedLimits) (int, error) {
	var author User
	err := db.NewRaw(`select u.id, u.follower_count, u.feed_merged from styles s join users u on u.id = s.author_id
		where s.id = ? and s.deleted_at is null and s.state = ?`, styleID, StylePublished).Scan(ctx, &author)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("fan out %d: %w", styleID, err)
	}
	if author.FeedMerged || author.FollowerCount >= limits.FanOutBelow {
		return 0, db.mergeFeed(ctx, author.ID)
	}
	total := 0
	for after := int64(math.MaxInt64); ; {
		n, last, err := db.fanOutBatch(ctx, styleID, author.ID, after, limits.Cap)
		total += n
		if err != nil || last == 0 {
			return total, err
		}
		after = last
	}
}

// fanOutBatch writes one batch and gives the place to go on from, 0 at the end.
func (db *DB) fanOutBatch(ctx context.Context, styleID, authorID, after int64, feedCap int) (n int, last int64, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		last, n = 0, 0
		// The locks have a deletion of the style and an unfollow of this moment wait, and then remove what is written here.
		found, err := affected(tx.NewRaw(`select from styles where id = ? and deleted_at is null for key share`, styleID).Exec(ctx))
		if err != nil || found == 0 {
			return err
		}
		var batch []struct{ ID, FollowerID int64 }
		err = tx.NewRaw(`select f.id, f.follower_id from follows f where f.followee_id = ? and f.id < ?
			order by f.id desc limit ? for key share`, authorID, after, fanOutBatch).Scan(ctx, &batch)
		if err != nil || len(batch) == 0 {
			return err
		}
		readers := make([]int64, len(batch))
		for i, f := range batch {
			readers[i] = f.FollowerID
		}
		last, n = batch[len(batch)-1].ID, len(batch)
		_, err = tx.NewRaw(`insert into feed_entries (reader_id, style_id, author_id)
			select r, ?, ? from unnest(?::bigint[]) r order by r on conflict do nothing`, styleID, authorID, pgdialect.Array(readers)).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`delete from feed_entries e using unnest(?::bigint[]) r(id) cross join lateral
			(select o.style_id from feed_entries o where o.reader_id = r.id order by o.style_id desc offset ? limit 1) oldest
			where e.reader_id = r.id and e.style_id <= oldest.style_id`, pgdialect.Array(readers), feedCap).Exec(ctx)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("fan out %d: %w", styleID, err)
	}
	return n, last, nil
}

// mergeFeed marks an account as merged: first the account, so that new follows copy the mark, then its follows.
func (db *DB) mergeFeed(ctx context.Context, userID int64) error {
	err := db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := affected(tx.NewRaw(`update users set feed_merged = true where id = ? and not feed_merged`, userID).Exec(ctx))
		if n > 0 {
			tx.changes.Users = append(tx.changes.Users, userID)
		}
		return err
	})
	for err == nil {
		var n int64
		n, err = affected(db.NewRaw(`update follows set merged = true where (follower_id, followee_id) in
			(select follower_id, followee_id from follows where followee_id = ? and not merged
			order by follower_id limit ? for no key update)`, userID, fanOutBatch).Exec(ctx))
		if n == 0 {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("merge the feed of %d: %w", userID, err)
	}
	return nil
}

// ClearFeeds takes a deleted style out of all feeds, in batches that each commit.
func (db *DB) ClearFeeds(ctx context.Context, styleID int64) error {
	for {
		n, err := affected(db.NewRaw(`delete from feed_entries where (reader_id, style_id) in
			(select reader_id, style_id from feed_entries where style_id = ? limit ?)`, styleID, fanOutBatch).Exec(ctx))
		if err != nil {
			return fmt.Errorf("clear feeds of %d: %w", styleID, err)
		}
		if n == 0 {
			return nil
		}
	}
}

package models

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// What may be wrong with an entry of a feed.
const (
	FeedMissing     = "missing"      // of somebody whom the reader follows, published since
	FeedRemoved     = "removed"      // of a style that was deleted
	FeedNotFollowed = "not followed" // of somebody whom the reader does not follow
)

const (
	// feedDepth is how many of the latest entries of a feed must be there. What lies deeper may have been cut off by a
	// smaller FEED_CAP of before.
	feedDepth = 100
	// feedPatience is how long a deletion may take to reach all feeds, with the retries of its job.
	feedPatience = 2 * time.Hour
)

// FeedDrift is an entry of a feed that is missing, or should not be there.
type FeedDrift struct {
	Wrong                       string
	ReaderID, StyleID, AuthorID int64
}

// feedDriftSQL takes the readers as $1, FeedLimits.Cap as $2, feedDepth or the cap as $3 and as $4 the moment before which a deletion
// must have reached the feeds. People who leave are no readers and no authors: their traces go step by step.
const feedDriftSQL = `with readers as materialized (select u.id from unnest($1::bigint[]) r (id) join users u on u.id = r.id where u.deleted_at is null)
	select '` + FeedRemoved + `', e.reader_id, e.style_id, e.author_id
		from readers r join feed_entries e on e.reader_id = r.id left join styles s on s.id = e.style_id
		where s.id is null or s.deleted_at < $4
	union all
	select '` + FeedNotFollowed + `', e.reader_id, e.style_id, e.author_id
		from readers r join feed_entries e on e.reader_id = r.id join users u on u.id = e.author_id
		where u.deleted_at is null and not exists (select from follows f where f.follower_id = e.reader_id and f.followee_id = e.author_id)
	union all
	select '` + FeedMissing + `', r.id, w.id, w.author_id
		from readers r
		cross join lateral (select coalesce((select style_id from feed_entries o where o.reader_id = r.id
			order by style_id desc offset $2::bigint - 1 limit 1), 0) as from_id offset 0) oldest
		cross join lateral (select s.id, s.author_id from follows f join users u on u.id = f.followee_id
			cross join lateral (select s.id, s.author_id from styles s where s.author_id = f.followee_id and s.deleted_at is null
				and s.state = 'PUBLISHED' and s.id > f.id order by s.id desc limit $3) s
			where f.follower_id = r.id and not f.merged and not u.feed_merged and u.deleted_at is null
			order by s.id desc limit $3) w
		where w.id > oldest.from_id and not exists (select from feed_entries e where e.reader_id = r.id and e.style_id = w.id)
			and not exists (select from outbox o where o.enqueued_at is null and o.done_at is null and o.dead_at is null
				and o.kind = '` + string(JobFanOutStyle) + `' and (o.payload->>'styleId')::bigint = w.id)
			and not exists (select from outbox o where o.enqueued_at is not null and o.done_at is null and o.dead_at is null
				and o.kind = '` + string(JobFanOutStyle) + `' and (o.payload->>'styleId')::bigint = w.id)`

// feedDrift compares the feeds of some readers with whom they follow.
func (db *DB) feedDrift(ctx context.Context, readers []int64, limits FeedLimits) (found []FeedDrift, err error) {
	err = db.bounded(ctx, func(ctx context.Context, tx *Tx) (err error) {
		found, err = queryRows(ctx, tx, func(r *sql.Rows, d *FeedDrift) error {
			return r.Scan(&d.Wrong, &d.ReaderID, &d.StyleID, &d.AuthorID)
		}, feedDriftSQL, readers, limits.Cap, min(feedDepth, limits.Cap), tx.now.Add(-feedPatience))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compare feeds: %w", err)
	}
	return found, nil
}

// mendFeeds brings missing styles into the feeds of all followers, as publishing them does, and takes out what should
// not be there. It may be run again.
func (db *DB) mendFeeds(ctx context.Context, drift []FeedDrift, limits FeedLimits) error {
	type done struct {
		wrong  string
		id, by int64
	}
	seen := map[done]bool{}
	for _, d := range drift {
		var err error
		one := done{d.Wrong, d.StyleID, 0}
		if d.Wrong == FeedNotFollowed {
			one.id, one.by = d.ReaderID, d.AuthorID
		}
		if seen[one] {
			continue
		}
		seen[one] = true
		switch d.Wrong {
		case FeedMissing:
			_, err = db.FanOutStyle(ctx, d.StyleID, limits)
		case FeedRemoved:
			err = db.ClearFeeds(ctx, d.StyleID)
		case FeedNotFollowed:
			err = db.unfeed(ctx, d.ReaderID, d.AuthorID)
		}
		if err != nil {
			return fmt.Errorf("mend feeds: %w", err)
		}
	}
	return nil
}

// unfeed takes an author out of a reader's feed, unless the reader follows them by now.
func (db *DB) unfeed(ctx context.Context, readerID, authorID int64) error {
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.lockPeople(ctx, readerID, authorID); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `delete from feed_entries where reader_id = $1 and author_id = $2
			and not exists (select from follows f where f.follower_id = $1 and f.followee_id = $2)`, readerID, authorID)
		return err
	})
}

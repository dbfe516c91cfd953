package models

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// Sample compares some rows of a part that lie together on random pages with what the rows say, and tells how many. Of
// photos it looks at the latest.
func (db *DB) Sample(ctx context.Context, name string, rows int, limits FeedLimits) ([]Finding, int64, error) {
	if name == PartPhotos {
		return db.samplePhotos(ctx, rows)
	}
	of := name
	if name == PartFeeds {
		of = "users"
	}
	percent, err := db.percentOf(ctx, of, rows)
	if err != nil {
		return nil, 0, err
	}
	if name == PartFeeds {
		var readers []int64
		if err = db.NewRaw(`select id from users tablesample system (?) limit ?`, percent, rows).Scan(ctx, &readers); err != nil {
			return nil, 0, fmt.Errorf("sample feeds: %w", err)
		}
		drift, err := db.feedDrift(ctx, readers, limits)
		return wordFeeds(drift), int64(len(readers)), err
	}
	at := slices.IndexFunc(countedTables, func(t *countedTable) bool { return t.name == name })
	var drift []Drift
	var looked int64
	err = db.bounded(ctx, func(ctx context.Context, tx *Tx) (err error) {
		drift, looked, _, err = countedTables[at].look(ctx, tx, countedTables[at].sample, percent, rows)
		return err
	})
	return wordDrift(drift), looked, err
}

// percentOf is the part of a table that has about so many rows, twice as many as asked for: pages are not full alike.
func (db *DB) percentOf(ctx context.Context, table string, rows int) (float64, error) {
	var all float64
	if err := db.NewRaw(`select reltuples from pg_class where oid = ?::regclass`, table).Scan(ctx, &all); err != nil {
		return 0, fmt.Errorf("size of %s: %w", table, err)
	}
	return min(100, 200*float64(rows)/max(all, 1)), nil
}

// samplePhotos looks at the latest photos.
func (db *DB) samplePhotos(ctx context.Context, rows int) ([]Finding, int64, error) {
	var after int64
	err := db.NewRaw(`select coalesce(min(id), 1) - 1 from (select id from photos order by id desc limit ?) p`, rows).Scan(ctx, &after)
	if err != nil {
		return nil, 0, fmt.Errorf("sample photos: %w", err)
	}
	stuck, looked, _, err := db.stuckPhotos(ctx, after, rows)
	var words []Finding
	for _, id := range stuck {
		words = append(words, stuckPhoto(id))
	}
	return words, looked, err
}

// OverdueUploads counts, up to 1,000, the uploads that the clean-up should have ended by now.
func (db *DB) OverdueUploads(ctx context.Context) (n int, err error) {
	err = db.NewRaw(`select count(*) from (select from photos where created_at < ? and style_id is null and question_id is null
		and state = 'AWAITING_UPLOAD' limit 1000) p`, db.Now().Add(-AwaitingTTL-feedPatience)).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("count overdue uploads: %w", err)
	}
	return n, nil
}

// LatestReady are some of the photos whose renditions were made last.
func (db *DB) LatestReady(ctx context.Context, n int) ([]*Photo, error) {
	var ids []int64
	// Among the latest thousand, so that a time without photos costs nothing.
	err := db.NewRaw(`select id from (select id, state from photos order by id desc limit 1000) p where state = 'READY' order by id desc limit ?`, n).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("look for photos: %w", err)
	}
	found, err := db.Photos(ctx, ids)
	var all []*Photo
	for _, p := range found {
		all = append(all, p)
	}
	return all, err
}

// Walk is how far the nightly comparison of a part has come.
type Walk struct {
	Part      string
	AfterID   int64
	Mended    int64
	UpdatedAt time.Time
	EndedAt   *time.Time
}

// Walks are those of all parts that were begun.
func (db *DB) Walks(ctx context.Context) (walks []Walk, err error) {
	err = db.NewRaw(`select part, after_id, mended, updated_at, ended_at from reconciliations where part = any(?)`,
		pgdialect.Array(Parts())).Scan(ctx, &walks)
	return walks, err
}

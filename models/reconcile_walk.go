package models

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// batchTimeout bounds each statement that looks for drift: none holds a snapshot for long.
const batchTimeout = "60s"

// bounded is InTx with a bound on each statement.
func (db *DB) bounded(ctx context.Context, f func(context.Context, *Tx) error) error {
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.NewRaw(`set local statement_timeout = '` + batchTimeout + `'`).Exec(ctx); err != nil {
			return err
		}
		return f(ctx, tx)
	})
}

// Finding is one thing that is not as the rows say, in words for operators. It names rows by id.
type Finding struct{ Part, What string }

// Looked is what a batch of a part brought.
type Looked struct {
	Findings []Finding
	// Rows is how many rows were looked at, Next where to go on from; 0 at the end.
	Rows, Next int64
}

// part is something that can be compared with the rows, batch by batch, in the order of ids. mend tells whether what was
// found is mended, too.
type part struct {
	name  string
	batch int
	look  func(ctx context.Context, db *DB, after int64, limit int, limits FeedLimits, mend bool) (Looked, error)
}

// parts are what is compared. Feeds come last: they take longest.
var parts = newParts()

// PartPhotos and PartFeeds are the parts that are no tables with counters.
const (
	PartPhotos = "photos"
	PartFeeds  = "feeds"
)

const (
	countBatch  = 1000
	photosBatch = 10_000
	feedsBatch  = 200
)

func newParts() (all []part) {
	for _, t := range countedTables {
		all = append(all, part{t.name, countBatch, t.lookOn})
	}
	return append(all, part{PartPhotos, photosBatch, lookAtPhotos}, part{PartFeeds, feedsBatch, lookAtFeeds})
}

// Parts are the names of what LookAt takes.
func Parts() (names []string) {
	for _, p := range parts {
		names = append(names, p.name)
	}
	return names
}

func partCalled(name string) part {
	for _, p := range parts {
		if p.name == name {
			return p
		}
	}
	panic("models: nothing is called " + name + " that could be compared")
}

// LookAt compares a batch of a part, the rows behind an id, with what the rows say; 0 begins. With mend, what is found is
// mended, as concurrent verbs need it, and caches hear of it.
func (db *DB) LookAt(ctx context.Context, name string, after int64, limits FeedLimits, mend bool) (Looked, error) {
	p := partCalled(name)
	looked, err := p.look(ctx, db, after, p.batch, limits, mend)
	if err == nil && looked.Rows < int64(p.batch) {
		looked.Next = 0
	}
	return looked, err
}

// lookOn is a batch of the walk through a table with counters.
func (t *countedTable) lookOn(ctx context.Context, db *DB, after int64, limit int, _ FeedLimits, mend bool) (looked Looked, err error) {
	var drift []Drift
	err = db.bounded(ctx, func(ctx context.Context, tx *Tx) (err error) {
		drift, looked.Rows, looked.Next, err = t.look(ctx, tx, t.walk, after, limit)
		return err
	})
	if err == nil && mend && len(drift) > 0 {
		drift, err = t.mend(ctx, db, drift)
	}
	looked.Findings = wordDrift(drift)
	return looked, err
}

func wordDrift(drift []Drift) (words []Finding) {
	for _, d := range drift {
		words = append(words, Finding{d.Table, fmt.Sprintf("%s.%s of %d is %d, the rows say %d", d.Table, d.Column, d.ID, d.Says, d.Is)})
	}
	return words
}

func lookAtPhotos(ctx context.Context, db *DB, after int64, limit int, _ FeedLimits, mend bool) (looked Looked, err error) {
	var stuck []int64
	stuck, looked.Rows, looked.Next, err = db.stuckPhotos(ctx, after, limit)
	if err == nil && mend && len(stuck) > 0 {
		err = db.processAgain(ctx, stuck)
	}
	for _, id := range stuck {
		looked.Findings = append(looked.Findings, stuckPhoto(id))
	}
	return looked, err
}

func stuckPhoto(id int64) Finding {
	return Finding{PartPhotos, fmt.Sprintf("photo %d is in work, and no job works on it", id)}
}

func lookAtFeeds(ctx context.Context, db *DB, after int64, limit int, limits FeedLimits, mend bool) (looked Looked, err error) {
	var readers []int64
	if err = db.NewRaw(`select id from users where id > ? order by id limit ?`, after, limit).Scan(ctx, &readers); err != nil || len(readers) == 0 {
		return looked, err
	}
	looked.Rows, looked.Next = int64(len(readers)), readers[len(readers)-1]
	drift, err := db.feedDrift(ctx, readers, limits)
	if err == nil && mend && len(drift) > 0 {
		err = db.mendFeeds(ctx, drift, limits)
	}
	looked.Findings = wordFeeds(drift)
	return looked, err
}

func wordFeeds(drift []FeedDrift) (words []Finding) {
	for _, d := range drift {
		words = append(words, Finding{PartFeeds, fmt.Sprintf("style %d in the feed of %d: %s", d.StyleID, d.ReaderID, d.Wrong)})
	}
	return words
}

// Reconcile goes on with the comparison of all parts where it ended last, mends what it finds, and ends after about so
// long or when each part has been seen to its end once. found hears of each thing that was mended.
func (db *DB) Reconcile(ctx context.Context, limits FeedLimits, atMost time.Duration, found func(Finding)) error {
	begun := db.Now()
	var names []string
	// What was left out longest comes first.
	err := db.NewRaw(`select p.name from unnest(?0::text[]) with ordinality p (name, n) left join reconciliations r on r.part = p.name
		order by r.updated_at nulls first, p.n`, pgdialect.Array(Parts())).Scan(ctx, &names)
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	for _, name := range names {
		for ended := false; !ended; {
			if db.Now().Sub(begun) > atMost {
				return nil
			}
			if ended, err = db.reconcileOn(ctx, name, limits, found); err != nil {
				return fmt.Errorf("reconcile %s: %w", name, err)
			}
		}
	}
	return nil
}

// reconcileOn mends one more batch of a part, and remembers where it ended.
func (db *DB) reconcileOn(ctx context.Context, name string, limits FeedLimits, found func(Finding)) (ended bool, err error) {
	var after int64
	err = db.NewRaw(`select coalesce((select after_id from reconciliations where part = ?), 0)`, name).Scan(ctx, &after)
	if err != nil {
		return false, err
	}
	looked, err := db.LookAt(ctx, name, after, limits, true)
	for _, f := range looked.Findings {
		found(f)
	}
	if err != nil {
		return false, err
	}
	now := db.Now()
	_, err = db.NewRaw(`insert into reconciliations as r (part, after_id, mended, updated_at, ended_at)
		values (?0, ?1, ?2, ?3, case when ?1 = 0 then ?3::timestamptz end)
		on conflict (part) do update set after_id = ?1, updated_at = ?3,
			mended = case when r.after_id = 0 then 0 else r.mended end + ?2, ended_at = case when ?1 = 0 then ?3 else r.ended_at end`,
		name, looked.Next, len(looked.Findings), now).Exec(ctx)
	return looked.Next == 0, err
}

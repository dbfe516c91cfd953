package models

import (
	"context"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// JobGauge is the state of one kind of work.
type JobGauge struct {
	Kind JobKind
	// Waiting and Dead count rows that are due and have not ended, and rows that nothing will try again.
	Waiting, Dead int64
	// Untaken counts those of Waiting that are not running and were never tried.
	Untaken int64
	// Oldest and OldestUntaken are when the longest waiting row became due, of Waiting and of Untaken; nil where none waits.
	Oldest, OldestUntaken *time.Time
}

// JobGauges measures the outbox by kind; running are the ids of rows that workers have taken.
func (db *DB) JobGauges(ctx context.Context, running []int64) ([]JobGauge, error) {
	if running == nil {
		running = []int64{} // null would be in every list, and in none
	}
	var gauges []JobGauge
	// Three parts because each has an index of its own, and done rows, by far the most, are in none of them.
	err := db.NewRaw(`with open as (
			select id, kind, available_at, dead_at, attempts from outbox where enqueued_at is null and done_at is null and dead_at is null and available_at <= ?0
			union all
			select id, kind, available_at, dead_at, attempts from outbox where enqueued_at is not null and done_at is null and dead_at is null
			union all
			select id, kind, available_at, dead_at, attempts from outbox where dead_at is not null),
		judged as (select *, dead_at is null as waits, dead_at is null and attempts = 0 and id <> all(?1::bigint[]) as untaken from open)
		select kind, count(*) filter (where waits) as waiting, count(dead_at) as dead, count(*) filter (where untaken) as untaken,
			min(available_at) filter (where waits) as oldest, min(available_at) filter (where untaken) as oldest_untaken
		from judged group by kind`, db.Now(), pgdialect.Array(running)).Scan(ctx, &gauges)
	return gauges, err
}

// OldestUnrelayed is since when the oldest work waits that no relay has taken, of all that is due; nil where there is none.
func (db *DB) OldestUnrelayed(ctx context.Context) (oldest *time.Time, err error) {
	err = db.NewRaw(`select min(available_at) from outbox where enqueued_at is null and done_at is null and dead_at is null
		and available_at <= ?`, db.Now()).Scan(ctx, &oldest)
	return oldest, err
}

package models

import (
	"context"
	"time"
)

// JobGauge is the state of one kind of work.
type JobGauge struct {
	Kind JobKind
	// Waiting and Dead count rows that are due and have not ended, and rows that nothing will try again.
	Waiting, Dead int64
	// Oldest is when the longest waiting row became due; nil where none waits.
	Oldest *time.Time
}

// JobGauges measures the outbox by kind.
func (db *DB) JobGauges(ctx context.Context) ([]JobGauge, error) {
	var gauges []JobGauge
	// Three parts because each has an index of its own, and done rows, by far the most, are in none of them.
	err := db.NewRaw(`with open as (
			select kind, available_at, dead_at from outbox where enqueued_at is null and done_at is null and dead_at is null and available_at <= ?0
			union all
			select kind, available_at, dead_at from outbox where enqueued_at is not null and done_at is null and dead_at is null
			union all
			select kind, available_at, dead_at from outbox where dead_at is not null)
		select kind, count(*) filter (where dead_at is null) as waiting, count(dead_at) as dead,
			min(available_at) filter (where dead_at is null) as oldest
		from open group by kind`, db.Now()).Scan(ctx, &gauges)
	return gauges, err
}

// OldestUnrelayed is since when the oldest work waits that no relay has taken, of all that is due; nil where there is none.
func (db *DB) OldestUnrelayed(ctx context.Context) (oldest *time.Time, err error) {
	err = db.NewRaw(`select min(available_at) from outbox where enqueued_at is null and done_at is null and dead_at is null
		and available_at <= ?`, db.Now()).Scan(ctx, &oldest)
	return oldest, err
}

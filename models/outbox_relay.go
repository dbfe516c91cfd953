package models

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Relayed are the ids of rows that a relay handed over, and of those that it did itself.
type Relayed struct{ Enqueued, Done []int64 }

// RunByWorkers tells whether the relays of workers run jobs of a kind themselves, many at a time and without Redis. Other
// relays leave them alone for a while, and hand them over where no worker has taken them.
func (kind JobKind) RunByWorkers() bool { return kind == JobNotify }

const (
	dueJobsSQL = `select id, kind, generation, attempts, payload, traceparent from outbox
		where available_at <= $1 and enqueued_at is null and done_at is null and dead_at is null
		order by available_at, id limit $2 for update skip locked`
	// dueElsewhereSQL is for relays that leave work to workers until $3. Each part has an index of its own.
	dueElsewhereSQL = `with due as (select id, kind, generation, attempts, payload, available_at, traceparent from outbox
			where available_at <= $1 and enqueued_at is null and done_at is null and dead_at is null and kind <> '` + string(JobNotify) + `'
			order by available_at, id limit $2 for update skip locked),
		late as (select id, kind, generation, attempts, payload, available_at, traceparent from outbox
			where available_at <= $3 and enqueued_at is null and done_at is null and dead_at is null and kind = '` + string(JobNotify) + `'
			order by available_at, id limit $2 for update skip locked)
		select id, kind, generation, attempts, payload, traceparent from (select * from due union all select * from late) d order by available_at, id`
	relayedSQL = `update outbox set enqueued_at = $1::timestamptz, done_at = case when id = any($3) then $1::timestamptz end
		where id = any($2::bigint[] || $3::bigint[])`
)

// RelayJobs gives handOver up to limit rows that are due, oldest first and locked against other relays, and marks those
// whose ids it returns, also when it returns an error. It tells how many were marked. Unless leave is 0, work that
// RunByWorkers is left alone until it has been due for so long.
//
// The mark comes second: a process that dies in between has its rows handed over twice, never not at all.
func (db *DB) RelayJobs(ctx context.Context, limit int64, leave time.Duration, handOver func(context.Context, []OutboxRow) (Relayed, error)) (int, error) {
	var relayed Relayed
	var handOverErr error
	err := pgx.BeginFunc(ctx, db.Pool, func(tx pgx.Tx) error {
		now := db.Now()
		due, args := dueJobsSQL, db.hot.with(now, limit)
		if leave > 0 {
			due, args = dueElsewhereSQL, append(args, now.Add(-leave))
		}
		waiting, err := tx.Query(ctx, due, args...)
		if err != nil {
			return err
		}
		rows, err := pgx.CollectRows(waiting, func(r pgx.CollectableRow) (o OutboxRow, err error) {
			return o, r.Scan(&o.ID, &o.Kind, &o.Generation, &o.Attempts, &o.Payload, &o.Traceparent)
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		relayed, handOverErr = handOver(ctx, rows)
		if len(relayed.Enqueued)+len(relayed.Done) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, relayedSQL, db.hot.with(now, relayed.Enqueued, relayed.Done)...)
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(relayed.Enqueued) + len(relayed.Done), handOverErr
}

// StaleJobs are up to limit rows that were last known to be in Redis before a moment and have not ended, without
// payloads: the oldest first, following after, which is the last row of the call before.
func (db *DB) StaleJobs(ctx context.Context, before time.Time, after OutboxRow, limit int64) ([]OutboxRow, error) {
	var from time.Time
	if after.EnqueuedAt != nil {
		from = *after.EnqueuedAt
	}
	var rows []OutboxRow
	err := db.NewSelect().Model(&rows).Column("id", "kind", "generation", "attempts", "enqueued_at").
		Where("enqueued_at < ?", before).Where("done_at is null and dead_at is null").
		Where("(enqueued_at, id) > (?, ?)", from, after.ID).
		OrderExpr("enqueued_at, id").Limit(limit).Scan(ctx)
	return rows, err
}

// SeenJobs notes that the tasks of rows were found in Redis now, so that StaleJobs gives others first.
func (db *DB) SeenJobs(ctx context.Context, ids []int64) error {
	_, err := db.NewUpdate().Model((*OutboxRow)(nil)).Set("enqueued_at = ?", db.Now()).
		Where("id = any(?)", pgdialect.Array(ids)).Where("enqueued_at is not null").Exec(ctx)
	return err
}

// RequeueJob has a row handed over again under a new task id, unless it has ended or was requeued since it was read.
func (db *DB) RequeueJob(ctx context.Context, id int64, generation int) error {
	_, err := db.NewUpdate().Model((*OutboxRow)(nil)).Set("enqueued_at = null, generation = generation + 1").
		Where("id = ?", id).Where("generation = ?", generation).Where("done_at is null and dead_at is null").Exec(ctx)
	return err
}

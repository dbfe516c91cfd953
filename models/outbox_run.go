package models

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// maxLastError bounds last_error, in bytes.
const maxLastError = 500

var outboxRows = table[OutboxRow]{
	`select id, kind, unique_key, payload, created_at, available_at, enqueued_at, generation, attempts, last_error, done_at, dead_at, traceparent
		from outbox where id = any($1)`,
	func(r pgx.Row, o *OutboxRow) error {
		return r.Scan(&o.ID, &o.Kind, &o.UniqueKey, &o.Payload, &o.CreatedAt, &o.AvailableAt, &o.EnqueuedAt, &o.Generation,
			&o.Attempts, &o.LastError, &o.DoneAt, &o.DeadAt, &o.Traceparent)
	},
	func(o *OutboxRow) int64 { return o.ID },
}

// Jobs loads rows of the outbox by id; those that were cleaned up are missing.
func (db *DB) Jobs(ctx context.Context, ids []int64) (map[int64]*OutboxRow, error) {
	return outboxRows.byID(ctx, db, ids)
}

// FinishJob marks a row done in the transaction of its effect and tells whether this was the first time: where it was
// not, the transaction must be rolled back. A second transaction waits here for the first to end.
//
// It takes a dead row too: somebody has had it run again.
func (tx *Tx) FinishJob(ctx context.Context, id int64) (first bool, err error) {
	n, err := affected(tx.NewUpdate().Model((*OutboxRow)(nil)).Set("done_at = ?, dead_at = null", tx.now).
		Where("id = ?", id).Where("done_at is null").Exec(ctx))
	if err != nil {
		return false, fmt.Errorf("finish job %d: %w", id, err)
	}
	return n > 0, nil
}

// FinishJobs marks rows done after effects outside the database.
func (db *DB) FinishJobs(ctx context.Context, ids []int64) error {
	_, err := db.Pool.Exec(ctx, `update outbox set done_at = $2, dead_at = null where id = any($1) and done_at is null`,
		db.hot.with(ids, db.Now())...)
	if err != nil {
		return fmt.Errorf("finish %d jobs: %w", len(ids), err)
	}
	return nil
}

// FailJob records a failed attempt of a row's generation: what has been done or requeued meanwhile stays as it is. dead
// says that nothing will try again. Of the reason, which must not hold personal data, the first 500 bytes are kept.
func (db *DB) FailJob(ctx context.Context, id int64, generation int, reason string, dead bool) error {
	update := db.NewUpdate().Model((*OutboxRow)(nil)).
		Set("attempts = attempts + 1").Set("last_error = ?", cleanReason(reason)).
		Where("id = ?", id).Where("generation = ?", generation).Where("done_at is null")
	if dead {
		update.Set("dead_at = ?", db.Now())
	}
	if _, err := update.Exec(ctx); err != nil {
		return fmt.Errorf("record the failure of job %d: %w", id, err)
	}
	return nil
}

// cleanReason is text that PostgreSQL takes.
func cleanReason(reason string) string {
	reason = strings.ReplaceAll(reason, "\x00", "")
	return strings.ToValidUTF8(reason[:min(len(reason), maxLastError)], "")
}

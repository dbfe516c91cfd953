package models

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// maxLastError bounds last_error, in bytes.
const maxLastError = 500

// Job loads one row of the outbox; sql.ErrNoRows where it was cleaned up.
func (db *DB) Job(ctx context.Context, id int64) (*OutboxRow, error) {
	row := new(OutboxRow)
	if err := db.NewSelect().Model(row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("load job %d: %w", id, err)
	}
	return row, nil
}

// FinishJob marks a row done in the transaction of its effect and tells whether this was the first time: where it was
// not, the transaction must be rolled back. A second transaction waits here for the first to end.
func (tx *Tx) FinishJob(ctx context.Context, id int64) (first bool, err error) {
	return finishJob(ctx, tx, id, tx.now)
}

// FinishJob marks a row done after an effect outside the database.
func (db *DB) FinishJob(ctx context.Context, id int64) error {
	_, err := finishJob(ctx, db, id, db.Now())
	return err
}

// finishJob takes a dead row too: somebody has had it run again.
func finishJob(ctx context.Context, db bun.IDB, id int64, now any) (first bool, err error) {
	n, err := affected(db.NewUpdate().Model((*OutboxRow)(nil)).Set("done_at = ?, dead_at = null", now).
		Where("id = ?", id).Where("done_at is null").Exec(ctx))
	if err != nil {
		return false, fmt.Errorf("finish job %d: %w", id, err)
	}
	return n > 0, nil
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

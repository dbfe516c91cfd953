package models

import (
	"context"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// DeadJobs are up to limit rows that nothing will try again, the latest first, without payloads.
func (db *DB) DeadJobs(ctx context.Context, limit int64) ([]OutboxRow, error) {
	var rows []OutboxRow
	err := db.NewSelect().Model(&rows).ExcludeColumn("payload").Where("dead_at is not null").
		OrderExpr("dead_at desc, id desc").Limit(limit).Scan(ctx)
	return rows, err
}

// RetryJobs brings dead rows back to life, all of them where ids is nil, and gives them with their new generations.
func (db *DB) RetryJobs(ctx context.Context, ids []int64) ([]OutboxRow, error) {
	var rows []OutboxRow
	err := db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		rows = nil
		update := tx.NewUpdate().Model((*OutboxRow)(nil)).
			Set("dead_at = null, enqueued_at = null, generation = generation + 1").
			Where("dead_at is not null").Returning("id, kind, generation")
		if ids != nil {
			update.Where("id = any(?)", pgdialect.Array(ids))
		}
		if err := update.Scan(ctx, &rows); err != nil {
			return err
		}
		tx.changes.Outbox = len(rows) > 0
		return nil
	})
	return rows, err
}

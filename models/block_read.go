package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const blockedSQL = `select k.blocked_id as id from blocks k where k.blocker_id = $1
	union all select k.blocker_id from blocks k where k.blocked_id = $1`

// Blocked reads who blocks the viewer or is blocked by them, limit of them at most. It is never cached.
func (db *DB) Blocked(ctx context.Context, viewerID int64, limit int) ([]int64, error) {
	return db.ids(ctx, blockedSQL+` limit $2`, viewerID, limit)
}

// BlockedAmong reads which of the people block the viewer or are blocked by them. It is never cached.
func (db *DB) BlockedAmong(ctx context.Context, viewerID int64, userIDs []int64) ([]int64, error) {
	return db.ids(ctx, `select k.blocked_id as id from blocks k where k.blocker_id = $1 and k.blocked_id = any($2)
		union all select k.blocker_id from blocks k where k.blocked_id = $1 and k.blocker_id = any($2)`, viewerID, userIDs)
}

func (db *DB) ids(ctx context.Context, statement string, args ...any) ([]int64, error) {
	rows, err := db.Pool.Query(ctx, statement, append([]any{pgx.QueryExecModeCacheStatement}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	return ids, nil
}

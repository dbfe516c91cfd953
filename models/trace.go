package models

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/tracing"
)

// traceWorkSQL is the default of outbox.traceparent for what the transaction records. It ends with the transaction.
const traceWorkSQL = `select set_config('styleshare.traceparent', $1, true)`

// traceWork has the jobs that a transaction records belong to the trace of ctx. Transactions that nobody traces send nothing.
func traceWork(ctx context.Context, tx *sql.Tx) error {
	parent := tracing.Traceparent(ctx)
	if parent == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, traceWorkSQL, parent)
	return err
}

// queryRow runs a statement that is a transaction of its own, and reads the row that it gives; traced, it is one of a
// transaction with what traceWork does.
func (db *DB) queryRow(ctx context.Context, fields []any, statement string, args ...any) error {
	parent := tracing.Traceparent(ctx)
	if parent == "" {
		return db.Pool.QueryRow(ctx, statement, args...).Scan(fields...)
	}
	return pgx.BeginFunc(ctx, db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, traceWorkSQL, parent); err != nil {
			return err
		}
		return tx.QueryRow(ctx, statement, args...).Scan(fields...)
	})
}

package models

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
)

// The statements of a transaction that are the same each time but for their arguments ($1, $2 …) are prepared: each
// connection parses and plans them once. Bun writes the rest, with the values in the text.

// exec runs a prepared statement and gives the number of rows that it changed.
func (tx *Tx) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	return affected(tx.Tx.Tx.ExecContext(ctx, statement, prepared(args)...))
}

// queryRow is exec for a statement that gives one row.
func (tx *Tx) queryRow(ctx context.Context, statement string, args ...any) *sql.Row {
	return tx.Tx.Tx.QueryRowContext(ctx, statement, prepared(args)...)
}

// queryRows is exec for a statement that gives rows; scan reads one.
func queryRows[T any](ctx context.Context, tx *Tx, scan func(*sql.Rows, *T) error, statement string, args ...any) ([]T, error) {
	rows, err := tx.Tx.Tx.QueryContext(ctx, statement, prepared(args)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err tells of what is wrong
	all := []T{}
	for rows.Next() {
		var row T
		if err = scan(rows, &row); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// queryIDs is queryRows for ids.
func (tx *Tx) queryIDs(ctx context.Context, statement string, args ...any) ([]int64, error) {
	return queryRows(ctx, tx, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, statement, args...)
}

// prepared puts in front of the arguments what pgx reads off them: database/sql hands everything on.
func prepared(args []any) []any {
	return append([]any{pgx.QueryExecModeCacheStatement}, args...)
}

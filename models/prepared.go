package models

import (
	"context"
	"database/sql"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The statements that are the same each time but for their arguments ($1, $2 …) are hot: each connection parses and plans
// them once. Bun writes the rest, with the values in the text.

// hot is how these statements are sent.
type hot struct {
	mode pgx.QueryExecMode
	// described is set behind a pooler, which may answer each transaction by another connection of its own, where nothing is
	// prepared: what statements take and give is known since the first time, and their text goes along each time.
	described *sync.Map
}

func newHot(pooler bool) hot {
	if pooler {
		return hot{pgx.QueryExecModeCacheDescribe, new(sync.Map)}
	}
	return hot{pgx.QueryExecModeCacheStatement, nil}
}

// prepare gives the statement as the connection has it prepared; without a name where it does not.
func (h hot) prepare(ctx context.Context, conn *pgx.Conn, statement string) (*pgconn.StatementDescription, error) {
	if h.described == nil {
		return conn.Prepare(ctx, statement, statement) // a look into a map, but for the first time on this connection
	}
	if known, ok := h.described.Load(statement); ok {
		return known.(*pgconn.StatementDescription), nil
	}
	description, err := conn.Prepare(ctx, "", statement)
	if err == nil {
		h.described.Store(statement, description)
	}
	return description, err
}

// with puts in front of the arguments how the statement is sent, which pgx reads off them: database/sql hands everything on.
func (h hot) with(args ...any) []any {
	return append([]any{h.mode}, args...)
}

// exec runs a hot statement and gives the number of rows that it changed.
func (tx *Tx) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	return affected(tx.Tx.Tx.ExecContext(ctx, statement, tx.hot.with(args...)...))
}

// queryRow is exec for a statement that gives one row.
func (tx *Tx) queryRow(ctx context.Context, statement string, args ...any) *sql.Row {
	return tx.Tx.Tx.QueryRowContext(ctx, statement, tx.hot.with(args...)...)
}

// queryRows is exec for a statement that gives rows; scan reads one.
func queryRows[T any](ctx context.Context, tx *Tx, scan func(*sql.Rows, *T) error, statement string, args ...any) ([]T, error) {
	rows, err := tx.Tx.Tx.QueryContext(ctx, statement, tx.hot.with(args...)...)
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

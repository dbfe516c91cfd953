package models

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

type statementsKey struct{}

// CountStatements has the SQL statements sent under the returned context counted; begin, commit and rollback are not.
func CountStatements(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, statementsKey{}, n), n
}

// statementCounter counts in the tracer of the pool what does not go through DB.Read, which counts by itself.
type statementCounter struct{}

func (statementCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	count(ctx, data.SQL)
	return ctx
}

func (statementCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func count(ctx context.Context, statement string) {
	n, ok := ctx.Value(statementsKey{}).(*atomic.Int64)
	if !ok {
		return
	}
	switch word, _, _ := strings.Cut(strings.ToLower(statement), " "); word {
	case "begin", "commit", "rollback":
	default:
		n.Add(1)
	}
}

package models

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"styleshare/internal/tracing"
	"styleshare/internal/usage"
)

// CountStatements has the SQL statements sent under the returned context counted; begin, commit and rollback are not.
func CountStatements(ctx context.Context) (context.Context, *atomic.Int64) {
	ctx, u := usage.Track(ctx)
	return ctx, &u.Statements
}

// statements watches what is sent to PostgreSQL: those that do not go through DB.Read as the tracer of the pool.
type statements struct{ sent, failed atomic.Uint64 }

type statementKey struct{}

// statement is one that is under way and of which somebody wants to know.
type statement struct {
	began time.Time
	used  *usage.Usage
	span  tracing.Span
}

// TraceQueryStart implements pgx.QueryTracer.
func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	work := !controls(data.SQL)
	if work {
		s.sent.Add(1)
	}
	used := usage.Of(ctx)
	if work {
		used.Sent(1)
	}
	ctx, span := tracing.Start(ctx, "SQL", tracing.Client)
	if used == nil && !span.Recording() {
		return ctx
	}
	if span.Recording() {
		describe(span, summary(data.SQL))
	}
	return context.WithValue(ctx, statementKey{}, &statement{time.Now(), used, span})
}

// TraceQueryEnd implements pgx.QueryTracer.
func (s *statements) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if data.Err != nil {
		s.failed.Add(1)
	}
	if one, ok := ctx.Value(statementKey{}).(*statement); ok {
		one.used.Waited(time.Since(one.began))
		ended(one.span, data.Err)
	}
}

// reading is TraceQueryStart for a batch.
func (s *statements) reading(ctx context.Context, b *Batch) (context.Context, statement) {
	s.sent.Add(uint64(b.Len()))
	one := statement{used: usage.Of(ctx)}
	one.used.Sent(b.Len())
	ctx, one.span = tracing.Start(ctx, "SQL", tracing.Client)
	if one.span.Recording() {
		describe(one.span, b.summary())
		one.span.Number("db.operation.batch.size", int64(b.Len()))
	}
	if one.used != nil {
		one.began = time.Now()
	}
	return ctx, one
}

// read is TraceQueryEnd for a batch.
func (s *statements) read(one statement, err error) {
	if err != nil {
		s.failed.Add(1)
	}
	if one.used != nil {
		one.used.Waited(time.Since(one.began))
	}
	ended(one.span, err)
}

func describe(span tracing.Span, summary string) {
	span.Name(summary)
	span.Text("db.system.name", "postgresql")
	span.Text("db.query.summary", summary)
}

// ended tells PostgreSQL's code of what went wrong: its words may repeat values.
func ended(span tracing.Span, err error) {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		span.Text("db.response.status_code", refused.Code)
	}
	span.End(err)
}

// controls tells whether a statement begins or ends a transaction.
func controls(statement string) bool {
	for _, word := range []string{"begin", "commit", "rollback"} {
		if len(statement) >= len(word) && lower(statement[:len(word)]) == word && (len(statement) == len(word) || statement[len(word)] == ' ') {
			return true
		}
	}
	return false
}

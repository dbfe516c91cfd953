package transport

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/tracing"
	"styleshare/internal/usage"
	"styleshare/internal/web"
)

// watch is over one query or mutation: it is a span where it is traced, and a line in the log where it is slow.
type watch struct {
	exec  *Executor
	info  web.Operation
	began time.Time
	used  *usage.Usage // nil where nobody wants to know
	span  tracing.Span
}

func (e *Executor) watch(ctx context.Context, info web.Operation) (context.Context, watch) {
	w := watch{exec: e, info: info}
	if e.config.SlowAfter > 0 {
		w.began = time.Now()
		ctx, w.used = usage.Track(ctx)
	}
	if tracing.Enabled() {
		ctx, w.span = w.begin(ctx)
	}
	return ctx, w
}

func (w *watch) begin(ctx context.Context) (context.Context, tracing.Span) {
	ctx, span := tracing.Begin(ctx, "GraphQL", tracing.Internal)
	if !span.Recording() {
		return ctx, span
	}
	span.Name(w.info.Type + " " + w.info.Name)
	span.Text("graphql.operation.name", w.info.Name)
	span.Text("graphql.operation.type", w.info.Type)
	span.Text("graphql.document.hash", w.info.Hash)
	return context.WithValue(ctx, fieldsKey{}, &tracedFields{seen: map[*ast.Field]struct{}{}}), span
}

func (w *watch) end(ctx context.Context, code string) {
	if w.span.Recording() {
		if code != "" {
			w.span.Failed(code)
		}
		w.span.Number("graphql.cost", int64(ChargeOf(ctx).Requested))
		w.span.End(nil)
	}
	if w.used == nil {
		return
	}
	if took := time.Since(w.began); took >= w.exec.config.SlowAfter {
		w.exec.config.Log.WarnContext(ctx, "slow operation", slog.String("name", w.info.Name), slog.String("type", w.info.Type),
			slog.String("hash", w.info.Hash), slog.String("code", code), slog.Int64("duration_ms", took.Milliseconds()),
			slog.Int64("sql_statements", w.used.Statements.Load()), slog.Int64("sql_ms", time.Duration(w.used.SQLTime.Load()).Milliseconds()),
			slog.Int64("cache_hits", w.used.Hits.Load()), slog.Int64("cache_misses", w.used.Misses.Load()), slog.Int("cost", ChargeOf(ctx).Requested))
	}
}

type fieldsKey struct{}

// tracedFields are the fields of one operation that have a span.
type tracedFields struct {
	mu   sync.Mutex
	seen map[*ast.Field]struct{}
}

// first tells whether the field has none yet. Of the objects of a page the first one's touch of a relation loads it for
// all of them: the others would be spans of nothing, by the hundreds.
func (f *tracedFields) first(field *ast.Field) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, seen := f.seen[field]
	f.seen[field] = struct{}{}
	return !seen
}

// TraceFields is a field middleware for processes that trace: the fields that call a method are spans, those of a struct
// are not. It is for what gqlgen executes; plans do the same for what they answer.
func TraceFields(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if !fc.IsMethod && !fc.IsResolver {
		return next(ctx)
	}
	fields, ok := ctx.Value(fieldsKey{}).(*tracedFields)
	if !ok || !fields.first(fc.Field.Field) {
		return next(ctx)
	}
	ctx, span := tracing.Start(ctx, fc.Object+"."+fc.Field.Name, tracing.Internal)
	v, err := next(ctx)
	span.End(err)
	return v, err
}

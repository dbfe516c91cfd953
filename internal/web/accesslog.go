package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// StatusClientClosed is logged and counted where the client went away before an answer. It is never sent.
const StatusClientClosed = 499

// maxLoggedPath bounds what a caller can write into the log with one request.
const maxLoggedPath = 200

// Operation is what a handler tells the access log about the work it was asked for.
type Operation struct {
	Name string // as the client calls it; may be empty
	Type string // query, mutation, subscription; empty where it never came to that
	Hash string // fingerprint of the document, equal for equal documents
	Code string // code of the first error in the answer; empty where there was none
}

// Access is one answered request.
type Access struct {
	Method    string
	Path      string // without the query string
	Status    int
	Bytes     int64 // of the answer's body
	Duration  time.Duration
	Operation Operation
}

// SetOperation tells the access log of ctx's request what it was about.
// It must be called on the goroutine that serves the request; without an access log it does nothing.
func SetOperation(ctx context.Context, op Operation) {
	if held, ok := ctx.Value(operationKey).(*Operation); ok {
		*held = op
	}
}

// AccessLog writes one line for each answered request and shows it to every observer.
// It logs no query strings, headers, addresses, variables or documents: secrets and personal data travel there.
// Health probes are logged at debug level. The logger's handler is expected to add the request id from the context.
func AccessLog(log *slog.Logger, observers ...func(context.Context, Access)) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			op := new(Operation)
			rec := record(r.Context(), w)
			r = r.WithContext(context.WithValue(r.Context(), operationKey, op))
			defer func() {
				a := Access{
					Method: r.Method, Path: r.URL.Path, Status: finalStatus(rec, r),
					Bytes: rec.bytes, Duration: time.Since(start), Operation: *op,
				}
				logAccess(r.Context(), log, a)
				for _, observe := range observers {
					observe(r.Context(), a)
				}
			}()
			next.ServeHTTP(rec, r)
		})
	}
}

func finalStatus(rec *recorder, r *http.Request) int {
	switch {
	case rec.status != 0:
		return rec.status
	case r.Context().Err() != nil:
		return StatusClientClosed
	default: // net/http answers 200 for a handler that wrote nothing
		return http.StatusOK
	}
}

func logAccess(ctx context.Context, log *slog.Logger, a Access) {
	level := slog.LevelInfo
	if a.Path == PathAlive || a.Path == PathReady {
		level = slog.LevelDebug
	}
	if !log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", a.Method),
		slog.String("path", a.Path[:min(len(a.Path), maxLoggedPath)]),
		slog.Int("status", a.Status),
		slog.Int64("bytes", a.Bytes),
		slog.Float64("duration_ms", float64(a.Duration.Microseconds())/1000),
	}
	if op := a.Operation; op != (Operation{}) {
		attrs = append(attrs, slog.Group("operation",
			slog.String("name", op.Name), slog.String("type", op.Type), slog.String("hash", op.Hash), slog.String("code", op.Code)))
	}
	log.LogAttrs(ctx, level, "request", attrs...)
}

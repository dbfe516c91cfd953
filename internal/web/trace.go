package web

import (
	"net/http"

	"styleshare/internal/tracing"
)

// Trace tells each request but health probes as a span, which belongs to the trace that a header traceparent names, if one
// does. Put it outside of AccessLog, whose observers describe the span and whose lines then carry its ids. It is for
// processes that trace.
func Trace(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == PathAlive || r.URL.Path == PathReady {
			next.ServeHTTP(w, r)
			return
		}
		ctx, span := tracing.Begin(tracing.FromHeader(r.Context(), r.Header), "HTTP", tracing.Server)
		defer span.End(nil)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

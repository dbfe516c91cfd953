package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Recover turns a panic of a handler into a log entry with its stack and, where nothing was sent yet, an empty-handed
// 500 that names only the request id. http.ErrAbortHandler passes: it is how a handler breaks a connection off.
func Recover(log *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := &recorder{ResponseWriter: w}
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler { //nolint:errorlint // as net/http compares, to which it goes on
					panic(p)
				}
				log.ErrorContext(r.Context(), "panic while serving",
					slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
				if rec.status != 0 {
					// Half an answer must not look like a whole one.
					panic(http.ErrAbortHandler)
				}
				http.Error(w, "internal error, request "+RequestIDOf(r.Context()), http.StatusInternalServerError)
			}()
			next.ServeHTTP(rec, r)
		})
	}
}

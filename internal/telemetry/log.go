// Package telemetry sets up logs and metrics.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"styleshare/internal/tracing"
	"styleshare/internal/web"
)

// Format is how log lines are written.
type Format string

// The formats of the log.
const (
	JSON Format = "json"
	Text Format = "text"
)

// NewLogger writes lines of at least the given level to w and adds request_id to whatever is logged with the context
// of a request, and trace_id and span_id where that is traced. The error says which formats there are.
func NewLogger(w io.Writer, format Format, level slog.Leveler) (*slog.Logger, error) {
	opts := &slog.HandlerOptions{Level: level}
	switch format {
	case JSON:
		return slog.New(contextHandler{slog.NewJSONHandler(w, opts)}), nil
	case Text:
		return slog.New(contextHandler{slog.NewTextHandler(w, opts)}), nil
	default:
		return nil, fmt.Errorf("log format %q: want %q or %q", format, JSON, Text)
	}
}

// contextHandler adds what the context knows.
type contextHandler struct{ slog.Handler }

func (h contextHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := web.RequestIDOf(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	if trace, span := tracing.IDs(ctx); trace != "" {
		r.AddAttrs(slog.String("trace_id", trace), slog.String("span_id", span))
	}
	return h.Handler.Handle(ctx, r)
}

func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}

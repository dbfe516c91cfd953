// Package reporting sends what is logged as an error to an error tracker that speaks Sentry's protocol.
//
// A report says what the log line says, as far as it is on a list: which operation or job, the request's id, the person's
// id, the causes and the stack. Nobody's words, addresses or tokens are in it: values are cut out of the texts of errors,
// and nothing of the request is sent. An outage does not send thousands: see limits.
package reporting

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/getsentry/sentry-go"
	"github.com/prometheus/client_golang/prometheus"
)

// Config says where reports go, and what they say of this process.
type Config struct {
	// DSN is where the tracker takes reports; an empty one has none sent.
	DSN, Environment string
	// Release is the version of the binary, and Commit what it was built from.
	Release, Commit string
	// Role is what the process does: serve, worker.
	Role string
	// RequestOf and PersonOf tell of a context which request and which person it belongs to; empty for none.
	RequestOf, PersonOf func(context.Context) string
	Registerer          prometheus.Registerer
}

// Reporter sends reports. The nil Reporter sends none.
type Reporter struct {
	config  Config
	client  *sentry.Client
	limits  limits
	reports *prometheus.CounterVec
}

// ErrDSN says how the address of a tracker must look: the parser's own words may hold its key.
var ErrDSN = errors.New("must be an address like https://key@sentry.example.com/1")

// CheckDSN refuses an address that no report could be sent to.
func CheckDSN(dsn string) error {
	if _, err := sentry.NewDsn(dsn); err != nil {
		return ErrDSN
	}
	return nil
}

// Open makes a Reporter; nil where there is no DSN.
func Open(c Config) (*Reporter, error) {
	if c.DSN == "" {
		return nil, nil
	}
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: c.DSN, Environment: c.Environment, Release: c.Release,
		// What the SDK would add by itself: the list of modules, the machine's hardware, its environment.
		Integrations:         func([]sentry.Integration) []sentry.Integration { return nil },
		DisableClientReports: true,
	})
	if err != nil {
		return nil, ErrDSN
	}
	r := &Reporter{config: c, client: client, reports: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "error_reports_total", Help: "Errors that were logged, by what became of their reports: queued, or suppressed because there were too many.",
	}, []string{"result"})}
	for _, result := range []string{queued, suppressed} {
		r.reports.WithLabelValues(result)
	}
	return r, c.Registerer.Register(r.reports)
}

const (
	queued     = "queued"
	suppressed = "suppressed"
)

// flushTimeout is how long the end of a process may wait for its last reports.
const flushTimeout = 2 * time.Second

// Close sends what still waits.
func (r *Reporter) Close() {
	if r != nil {
		r.client.Flush(flushTimeout)
		r.client.Close()
	}
}

// Watch gives a logger that reports what is logged as an error, besides logging it.
func (r *Reporter) Watch(log *slog.Logger) *slog.Logger {
	if r == nil {
		return log
	}
	return slog.New(handler{Handler: log.Handler(), to: r})
}

// handler is a slog.Handler that knows the attributes of its logger.
type handler struct {
	slog.Handler
	to    *Reporter
	attrs []slog.Attr
}

// Handle reports and logs.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		h.to.report(ctx, h.attrs, r)
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.to, append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.to, h.attrs}
}

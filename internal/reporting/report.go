package reporting

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"github.com/getsentry/sentry-go"
)

// tags are the attributes of log lines that reports carry, all of them words of this program, or ids.
var tags = []string{"operation", "path", "code", "job_id", "job_kind", "attempt", "retried", "node", "platform", "count"}

// The attributes that hold an error, or what was thrown in a panic.
const (
	attrError = "error"
	attrCause = "cause"
	attrPanic = "panic"
	attrSaid  = "said"
)

// report sends one record. It takes microseconds and never waits: the SDK has a queue, and drops what does not fit.
func (r *Reporter) report(ctx context.Context, attrs []slog.Attr, record slog.Record) {
	found := map[string]slog.Value{}
	for _, a := range attrs {
		found[a.Key] = a.Value
	}
	record.Attrs(func(a slog.Attr) bool {
		found[a.Key] = a.Value
		return true
	})
	event := sentry.NewEvent()
	event.Level, event.Message, event.Logger, event.Timestamp = sentry.LevelError, record.Message, "slog", record.Time
	event.Tags["role"], event.Tags["commit"] = r.config.Role, r.config.Commit
	for _, key := range tags {
		if v, ok := found[key]; ok {
			event.Tags[key] = scrub(v.Resolve().String())
		}
	}
	if id := r.config.RequestOf(ctx); id != "" {
		event.Tags["request_id"] = id
	}
	event.User.ID = r.config.PersonOf(ctx)
	event.Transaction = event.Tags["operation"] + event.Tags["job_kind"] // a line has one of them at most
	event.Exception = exceptions(record.Message, found)
	event.Fingerprint = fingerprint(event, found)
	if held, ok := r.limits.admit(strings.Join(event.Fingerprint, "\x00"), record.Time); !ok {
		r.reports.WithLabelValues(suppressed).Inc()
		return
	} else if held > 0 {
		event.Tags["suppressed"] = fmt.Sprint(held) // of the same group, since the last report
	}
	r.reports.WithLabelValues(queued).Inc()
	r.client.CaptureEvent(event, nil, nil)
}

// exceptions are the causes, the innermost first as the protocol wants them; the last one has the stack.
func exceptions(message string, found map[string]slog.Value) []sentry.Exception {
	var all []sentry.Exception
	for _, key := range []string{attrError, attrCause} {
		if err, ok := found[key].Any().(error); ok {
			all = append(all, chain(err)...)
		} else if text := found[key]; text.Kind() == slog.KindString {
			all = append(all, sentry.Exception{Type: message, Value: scrub(text.String())})
		}
	}
	if v, ok := found[attrPanic]; ok {
		all = append(all, sentry.Exception{Type: attrPanic, Value: scrub(v.String())})
	}
	if v, ok := found[attrSaid]; ok {
		all = append(all, sentry.Exception{Type: message, Value: scrub(v.String())})
	}
	slices.Reverse(all)
	if len(all) == 0 {
		all = append(all, sentry.Exception{Type: message})
	}
	all[len(all)-1].Stacktrace = stack()
	return all
}

// mostCauses bounds what is sent of an error that wraps others.
const mostCauses = 8

// chain is an error and what it wraps, the outermost first.
func chain(err error) []sentry.Exception {
	var all []sentry.Exception
	for pending := []error{err}; len(pending) > 0 && len(all) < mostCauses; {
		err, pending = pending[0], pending[1:]
		all = append(all, sentry.Exception{Type: typeOf(err), Value: scrub(err.Error())})
		switch wraps := err.(type) { //nolint:errorlint // the chain is walked here
		case interface{ Unwrap() error }:
			if inner := wraps.Unwrap(); inner != nil {
				pending = append(pending, inner)
			}
		case interface{ Unwrap() []error }:
			pending = append(pending, wraps.Unwrap()...)
		}
	}
	return all
}

func typeOf(err error) string { return strings.TrimPrefix(reflect.TypeOf(err).String(), "*") }

// own tells the frames that say nothing: of what logs and reports.
func own(f sentry.Frame) bool {
	if f.Module == "styleshare/internal/reporting" {
		return slices.Contains([]string{"stack", "exceptions", "(*Reporter).report", "handler.Handle"}, f.Function)
	}
	return f.Module == "log/slog"
}

// stack is where the error was logged; while a panic is recovered from, the SDK leaves out what is above it.
func stack() *sentry.Stacktrace {
	s := sentry.NewStacktrace()
	if s == nil {
		return nil
	}
	s.Frames = slices.DeleteFunc(s.Frames, own)
	return s
}

// fingerprint groups by what was logged, of which kind and by which kinds of errors, never by an id; a panic by where it
// came up.
func fingerprint(event *sentry.Event, found map[string]slog.Value) []string {
	parts := []string{event.Message, event.Tags["code"], event.Tags["job_kind"]}
	_, panicked := found[attrPanic]
	_, traced := found["stack"]
	if panicked || traced {
		if s := event.Exception[len(event.Exception)-1].Stacktrace; s != nil && len(s.Frames) > 0 {
			top := s.Frames[len(s.Frames)-1]
			return append(parts, top.Module, top.Function)
		}
		return parts
	}
	for _, e := range event.Exception {
		if e.Type != event.Message {
			parts = append(parts, e.Type)
		}
	}
	return parts
}

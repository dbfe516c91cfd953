// Package tracing tells the parts of a request or a job as OpenTelemetry spans, where the operator names a collector. Where
// nobody does, and for what is not sampled, it costs a look into the context, or less.
//
// Spans say which code ran, how often and for how long. They never hold arguments, variables, keys, addresses or texts:
// only this package knows OpenTelemetry, and its attributes are names of this program, counts and codes.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// tracer is nil where nothing is traced. It is set once, before anything else runs.
var tracer trace.Tracer

var propagator propagation.TraceContext

// Enabled tells whether this process traces anything.
func Enabled() bool { return tracer != nil }

// wanted tells whether the SDK's variables name a collector.
func wanted(getenv func(string) string) bool {
	return !strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") &&
		(getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "")
}

// shutdownTimeout is how long the end of a process may wait for its last spans.
const shutdownTimeout = 3 * time.Second

// Open begins to trace if the SDK's variables (OTEL_EXPORTER_OTLP_…, OTEL_TRACES_SAMPLER, OTEL_BSP_…, OTEL_SERVICE_NAME,
// OTEL_RESOURCE_ATTRIBUTES) ask for it. Spans are sent in the background; what a collector that is away does not take is
// dropped. The function returned sends what still waits.
func Open(ctx context.Context, version, role string, log *slog.Logger) (stop func(), err error) {
	if !wanted(os.Getenv) {
		return func() {}, nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.WarnContext(ctx, "traces are not delivered", "error", err) }))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "styleshare"),
		attribute.String("service.version", version), attribute.String("styleshare.role", role)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	tracer = provider.Tracer("styleshare", trace.WithInstrumentationVersion(version))
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.WarnContext(ctx, "the last traces are not delivered", "error", err)
		}
	}, nil
}

// Span is a part of a trace. The zero Span is of none, and does nothing.
type Span struct{ of trace.Span }

// Kind says at which end of a conversation a span is.
type Kind = trace.SpanKind

// The kinds of spans.
const (
	Server   = trace.SpanKindServer
	Client   = trace.SpanKindClient
	Consumer = trace.SpanKindConsumer
	Internal = trace.SpanKindInternal
)

// Start begins a span below the one of ctx; where none is recorded there is nothing to do.
func Start(ctx context.Context, name string, kind Kind) (context.Context, Span) {
	// Sampled, not recording: gqlgen resolves the fields of an object under the span of the field that gave it, which has ended.
	if tracer == nil || !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx, Span{}
	}
	ctx, span := tracer.Start(ctx, name, trace.WithSpanKind(kind)) //nolint:spancheck // the caller ends it
	return ctx, Span{span}                                         //nolint:spancheck // the caller ends it
}

// Begin is Start where a trace may begin: whether it is recorded is the sampler's choice, or that of the trace that ctx
// continues.
func Begin(ctx context.Context, name string, kind Kind) (context.Context, Span) {
	if tracer == nil {
		return ctx, Span{}
	}
	ctx, span := tracer.Start(ctx, name, trace.WithSpanKind(kind))
	if !span.IsRecording() {
		return ctx, Span{}
	}
	return ctx, Span{span}
}

// Of is the span of ctx, if it is recorded.
func Of(ctx context.Context) Span {
	if tracer == nil {
		return Span{}
	}
	if span := trace.SpanFromContext(ctx); span.SpanContext().IsSampled() {
		return Span{span}
	}
	return Span{}
}

// Recording tells whether anybody will read what is said of the span.
func (s Span) Recording() bool { return s.of != nil }

// Name renames the span, once more is known.
func (s Span) Name(name string) {
	if s.of != nil {
		s.of.SetName(name)
	}
}

// Text notes a word of this program; an empty one is left out.
func (s Span) Text(key, value string) {
	if s.of != nil && value != "" {
		s.of.SetAttributes(attribute.String(key, value))
	}
}

// Number notes a count, a code or an id.
func (s Span) Number(key string, n int64) {
	if s.of != nil {
		s.of.SetAttributes(attribute.Int64(key, n))
	}
}

// Failed marks the span as failed, by a code.
func (s Span) Failed(code string) {
	if s.of != nil {
		s.of.SetAttributes(attribute.String("error.type", code))
		s.of.SetStatus(codes.Error, "")
	}
}

// End ends the span; of an error only its type is told, since its text may repeat what people wrote.
func (s Span) End(err error) {
	if s.of != nil {
		s.end(err)
	}
}

func (s Span) end(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
			err = inner
		}
		s.Failed(strings.TrimPrefix(reflect.TypeOf(err).String(), "*"))
	}
	s.of.End()
}

// IDs are those of the trace and the span of ctx, for log lines; empty where it is not recorded.
func IDs(ctx context.Context) (traceID, spanID string) {
	if s := Of(ctx); s.of != nil {
		c := s.of.SpanContext()
		return c.TraceID().String(), c.SpanID().String()
	}
	return "", ""
}

const headerTraceparent = "Traceparent"

// FromHeader has what follows belong to the trace that a request names, if it names one.
func FromHeader(ctx context.Context, h http.Header) context.Context {
	return Continue(ctx, h.Get(headerTraceparent))
}

// Continue has what follows belong to the trace of a traceparent, which may be empty.
func Continue(ctx context.Context, traceparent string) context.Context {
	if tracer == nil || traceparent == "" {
		return ctx
	}
	return propagator.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// Traceparent names the span of ctx, for work that is done later and elsewhere; empty where it is not recorded.
func Traceparent(ctx context.Context) string {
	if !Of(ctx).Recording() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagator.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// Apart has what follows belong to no trace: of connections that live for hours.
func Apart(ctx context.Context) context.Context {
	if tracer == nil || !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, trace.SpanContext{})
}

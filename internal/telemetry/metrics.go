package telemetry

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"styleshare/internal/tracing"
	"styleshare/internal/web"
)

// other stands for every label value that is not on a list, so that callers cannot make up time series.
const other = "other"

// durationBuckets are in seconds: from an answer out of a cache to the time-out of a request.
var durationBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}

var (
	methods        = []string{http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead}
	operationTypes = []string{"query", "mutation", "subscription"}
)

// Metrics holds the registry and the metrics that every process has. Other packages register their own on Registry.
type Metrics struct {
	Registry *prometheus.Registry
	// InFlight counts HTTP requests that are being answered; see CountInFlight.
	InFlight prometheus.Gauge

	routes, operations []string
	requests           *prometheus.HistogramVec
	graphql            *prometheus.HistogramVec
}

// NewMetrics makes a registry with the Go runtime's and the process's metrics and these two histograms, whose _count
// series are the counters:
//   - http_request_duration_seconds by method, route (a path on the list routes, else "other") and status (2xx …)
//   - graphql_operation_duration_seconds by type, operation (a name on the list operations, else "other") and code
//     (OK, or extensions.code of the first error)
func NewMetrics(routes, operations []string) *Metrics {
	m := &Metrics{
		Registry:   prometheus.NewRegistry(),
		routes:     slices.Clone(routes),
		operations: slices.Clone(operations),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "Time to answer HTTP requests.", Buckets: durationBuckets,
		}, []string{"method", "route", "status"}),
		InFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "http_requests_in_flight", Help: "HTTP requests that are being answered; open streams of events are none.",
		}),
		graphql: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "graphql_operation_duration_seconds", Help: "Time to answer GraphQL operations.", Buckets: durationBuckets,
		}, []string{"type", "operation", "code"}),
	}
	m.Registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.graphql, m.InFlight,
	)
	return m
}

// Built tells which binary this is, and what the process does.
func (m *Metrics) Built(version, commit, role string) {
	built := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "styleshare_build_info", Help: "1, of the binary that runs: its version, its commit, and what the process does (serve, worker, scheduler, run).",
	}, []string{"version", "commit", "goversion", "role"})
	built.WithLabelValues(version, commit, runtime.Version(), role).Set(1)
	m.Registry.MustRegister(built)
}

// Handler is the handler of /metrics, for the admin address: it tells more than the public should know.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{Registry: m.Registry})
}

// CountInFlight is a middleware. What becomes a stream takes itself out while it lasts.
func (m *Metrics) CountInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.InFlight.Inc()
		defer m.InFlight.Dec()
		next.ServeHTTP(w, r)
	})
}

// Observe counts one request and, where it was one, its GraphQL operation, and describes the request's span where it is
// traced. It is made for web.AccessLog.
func (m *Metrics) Observe(ctx context.Context, a web.Access) {
	if span := tracing.Of(ctx); span.Recording() {
		m.describe(span, a)
	}
	status := strconv.Itoa(a.Status/100) + "xx"
	m.requests.WithLabelValues(known(methods, a.Method), known(m.routes, a.Path), status).Observe(a.Duration.Seconds())
	if a.Operation != (web.Operation{}) {
		m.ObserveOperation(a.Operation, a.Duration)
	}
}

// describe names no path that is not on the list: some hold ids.
func (m *Metrics) describe(span tracing.Span, a web.Access) {
	method, route := known(methods, a.Method), known(m.routes, a.Path)
	span.Name(method + " " + route)
	span.Text("http.request.method", method)
	span.Text("http.route", route)
	span.Number("http.response.status_code", int64(a.Status))
	if a.Status >= http.StatusInternalServerError {
		span.Failed(strconv.Itoa(a.Status))
	}
}

// ObserveOperation counts one GraphQL operation that did not come as an HTTP request of its own, such as one on a socket.
func (m *Metrics) ObserveOperation(op web.Operation, took time.Duration) {
	code := op.Code
	if code == "" {
		code = "OK"
	}
	m.graphql.WithLabelValues(known(operationTypes, op.Type), known(m.operations, op.Name), code).Observe(took.Seconds())
}

func known(list []string, v string) string {
	if slices.Contains(list, v) {
		return v
	}
	return other
}

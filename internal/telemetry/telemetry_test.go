package telemetry

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"styleshare/internal/web"
)

func TestLogger(t *testing.T) {
	t.Parallel()
	ctx := web.WithRequestID(t.Context(), "request-0001")
	for format, want := range map[Format]string{
		JSON: `"msg":"hello","part":"x","n":1,"request_id":"request-0001"}`,
		Text: `msg=hello part=x n=1 request_id=request-0001`,
	} {
		var out bytes.Buffer
		log, err := NewLogger(&out, format, slog.LevelInfo)
		if err != nil {
			t.Fatal(err)
		}
		log = log.With("part", "x")
		log.DebugContext(ctx, "too detailed")
		log.InfoContext(ctx, "hello", "n", 1)
		log.Info("outside")
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 2 || !strings.HasSuffix(lines[0], want) || strings.Contains(lines[1], "request_id") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
	if _, err := NewLogger(nil, "xml", slog.LevelInfo); err == nil || !strings.Contains(err.Error(), `"xml"`) {
		t.Errorf("got %v", err)
	}
}

func scrape(m *Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := NewMetrics([]string{"/graphql", "/healthz"}, []string{"HomeFeed"})
	m.Observe(t.Context(), web.Access{Method: "POST", Path: "/graphql", Status: 200, Duration: 3 * time.Millisecond, Operation: web.Operation{Name: "HomeFeed", Type: "query"}})
	m.Observe(t.Context(), web.Access{Method: "POST", Path: "/graphql", Status: 200, Operation: web.Operation{Name: "HomeFeed", Type: "query", Code: "INTERNAL"}})
	m.Observe(t.Context(), web.Access{Method: "GET", Path: "/healthz", Status: 200})
	m.ObserveOperation(web.Operation{Name: "Bell", Type: "subscription"}, time.Second)
	text := scrape(m)
	for _, want := range []string{
		`http_request_duration_seconds_count{method="POST",route="/graphql",status="2xx"} 2`,
		`http_request_duration_seconds_bucket{method="POST",route="/graphql",status="2xx",le="0.0025"} 1`,
		`http_request_duration_seconds_count{method="GET",route="/healthz",status="2xx"} 1`,
		`graphql_operation_duration_seconds_count{code="OK",operation="HomeFeed",type="query"} 1`,
		`graphql_operation_duration_seconds_count{code="INTERNAL",operation="HomeFeed",type="query"} 1`,
		`graphql_operation_duration_seconds_sum{code="OK",operation="other",type="subscription"} 1`,
		"go_goroutines ", "process_open_fds ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
}

func TestRequestsInFlight(t *testing.T) {
	t.Parallel()
	m := NewMetrics(nil, nil)
	inside := func(want string) {
		t.Helper()
		if text := scrape(m); !strings.Contains(text, "\nhttp_requests_in_flight "+want+"\n") {
			t.Errorf("not %s in flight", want)
		}
	}
	inner := m.CountInFlight(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside("2") }))
	outer := m.CountInFlight(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		inside("1")
	}))
	outer.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	inside("0")
}

func TestCallersCannotMakeUpSeries(t *testing.T) {
	t.Parallel()
	m := NewMetrics([]string{"/graphql"}, []string{"HomeFeed"})
	before := strings.Count(scrape(m), "_duration_seconds_count{")
	for i := range 1000 {
		x := fmt.Sprint("x", i)
		m.Observe(t.Context(), web.Access{Method: x, Path: "/" + x, Status: 404, Operation: web.Operation{Name: x, Type: x}})
	}
	if after := strings.Count(scrape(m), "_duration_seconds_count{"); after != before+2 {
		t.Errorf("%d series more, want 2", after-before)
	}
}

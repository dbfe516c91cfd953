package tracing

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
)

func TestOffItCostsNothing(t *testing.T) {
	ctx := context.WithValue(t.Context(), http.ServerContextKey, 1)
	n := testing.AllocsPerRun(100, func() {
		ctx, span := Start(ctx, "SQL", Client)
		span.Text("a", "b")
		span.Number("c", 1)
		span.End(nil)
		Of(ctx).End(context.Canceled)
		if Traceparent(ctx) != "" || Apart(Continue(ctx, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")) != ctx {
			t.Error("something is traced")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestTheSDKsVariablesDecide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value, disabled string
		want                  bool
	}{
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318", "", true},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://h:4318/v1/traces", "", true},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318", "true", false},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "", "", false},
	} {
		got := wanted(func(name string) string {
			return map[string]string{c.name: c.value, "OTEL_SDK_DISABLED": c.disabled}[name]
		})
		if got != c.want {
			t.Errorf("%+v", c)
		}
	}
	stop, err := Open(t.Context(), "1", "serve", slog.New(slog.DiscardHandler))
	if err != nil || Enabled() {
		t.Error(err)
	}
	stop()
}

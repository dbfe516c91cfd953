package cloudwatch

import (
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/prometheus/client_golang/prometheus"
)

// endpoint speaks CloudWatch's protocol: Smithy RPC v2 with CBOR bodies.
type endpoint struct {
	t     *testing.T
	fails bool
	got   []string // each datum of the last request, sorted
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.fails {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	const path = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
	if r.Method != http.MethodPost || r.URL.Path != path || r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" ||
		r.Header.Get("Content-Type") != "application/cbor" ||
		!strings.Contains(r.Header.Get("Authorization"), "Credential=key/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/monitoring/aws4_request") {
		e.t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			e.t.Error(err)
			return
		}
	}
	text, err := io.ReadAll(body)
	if err != nil {
		e.t.Error(err)
	}
	input, err := cbor.Decode(text)
	if err != nil {
		e.t.Error(err)
		return
	}
	e.got = nil
	fields, _ := input.(cbor.Map)
	data, _ := fields["MetricData"].(cbor.List)
	for _, datum := range data {
		m, _ := datum.(cbor.Map)
		if _, ok := m["Timestamp"].(*cbor.Tag); !ok {
			e.t.Errorf("no time in %v", m)
		}
		e.got = append(e.got, fmt.Sprint(plain(fields["Namespace"]), " ", plain(m["MetricName"]), " ", plain(m["Dimensions"]), " ",
			plain(m["Value"]), " ", plain(m["Values"]), " × ", plain(m["Counts"]), " ", plain(m["Unit"])))
	}
	slices.Sort(e.got)
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	_, _ = w.Write(cbor.Encode(cbor.Map{}))
}

// plain is a value as it is compared here.
func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.List:
		all := []any{}
		for _, one := range v {
			all = append(all, plain(one))
		}
		return all
	case cbor.Map:
		return fmt.Sprint(plain(v["Name"]), "=", plain(v["Value"]))
	case cbor.String:
		return string(v)
	case cbor.Float64:
		return float64(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Uint:
		return uint64(v)
	}
	return "-"
}

// rig is a publisher of three metrics and the endpoint it sends to.
func rig(t *testing.T) (*Publisher, *endpoint, *prometheus.Registry) {
	t.Helper()
	e := &endpoint{t: t}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
	t.Setenv("AWS_CONFIG_FILE", "/nowhere")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
	registry := prometheus.NewRegistry()
	p, err := New(t.Context(), Config{Namespace: "Fleet", Region: "eu-west-1", AccessKeyID: "key", SecretAccessKey: "secret", Gatherer: registry,
		Metrics: []Metric{
			{Family: "in_flight", Name: "InFlight", Unit: Count},
			{Family: "age_seconds", Name: "Age", Unit: Seconds, Dimension: "queue"},
			{Family: "took_seconds", Name: "Took", Unit: Seconds, Label: "type", Values: []string{"query", "mutation"}},
		}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return p, e, registry
}

func TestPublish(t *testing.T) {
	p, e, registry := rig(t)
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "in_flight"})
	age := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "age_seconds"}, []string{"queue"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "took_seconds", Buckets: []float64{.125, .5}}, []string{"type"})
	registry.MustRegister(inFlight, age, took)
	publish := func(want ...string) {
		t.Helper()
		e.got = nil
		if err := p.publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(e.got, "\n"), strings.Join(want, "\n"))
		}
	}
	inFlight.Set(3)
	age.WithLabelValues("photos").Set(41)
	age.WithLabelValues("low").Set(0)
	took.WithLabelValues("query").Observe(.25)
	took.WithLabelValues("mutation").Observe(.3)
	took.WithLabelValues("subscription").Observe(3600)
	publish("Fleet Age [Queue=low] 0 - × - Seconds", "Fleet Age [Queue=photos] 41 - × - Seconds",
		"Fleet InFlight - 3 - × - Count", "Fleet Took - - [0.5] × [2] Seconds")
	// Another leader tells the ages from now on, and nothing was observed.
	age.Reset()
	publish("Fleet InFlight - 3 - × - Count")
	took.WithLabelValues("query").Observe(7)
	publish("Fleet InFlight - 3 - × - Count", "Fleet Took - - [0.5] × [1] Seconds")
}

func TestNothingToPublish(t *testing.T) {
	p, e, _ := rig(t)
	e.fails = true
	if err := p.publish(t.Context()); err != nil {
		t.Errorf("it was asked for nothing: %v", err)
	}
}

func TestRefused(t *testing.T) {
	p, e, registry := rig(t)
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "in_flight"}))
	e.fails = true
	if err := p.publish(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

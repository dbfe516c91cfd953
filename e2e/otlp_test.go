package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collectorSink takes traces as an OpenTelemetry collector does (OTLP over HTTP), and keeps the bytes too.
type collectorSink struct {
	*httptest.Server
	mu    sync.Mutex
	raw   bytes.Buffer
	spans []span
	wrong []string
}

// span is what the tests look at.
type span struct {
	Trace, ID, Parent, Name, Process string
	Attributes                       map[string]string
}

func newCollector(t testing.TB) *collectorSink {
	t.Helper()
	c := &collectorSink{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.take(r); err != nil {
			c.wrong = append(c.wrong, err.Error())
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collectorSink) take(r *http.Request) error {
	from := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return err
		}
		from = unzipped
	}
	body, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	c.raw.Write(body)
	var request collector.ExportTraceServiceRequest
	if err = proto.Unmarshal(body, &request); err != nil {
		return err
	}
	for _, resource := range request.GetResourceSpans() {
		role := ""
		for _, a := range resource.GetResource().GetAttributes() {
			if a.GetKey() == "styleshare.role" {
				role = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range resource.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				one := span{hex.EncodeToString(s.GetTraceId()), hex.EncodeToString(s.GetSpanId()), hex.EncodeToString(s.GetParentSpanId()), s.GetName(), role, map[string]string{}}
				for _, a := range s.GetAttributes() {
					one.Attributes[a.GetKey()] = a.GetValue().GetStringValue()
				}
				c.spans = append(c.spans, one)
			}
		}
	}
	return nil
}

// of are the spans of a trace, by id.
func (c *collectorSink) of(trace string) map[string]span {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]span{}
	for _, s := range c.spans {
		if s.Trace == trace {
			all[s.ID] = s
		}
	}
	return all
}

// path names the spans from the outermost one to s.
func path(all map[string]span, s span) string {
	name := s.Process + ": " + s.Name
	if parent, ok := all[s.Parent]; ok {
		return path(all, parent) + " > " + name
	}
	return name
}

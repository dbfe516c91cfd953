package transport

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// eventLines reads an answer of server-sent events, without its comments and the empty lines between events.
type eventLines struct {
	t       *testing.T
	scanner *bufio.Scanner
}

// events asks for server-sent events.
func (l *live) events(t *testing.T, query string, headers ...string) eventLines {
	t.Helper()
	resp := l.ask(t, query, append(headers, "Accept: text/event-stream")...)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("status %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	return eventLines{t, bufio.NewScanner(resp.Body)}
}

func (l *live) ask(t *testing.T, query string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL+"/graphql", strings.NewReader(`{"query":"`+query+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func (e eventLines) next() (line string, more bool) {
	for e.scanner.Scan() {
		if line = e.scanner.Text(); line != "" && line != ":" {
			return line, true
		}
	}
	return "", false
}

func (e eventLines) wants(lines ...string) {
	e.t.Helper()
	for _, want := range lines {
		if got, _ := e.next(); got != want {
			e.t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func (e eventLines) wantsMatch(pattern string) {
	e.t.Helper()
	if got, _ := e.next(); !regexp.MustCompile(pattern).MatchString(got) {
		e.t.Fatalf("got %s, want %s", got, pattern)
	}
}

func TestEventsWhereTheClientTakesThem(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	const all = "application/graphql-response+json, application/json, text/event-stream"
	tests := map[string]struct{ query, accept, wantType string }{
		"subscription":                  {"subscription{tick}", all, mediaEvents},
		"query":                         {"{hello}", all, mediaGraphQL},
		"query, events alone":           {"{hello}", mediaEvents, mediaEvents},
		"query, events liked better":    {"{hello}", "application/json;q=0.5, text/event-stream", mediaEvents},
		"subscription without events":   {"subscription{tick}", mediaJSON, mediaJSON},
		"invalid, events alone":         {"{nothing}", mediaEvents, mediaEvents},
		"subscription, events last":     {"subscription{tick}", "application/json, text/event-stream;q=0.1", mediaEvents},
		"subscription, events rejected": {"subscription{tick}", "application/json, text/event-stream;q=0", mediaJSON},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := l.ask(t, test.query, "Accept: "+test.accept)
			if got := resp.Header.Get("Content-Type"); got != test.wantType+"; charset=utf-8" || resp.StatusCode != http.StatusOK {
				t.Errorf("status %d, %s", resp.StatusCode, got)
			}
		})
	}
	l.events(t, "subscription{tick}").wants("event: next", `data: {"data":{"tick":1}}`, "event: next", `data: {"data":{"tick":2}}`,
		"event: next", `data: {"data":{"tick":3}}`, "event: complete", "data:", "")
}

// The server's time-outs are for requests that end.
func TestEventsOutliveTheServersTimeouts(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{Heartbeat: 100 * time.Millisecond}, func(s *http.Server) {
		s.ReadTimeout, s.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	})
	events := l.events(t, "subscription{hang}")
	events.wants("event: next", `data: {"data":{"hang":1}}`)
	for range 8 { // comments that show that somebody is there
		for events.scanner.Scan() && events.scanner.Text() != ":" {
		}
	}
	if l.hanging.Load() != 1 {
		t.Error("the stream has ended")
	}
}

func TestEventsEndWithTheirClient(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	resp := l.ask(t, "subscription{hang}", "Accept: text/event-stream")
	eventually(t, "the subscription to run", func() bool { return l.hanging.Load() == 1 })
	_ = resp.Body.Close()
	eventually(t, "the subscription to end", func() bool { return l.hanging.Load() == 0 && l.open() == 0 })
}

// Servers are scaled by requests in flight: thousands of open streams must not look like load.
func TestOpenStreamsLeaveTheRequestsInFlight(t *testing.T) {
	t.Parallel()
	requests := prometheus.NewGauge(prometheus.GaugeOpts{Name: "requests"})
	l := newLive(t, StreamsConfig{InFlight: requests})
	count := func() float64 {
		var m dto.Metric
		if err := requests.Write(&m); err != nil {
			t.Fatal(err)
		}
		return m.GetGauge().GetValue()
	}
	resp := l.ask(t, "subscription{hang}", "Accept: text/event-stream")
	eventually(t, "the stream to be open", func() bool { return count() == -1 }) // nobody counts it in here
	_ = resp.Body.Close()
	eventually(t, "the stream to end", func() bool { return count() == 0 })
}

func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{Origins: []string{"https://app.example"}})
	for origin, want := range map[string]int{"https://app.example": 101, "https://evil.example": 403, l.URL: 101, "null": 403} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL+"/graphql", nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": subprotocol} {
			req.Header.Set(name, value)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: status %d, want %d", origin, resp.StatusCode, want)
		}
	}
}

// EventSource of browsers can do no more than a GET.
func TestEventsByGet(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	for query, want := range map[string]struct {
		status int
		holds  string
	}{
		"subscription{tick}": {http.StatusOK, "event: next\ndata: {\"data\":{\"tick\":1}}\n\n"},
		"mutation{bump}":     {http.StatusMethodNotAllowed, "send mutations as POST"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL+"/graphql?query="+url.QueryEscape(query), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", mediaEvents)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != want.status || !strings.Contains(string(body), want.holds) {
			t.Errorf("%s: status %d, %v: %s", query, resp.StatusCode, err, body)
		}
	}
}

// A proxy in between passes events on as they come.
func TestEventsThroughAProxy(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	target, err := url.Parse(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	t.Cleanup(proxy.Close)
	behind := &live{Server: proxy}
	events := behind.events(t, "subscription{hang}")
	events.wants("event: next", `data: {"data":{"hang":1}}`) // and the answer has not ended
	p := behind.begin(t, "")
	p.hang()
	_ = p.CloseNow()
	eventually(t, "the one that left to be noticed through the proxy", func() bool { return l.hanging.Load() == 1 })
}

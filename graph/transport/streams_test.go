package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// The clients are graphql-ws and graphql-sse, by the authors of the two protocols.
func TestClientsOfOthers(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	run := func(name string, args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = "testdata/streams"
		cmd.Stderr = t.Output()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return out
	}
	run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	var got map[string]map[string]any
	out := run("node", "clients.mjs", l.URL+"/graphql")
	if err := json.Unmarshal(regexp.MustCompile(`"requestId":"\w+"`).ReplaceAll(out, []byte(`"requestId":"…"`)), &got); err != nil {
		t.Fatal(err)
	}
	const internal = `"message":"internal error","extensions":{"code":"INTERNAL","requestId":"…"}`
	for _, test := range []struct{ query, both, ws, sse string }{
		{"subscription { tick }", `[{"data":{"tick":1}},{"data":{"tick":2}},{"data":{"tick":3}}]`, "", ""},
		{"{ hello }", `[{"data":{"hello":"world"}}]`, "", ""},
		{"mutation { bump }", `[{"data":{"bump":"1"}}]`, "", ""},
		{"cancelled", `[{"data":{"hang":1}}]`, "", ""},
		{"{ nothing }", "", `[{"error":["BAD_USER_INPUT"]}]`, `[{"errors":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"BAD_USER_INPUT"}}]}]`},
		{"subscription { break }", "", `[{"data":{"break":1}},{"error":["INTERNAL"]}]`, `[{"data":{"break":1}},{"errors":[{` + internal + `}]}]`},
		{"subscription { crash }", "", `[{"error":["INTERNAL"]}]`, `[{"errors":[{` + internal + `}]}]`},
		{"{ fail hello }", `[{"data":{"fail":null,"hello":"world"},"errors":[{"message":"nothing there","locations":[{"line":1,"column":3}],"path":["fail"],"extensions":{"code":"NOT_FOUND"}}]}]`, "", ""},
	} {
		for client, want := range map[string]string{"graphql-ws": test.both + test.ws, "graphql-sse": test.both + test.sse} {
			var wanted any
			if err := json.Unmarshal([]byte(want), &wanted); err != nil {
				t.Fatal(err)
			}
			if given := got[client][test.query]; !reflect.DeepEqual(given, wanted) {
				t.Errorf("%s, %s:\n got %s\nwant %s", client, test.query, compact(given), want)
			}
		}
	}
	eventually(t, "cancelled subscriptions to end", func() bool { return l.hanging.Load() == 0 })
	if strings.Contains(string(out), "secret") || !strings.Contains(l.log.String(), "secret of the database") {
		t.Error("the cause belongs into the log, and nowhere else")
	}
}

func compact(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// TestCloseCodes does what the protocol forbids.
func TestCloseCodes(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{InitTimeout: 300 * time.Millisecond})
	tests := map[string]struct {
		messages []string
		code     int
		reason   string
	}{
		"no init":                 {nil, 4408, "initialisation timeout"},
		"init twice":              {[]string{initMessage, initMessage}, 4429, "Too many initialisation requests"},
		"subscribe before ack":    {[]string{subscribe("1", "{hello}")}, 4401, "Unauthorized"},
		"same id twice":           {[]string{initMessage, subscribe("1", "subscription{hang}"), subscribe("1", "{hello}")}, 4409, "Subscriber for 1 already exists"},
		"no JSON":                 {[]string{"hello"}, 4400, "invalid message"},
		"no object":               {[]string{`["connection_init"]`}, 4400, "invalid message"},
		"no type":                 {[]string{`{}`}, 4400, "type"},
		"unknown type":            {[]string{`{"type":"start"}`}, 4400, "type"},
		"a type of servers":       {[]string{`{"type":"connection_ack"}`}, 4400, "type"},
		"subscribe without id":    {[]string{initMessage, `{"type":"subscribe","payload":{"query":"{hello}"}}`}, 4400, "id"},
		"a very long id":          {[]string{initMessage, subscribe(strings.Repeat("x", 65), "{hello}")}, 4400, "id"},
		"subscribe to nothing":    {[]string{initMessage, `{"id":"1","type":"subscribe"}`}, 4400, "invalid message"},
		"a query that is no text": {[]string{initMessage, `{"id":"1","type":"subscribe","payload":{"query":7}}`}, 4400, "query must be a string"},
		"a payload that is wrong": {[]string{`{"type":"connection_init","payload":[1]}`}, 4400, "invalid message"},
		"a token that is wrong":   {[]string{`{"type":"connection_init","payload":{"Authorization":"Bearer x"}}`}, 4403, "Forbidden"},
		"a message too large":     {[]string{initMessage, `"` + strings.Repeat("x", 300<<10) + `"`}, 1009, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := l.dial(t)
			for _, m := range test.messages {
				p.send(m)
			}
			if why := p.closed(); int(why.Code) != test.code || !strings.Contains(why.Reason, test.reason) {
				t.Errorf("closed with %d %q, want %d %q", why.Code, why.Reason, test.code, test.reason)
			}
		})
	}
	t.Run("bytes", func(t *testing.T) {
		t.Parallel()
		p := l.dial(t)
		if err := p.Write(t.Context(), websocket.MessageBinary, []byte(initMessage)); err != nil {
			t.Fatal(err)
		}
		if why := p.closed(); why.Code != 4400 {
			t.Errorf("closed with %d", why.Code)
		}
	})
	t.Run("another subprotocol", func(t *testing.T) {
		t.Parallel()
		conn, _, err := websocket.Dial(t.Context(), l.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-ws"}})
		if err != nil {
			t.Fatal(err)
		}
		if why := (peer{conn, t}).closed(); why.Code != 4406 {
			t.Errorf("closed with %d", why.Code)
		}
	})
}

func TestSocketCarriesManyOperations(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{PerSocket: 2})
	p := l.begin(t, "")
	p.send(`{"type":"ping","payload":{"n":1}}`)
	p.wants(`{"type":"pong","payload":{"n":1}}`)
	p.send(`{"type":"pong"}`)
	p.hang()
	p.send(subscribe("1", "subscription{tick}"))
	p.wants(`{"id":"1","type":"next","payload":{"data":{"tick":1}}}`, `{"id":"1","type":"next","payload":{"data":{"tick":2}}}`,
		`{"id":"1","type":"next","payload":{"data":{"tick":3}}}`, `{"id":"1","type":"complete"}`)
	p.send(subscribe("1", "{hello}")) // the id may be used again
	p.wants(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`, `{"id":"1","type":"complete"}`)
	p.send(subscribe("2", "subscription{hang}"))
	p.wants(`{"id":"2","type":"next","payload":{"data":{"hang":1}}}`)
	p.send(subscribe("3", "{hello}"))
	p.wants(`{"id":"3","type":"error","payload":[{"message":"this connection runs 2 operations already","extensions":{"code":"RATE_LIMITED"}}]}`)
	p.send(`{"id":"2","type":"complete"}`)
	p.send(`{"id":"9","type":"complete"}`) // of nothing
	eventually(t, "the completed one to end", func() bool { return l.hanging.Load() == 1 })
	_ = p.Close(websocket.StatusNormalClosure, "")
	eventually(t, "the other one to end with the connection", func() bool { return l.hanging.Load() == 0 })
	if !strings.Contains(l.log.String(), `"status":101`) || !strings.Contains(l.log.String(), `"msg":"operation"`) {
		t.Errorf("log %s", l.log)
	}
}

func TestConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{PerPerson: 2, PerAddress: 1})
	l.begin(t, "Bearer 7")
	second := l.begin(t, "Bearer 7")
	third := l.dial(t, "Authorization: Bearer 7") // counts as a stranger's until it has said who it is
	third.send(initMessage)
	if why := third.closed(); why.Code != websocket.StatusTryAgainLater || !strings.Contains(why.Reason, "person") {
		t.Errorf("closed with %d %q", why.Code, why.Reason)
	}
	_ = second.Close(websocket.StatusNormalClosure, "")
	eventually(t, "room for another one", func() bool { return l.open() == 1 })
	l.begin(t, "Bearer 7")
	l.begin(t, "")
	if _, resp, err := websocket.Dial(t.Context(), l.URL+"/graphql", nil); err == nil || resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the second stranger: %v", err)
	}
}

func (l *live) open() int {
	return len(l.streams.each(func(connection, *held) bool { return true }))
}

func TestSessionsEndTheirConnections(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{CheckSessions: 10 * time.Millisecond})
	stays, goes := l.begin(t, "Bearer 6"), l.begin(t, "Bearer 7")
	goes.hang()
	events := l.events(t, "subscription{hang}", "Authorization: Bearer 7")
	events.wants("event: next", `data: {"data":{"hang":1}}`)
	l.over.Store(7)
	if why := goes.closed(); why.Code != 4403 || why.Reason != "Forbidden: the session has ended" {
		t.Errorf("closed with %d %q", why.Code, why.Reason)
	}
	events.wants("event: next", `data: {"errors":[{"message":"Forbidden: the session has ended","extensions":{"code":"UNAUTHENTICATED"}}]}`, "event: complete", "data:", "")
	stays.send(subscribe("1", "{hello}"))
	stays.wants(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`)
}

func TestSilentClientsAreNoticed(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{Heartbeat: 40 * time.Millisecond, Silence: 500 * time.Millisecond})
	p := l.begin(t, "")
	p.hang() // and reads no more, so that it answers no pings
	eventually(t, "the silent client to be dropped", func() bool { return l.open() == 0 && l.hanging.Load() == 0 })
	awake := l.begin(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	if _, _, err := awake.Read(ctx); !errors.Is(err, context.DeadlineExceeded) { // it answers pings while it reads
		t.Errorf("the client that answers: %v", err)
	}
}

func TestSlowReadersAreDroppedWithAReason(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{SlowAfter: 200 * time.Millisecond})
	l.schema.resolvers["hang"] = func(ctx context.Context, _ map[string]any) (any, error) {
		return Produce(ctx, func(send func(int) bool) error {
			for send(1_000_000_000) {
			}
			return nil
		}), nil
	}
	p := l.begin(t, "")
	for id := range 5 { // with a long name for what is a number, so that connections are full soon
		p.send(subscribe(fmt.Sprint(id), "subscription{"+strings.Repeat("x", 10_000)+":hang}"))
	}
	eventually(t, "the slow client to be noticed", func() bool { return l.dropped("slow") == 1 })
	if why := p.closed(); why.Code != websocket.StatusTryAgainLater || !strings.Contains(why.Reason, "too slowly") {
		t.Errorf("closed with %d %q", why.Code, why.Reason)
	}
}

func TestDrainTellsClientsToComeBack(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	var peers []peer
	for range 8 {
		p := l.begin(t, "")
		p.hang()
		peers = append(peers, p)
	}
	events := l.events(t, "subscription{hang}")
	events.wants("event: next", `data: {"data":{"hang":1}}`)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		l.streams.Drain(ctx)
	}()
	waits := sync.Map{}
	different := 0
	for _, p := range peers {
		why := p.closed()
		if !regexp.MustCompile(`^the server restarts; retry-after-ms=\d{4,5}$`).MatchString(why.Reason) || why.Code != websocket.StatusGoingAway {
			t.Errorf("closed with %d %q", why.Code, why.Reason)
		}
		if _, seen := waits.LoadOrStore(why.Reason, true); !seen {
			different++
		}
	}
	if different < 2 {
		t.Error("all would come back at the same moment")
	}
	events.wantsMatch(`^retry: \d{4,5}$`)
	if line, more := events.next(); more {
		t.Errorf("after the hint: %s", line)
	}
	<-drained
	if l.open() != 0 || l.hanging.Load() != 0 {
		t.Error("something is left")
	}
	if _, resp, err := websocket.Dial(t.Context(), l.URL+"/graphql", nil); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a client that comes too late: %v", err)
	}
}

// TestAbruptEndsLeaveNothing breaks thousands of connections off.
func TestAbruptEndsLeaveNothing(t *testing.T) { // not beside others: it counts the goroutines of the process
	l := newLive(t, StreamsConfig{PerAddress: 1000})
	l.begin(t, "").hang()
	before := runtime.NumGoroutine()
	const rounds, atOnce = 10, 200
	for range rounds {
		var breaking sync.WaitGroup
		for range atOnce {
			breaking.Go(func() {
				conn, _, err := websocket.Dial(t.Context(), l.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{subprotocol}})
				if err != nil {
					t.Error(err)
					return
				}
				p := peer{conn, t}
				p.send(initMessage)
				p.send(subscribe("1", "subscription{hang}"))
				p.send(subscribe("2", "subscription{hang}"))
				_ = conn.CloseNow()
			})
		}
		breaking.Wait()
	}
	eventually(t, "all connections to be gone", func() bool { return l.open() == 1 && l.hanging.Load() == 1 })
	http.DefaultClient.CloseIdleConnections()
	eventually(t, "all goroutines to be gone", func() bool { return runtime.NumGoroutine() <= before })
}

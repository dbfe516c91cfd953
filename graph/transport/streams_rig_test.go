package transport

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	dto "github.com/prometheus/client_model/go"

	"styleshare/internal/fault"
	"styleshare/internal/telemetry"
	"styleshare/internal/testkit"
	"styleshare/internal/web"
)

// live is a server of the tiny schema with long connections. The token "Bearer 7" is person 7's, of session 7.
type live struct {
	*httptest.Server
	streams *Streams
	schema  *tiny
	// over has sessions end.
	over    atomic.Int64
	hanging atomic.Int64 // producers at work
	log     *testkit.Log
	usage   *Usage
}

type whoKey struct{}

func newLive(t *testing.T, config StreamsConfig, adjust ...func(*http.Server)) *live {
	t.Helper()
	l := &live{schema: newTiny(), log: &testkit.Log{}, usage: NewUsage()}
	l.subscriptions()
	log, err := telemetry.NewLogger(l.log, telemetry.JSON, slog.LevelInfo)
	if err != nil {
		t.Fatal(err)
	}
	config.Log = log
	config.IdentityOf = func(ctx context.Context) Identity {
		who, _ := ctx.Value(whoKey{}).(Identity)
		who.Address = "192.0.2.1"
		return who
	}
	config.Identify = func(ctx context.Context, authorization string) context.Context {
		n, err := strconv.ParseInt(strings.TrimPrefix(authorization, "Bearer "), 10, 64)
		who := Identity{Person: n, Session: n}
		if err != nil {
			who.Refused = fault.Wrap(fault.Unauthenticated, err, "not a token")
		}
		return context.WithValue(ctx, whoKey{}, who)
	}
	config.ActiveSessions = func(_ context.Context, ids []int64) (active []int64, err error) {
		for _, id := range ids {
			if id != l.over.Load() {
				active = append(active, id)
			}
		}
		return active, nil
	}
	if l.streams, err = NewStreams(config); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	running.Go(func() { l.streams.Run(ctx) })
	handler := NewHandler(NewExecutor(l.schema, Config{Streams: l.streams, Log: log, Usage: l.usage}))
	identified := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if authorization := r.Header.Get("Authorization"); authorization != "" {
			r = r.WithContext(config.Identify(r.Context(), authorization))
		}
		handler.ServeHTTP(w, r)
	})
	l.Server = httptest.NewUnstartedServer(web.Chain(identified, web.RequestID, web.AccessLog(log), web.Recover(log)))
	for _, f := range adjust {
		f(l.Config)
	}
	l.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		l.streams.Drain(ctx)
		l.Close()
		stop()
		running.Wait()
	})
	return l
}

// subscriptions ends after three values, hangs after one, breaks after one, or panics.
func (l *live) subscriptions() {
	l.schema.resolvers["tick"] = func(ctx context.Context, _ map[string]any) (any, error) {
		return Produce(ctx, func(send func(int) bool) error {
			for n := 1; n <= 3 && send(n); n++ {
			}
			return nil
		}), nil
	}
	l.schema.resolvers["hang"] = func(ctx context.Context, _ map[string]any) (any, error) {
		return Produce(ctx, func(send func(int) bool) error {
			l.hanging.Add(1)
			defer l.hanging.Add(-1)
			send(1)
			<-ctx.Done()
			return nil
		}), nil
	}
	l.schema.resolvers["break"] = func(ctx context.Context, _ map[string]any) (any, error) {
		return Produce(ctx, func(send func(int) bool) error {
			send(1)
			return errors.New("secret of the database")
		}), nil
	}
	l.schema.resolvers["crash"] = func(ctx context.Context, _ map[string]any) (any, error) {
		return Produce(ctx, func(func(int) bool) error { panic("secret in a panic") }), nil
	}
	l.schema.resolvers["fail"] = func(context.Context, map[string]any) (any, error) {
		return nil, fault.New(fault.NotFound, "nothing there")
	}
}

// peer is the client's end of a WebSocket.
type peer struct {
	*websocket.Conn
	t *testing.T
}

// dial opens a WebSocket; header lines are like "Name: value".
func (l *live) dial(t *testing.T, headers ...string) peer {
	t.Helper()
	h := http.Header{}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	conn, _, err := websocket.Dial(t.Context(), l.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{subprotocol}, HTTPHeader: h})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return peer{conn, t}
}

func (p peer) send(text string) {
	p.t.Helper()
	if err := p.Write(p.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// wants fails unless these are the next messages.
func (p peer) wants(texts ...string) {
	p.t.Helper()
	for _, want := range texts {
		ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
		_, data, err := p.Read(ctx)
		cancel()
		if err != nil {
			p.t.Fatalf("want %s, got %v", want, err)
		}
		if string(data) != want {
			p.t.Fatalf("got %s, want %s", data, want)
		}
	}
}

// closed gives the code and the reason with which the server closes the connection, whatever it sends before.
func (p peer) closed() websocket.CloseError {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	for {
		_, _, err := p.Read(ctx)
		if err == nil {
			continue
		}
		why, ok := errors.AsType[websocket.CloseError](err)
		if !ok {
			p.t.Fatalf("not closed properly: %v", err)
		}
		return why
	}
}

const (
	initMessage = `{"type":"connection_init"}`
	ackMessage  = `{"type":"connection_ack"}`
)

func subscribe(id, query string) string {
	text, _ := json.Marshal(map[string]any{"id": id, "type": "subscribe", "payload": map[string]string{"query": query}})
	return string(text)
}

// begin opens a WebSocket and has it acknowledged; an empty token is nobody's.
func (l *live) begin(t *testing.T, token string) peer {
	t.Helper()
	p := l.dial(t)
	if token == "" {
		p.send(initMessage)
	} else {
		p.send(`{"type":"connection_init","payload":{"authorization":"` + token + `"}}`)
	}
	p.wants(ackMessage)
	return p
}

// hang has a subscription going that does not end by itself.
func (p peer) hang() {
	p.t.Helper()
	p.send(subscribe("h", "subscription{hang}"))
	p.wants(`{"id":"h","type":"next","payload":{"data":{"hang":1}}}`)
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// dropped is how many connections were dropped for a reason.
func (l *live) dropped(reason string) float64 {
	var m dto.Metric
	if err := l.streams.metrics.dropped.WithLabelValues(reason).Write(&m); err != nil {
		panic(err)
	}
	return m.GetCounter().GetValue()
}

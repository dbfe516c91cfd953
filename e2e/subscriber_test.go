package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Subscriber is a WebSocket on which somebody listens.
type Subscriber struct {
	*websocket.Conn
	operations int
}

// socketMessage is one of graphql-transport-ws.
type socketMessage struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// Connect opens a WebSocket as the person, at a server.
func (p *Person) Connect(t testing.TB, server *Process) *Subscriber {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(server.URL, "http", "ws", 1)+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s := &Subscriber{Conn: conn}
	s.send(t, map[string]any{"type": "connection_init", "payload": map[string]string{"Authorization": "Bearer " + p.Token}})
	if m := s.message(t); m.Type != "connection_ack" {
		t.Fatalf("got %+v", m)
	}
	return s
}

func (s *Subscriber) send(t testing.TB, message any) {
	t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	if err = s.Write(t.Context(), websocket.MessageText, text); err != nil {
		t.Fatal(err)
	}
}

// Subscribe begins an operation: the text of one, or the name of one of the apps' own. A query that is answered behind it
// shows that the server knows of it.
func (s *Subscriber) Subscribe(t testing.TB, operation string, variables Vars) *Subscriber {
	t.Helper()
	query := operation
	if !strings.Contains(operation, "{") {
		query = appOperations()[operation]
	}
	s.operations++
	s.send(t, map[string]any{"id": strconv.Itoa(s.operations), "type": "subscribe", "payload": map[string]any{"query": query, "variables": variables}})
	return s
}

func (s *Subscriber) message(t testing.TB) (m socketMessage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, data, err := s.Read(ctx)
	if err != nil {
		t.Fatalf("the WebSocket: %v", err)
	}
	if err = json.Unmarshal(data, &m); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return m
}

// Next gives the next answer.
func (s *Subscriber) Next(t testing.TB) (a Answer) {
	t.Helper()
	m := s.message(t)
	if m.Type != "next" {
		t.Fatalf("got %s %s", m.Type, m.Payload)
	}
	if err := json.Unmarshal(m.Payload, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// Ends fails unless the subscription ends now: with the code of an error, or regularly where that is empty.
func (s *Subscriber) Ends(t testing.TB, code string) {
	t.Helper()
	m := s.message(t)
	switch {
	case code == "" && m.Type == "complete":
	case code != "" && m.Type == "error" && strings.Contains(string(m.Payload), `"code":"`+code+`"`):
	default:
		t.Fatalf("got %s %s, want the end (%s)", m.Type, m.Payload, code)
	}
}

// Closed gives the code and the reason with which the server closes.
func (s *Subscriber) Closed(t testing.TB) websocket.CloseError {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		_, _, err := s.Read(ctx)
		if why, ok := errors.AsType[websocket.CloseError](err); ok {
			return why
		}
		if err != nil {
			t.Fatalf("not closed properly: %v", err)
		}
	}
}

// Quiet fails if anything comes within a moment in which it would have come.
func (s *Subscriber) Quiet(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, data, err := s.Read(ctx); err == nil {
		t.Fatalf("got %s", data)
	}
}

//go:build fleet

package fleet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// listener is a subscriber to the comments of a style. Like an app, it comes back when the server says, behind the last
// event that it has seen.
type listener struct {
	*phone
	style string
	dial  dialer

	mu        sync.Mutex
	heard     map[string]int // how often, by what was said
	cursor    string
	connected int
}

// dialer listens behind a cursor until the connection ends, and tells after how long to come back.
type dialer func(ctx context.Context, l *listener, query vars) (comeBack time.Duration)

// notSaid is how long a client waits where nobody told it how long.
const notSaid = time.Second

func (l *listener) run(ctx context.Context) {
	for ctx.Err() == nil {
		l.mu.Lock()
		variables := vars{"styleId": l.style}
		if l.cursor != "" {
			variables["after"] = l.cursor
		}
		l.mu.Unlock()
		after := l.dial(ctx, l, vars{"query": documents()["Thread"], "variables": variables})
		select {
		case <-ctx.Done():
		case <-time.After(after):
		}
	}
}

// take notes one event.
func (l *listener) take(text []byte) {
	var event struct {
		Data struct {
			CommentAdded struct {
				Cursor  string
				Comment struct{ Body string }
			}
		}
	}
	if json.Unmarshal(text, &event) != nil || event.Data.CommentAdded.Cursor == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard[event.Data.CommentAdded.Comment.Body]++
	l.cursor = event.Data.CommentAdded.Cursor
}

func (l *listener) opened() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.connected++
}

func (l *listener) connections() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connected
}

func (l *listener) hasAll(want map[string]bool) bool {
	heard := l.all()
	for body := range want {
		if heard[body] == 0 {
			return false
		}
	}
	return true
}

func (l *listener) all() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.heard)
}

var retryAfter = regexp.MustCompile(`retry-after-ms=(\d+)`)

// dialSocket listens over graphql-transport-ws.
func dialSocket(ctx context.Context, l *listener, query vars) time.Duration {
	conn, _, err := websocket.Dial(ctx, strings.Replace(l.url, "http", "ws", 1)+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: &http.Client{Transport: l.http.Transport}})
	if err != nil {
		return notSaid
	}
	defer func() { _ = conn.CloseNow() }()
	send := func(message vars) bool {
		text, err := json.Marshal(message)
		return err == nil && conn.Write(ctx, websocket.MessageText, text) == nil
	}
	if !send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + l.token}}) ||
		!send(vars{"type": "subscribe", "id": "1", "payload": query}) {
		return notSaid
	}
	l.opened()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			why, _ := errors.AsType[websocket.CloseError](err)
			return milliseconds(retryAfter.FindStringSubmatch(why.Reason))
		}
		var message struct {
			Type    string
			Payload json.RawMessage
		}
		if json.Unmarshal(text, &message) == nil && message.Type == "next" {
			l.take(message.Payload)
		}
	}
}

// dialEvents listens over server-sent events.
func dialEvents(ctx context.Context, l *listener, query vars) time.Duration {
	body, err := json.Marshal(query)
	if err != nil {
		return notSaid
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return notSaid
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "Accept": "text/event-stream", "Authorization": "Bearer " + l.token} {
		req.Header.Set(name, value)
	}
	resp, err := l.http.Transport.RoundTrip(req)
	if err != nil {
		return notSaid
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return notSaid
	}
	l.opened()
	after := notSaid
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			l.take([]byte(data))
		}
		if retry, ok := strings.CutPrefix(lines.Text(), "retry: "); ok {
			after = milliseconds([]string{"", retry})
		}
	}
	return after
}

// milliseconds reads what was found, if anything was.
func milliseconds(found []string) time.Duration {
	if len(found) == 2 {
		if n, err := strconv.Atoi(found[1]); err == nil {
			return time.Duration(n) * time.Millisecond
		}
	}
	return notSaid
}

package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var discard = slog.New(slog.DiscardHandler)

// waiting is a schema whose field "wait" ends only with its context, and tells both.
func waiting() (schema *tiny, began, ended chan struct{}) {
	schema, began, ended = newTiny(), make(chan struct{}), make(chan struct{})
	schema.resolvers["wait"] = func(ctx context.Context, _ map[string]any) (any, error) {
		close(began)
		<-ctx.Done()
		defer close(ended)
		return nil, fmt.Errorf("query: timeout: %w", ctx.Err())
	}
	return schema, began, ended
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, media := range []string{mediaJSON, mediaGraphQL} {
		schema, _, _ := waiting()
		h, log := serving(t, schema, Config{Timeout: time.Millisecond})
		w := answer(h, with(with(query("query Slow{hello wait}"), "Accept", media), "X-Request-Id", "request-0002"))
		want := `{"errors":[{"message":"the request took too long","extensions":{"code":"INTERNAL","requestId":"request-0002"}}]}`
		if w.Code != http.StatusServiceUnavailable || w.Body.String() != want {
			t.Errorf("%s: status %d: %s", media, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), `"msg":"operation timed out","operation":"Slow","request_id":"request-0002"`) {
			t.Errorf("log %s", log)
		}
	}
}

// The time-out is long enough that the resolver is reached on a busy machine, or there would be nothing that is whole.
func TestAnswerThatIsWholeDespiteTheTimeout(t *testing.T) {
	t.Parallel()
	schema := newTiny()
	schema.resolvers["wait"] = func(ctx context.Context, _ map[string]any) (any, error) {
		<-ctx.Done()
		return "done", nil
	}
	h, _ := serving(t, schema, Config{Timeout: time.Second})
	if w := answer(h, query("{wait}")); w.Code != http.StatusOK || w.Body.String() != `{"data":{"wait":"done"}}` {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestClientLeaves(t *testing.T) {
	t.Parallel()
	schema, began, ended := waiting()
	h, log := serving(t, schema, Config{})
	served := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(served)
		h.ServeHTTP(w, r)
	}))
	defer srv.Close()
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader(`{"query":"query Left{wait}"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	go func() {
		<-began
		leave()
	}()
	if resp, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v %v", resp, err)
	}
	<-ended
	<-served
	if strings.Contains(log.String(), "ERROR") || strings.Contains(log.String(), "WARN") {
		t.Errorf("log %s: a client that leaves is no failure", log)
	}
	if !strings.Contains(log.String(), `"status":499`) || !strings.Contains(log.String(), `"name":"Left"`) {
		t.Errorf("log %s: want 499", log)
	}
}

func TestBodyThatNeverEnds(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{})
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ReadTimeout = 20 * time.Millisecond
	srv.Start()
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408", resp.StatusCode)
	}
}

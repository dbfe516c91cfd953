package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestDriveAsksSoManyTimes(t *testing.T) {
	t.Parallel()
	var asked, mistakes atomic.Int64
	long := strings.Repeat("가나다", 10_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		if r.Header.Get("X-Viewer") != "7" || r.Method != http.MethodPost {
			mistakes.Add(1)
		}
		body := fmt.Sprintf(`{"data":{"text":%q}}`, long)
		if n%3 == 0 {
			w.Header().Set("Connection", "close")
		}
		if n%2 == 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		}
		fmt.Fprint(w, body)
	}))
	defer server.Close()
	address := server.Listener.Addr().String()
	request := httpRequest(address, "X-Viewer: 7", []byte(`{"query":"{ a }"}`))
	o, err := drive(t.Context(), address, [][]byte{request}, 0, bounds{count: 100, time: time.Minute})
	if err != nil || o.count != 100 || len(o.latencies) != 100 || asked.Load() != 100 || mistakes.Load() > 0 {
		t.Errorf("%d of %d asked, %d mistaken, %v", o.count, asked.Load(), mistakes.Load(), err)
	}
	c := client{address: address}
	defer c.close()
	for range 4 {
		if body, err := c.ask(request); err != nil || !strings.Contains(string(body), long) {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	}
}

func TestErrorsAreNoAnswers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"errors":[{"message":"no"}],"data":null}`, `{}`, ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
		address := server.Listener.Addr().String()
		_, err := drive(t.Context(), address, [][]byte{httpRequest(address, "", nil)}, 0, bounds{count: 1, time: time.Minute})
		server.Close()
		if err == nil {
			t.Errorf("%q is taken for an answer", body)
		}
	}
}

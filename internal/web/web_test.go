package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"styleshare/internal/testkit"
)

var discard = slog.New(slog.DiscardHandler)

func newLog() (*slog.Logger, *testkit.Log) {
	l := &testkit.Log{}
	return slog.New(slog.NewJSONHandler(l, nil)), l
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	var seen string
	h := RequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = RequestIDOf(r.Context()) }))
	for _, id := range []string{"abcdefgh", "A-Z_0123", strings.Repeat("x", 64)} {
		if w := get(h, "/", HeaderRequestID, id); seen != id || w.Header().Get(HeaderRequestID) != id {
			t.Errorf("%q was replaced by %q", id, seen)
		}
	}
	made := map[string]bool{}
	for _, id := range []string{"", "short", strings.Repeat("x", 65), "with space", "line\nbreak", "umläut-umläut", "a;b;c;d;e;f"} {
		w := get(h, "/", HeaderRequestID, id)
		if seen == id || !wellFormedID(seen) || w.Header().Get(HeaderRequestID) != seen {
			t.Errorf("%q became %q", id, seen)
		}
		made[seen] = true
	}
	if len(made) != 7 {
		t.Errorf("ids are not unique: %v", made)
	}
	if id := RequestIDOf(t.Context()); id != "" {
		t.Errorf("%q outside of a request", id)
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	log, out := newLog()
	var observed []Access
	h := AccessLog(log, func(_ context.Context, a Access) { observed = append(observed, a) })(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/op" {
			SetOperation(r.Context(), Operation{Name: "Feed", Type: "query", Hash: "0123", Code: "NOT_FOUND"})
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short"))
		_, _ = w.Write([]byte(" and stout"))
	}))
	get(h, "/op?token=secret", "Authorization", "Bearer secret")
	get(h, PathAlive)
	if len(observed) != 2 {
		t.Fatalf("%d observed, want 2", len(observed))
	}
	a := observed[0]
	if a.Method != "GET" || a.Path != "/op" || a.Status != http.StatusTeapot || a.Bytes != 15 || a.Operation.Name != "Feed" {
		t.Errorf("%+v", a)
	}
	want := []string{`"msg":"request"`, `"path":"/op"`, `"status":418`, `"bytes":15`, `"operation":{"name":"Feed","type":"query","hash":"0123","code":"NOT_FOUND"}`}
	for _, w := range want {
		if !strings.Contains(out.String(), w) {
			t.Errorf("log %s: want %s", out, w)
		}
	}
	if strings.Contains(out.String(), "secret") || strings.Contains(out.String(), PathAlive) || strings.Contains(out.String(), "192.0.2.1") {
		t.Errorf("log %s", out)
	}
}

func TestAccessLogStatusWithoutHeader(t *testing.T) {
	t.Parallel()
	var status int
	h := AccessLog(discard, func(_ context.Context, a Access) { status = a.Status })(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if get(h, "/"); status != http.StatusOK {
		t.Errorf("status %d, want 200", status)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	if status != StatusClientClosed {
		t.Errorf("status %d, want 499", status)
	}
}

func TestHintsAreNotTheAnswer(t *testing.T) {
	t.Parallel()
	var status int
	h := AccessLog(discard, func(_ context.Context, a Access) { status = a.Status })(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
	}))
	if get(h, "/"); status != http.StatusTeapot {
		t.Errorf("status %d, want 418", status)
	}
}

func TestRecorderKeepsTheConnectionInReach(t *testing.T) {
	t.Parallel()
	h := Chain(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = buf.WriteString("HTTP/1.1 204 No Content\r\n\r\n")
		_ = buf.Flush()
	}), AccessLog(discard), Recover(discard))
	srv := httptest.NewServer(h)
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Errorf("status %d", resp.StatusCode)
	}
	rec := httptest.NewRecorder()
	w := &recorder{ResponseWriter: rec}
	w.Flush()
	if !rec.Flushed || w.status != http.StatusOK {
		t.Errorf("flushed %v, status %d", rec.Flushed, w.status)
	}
}

func TestRecover(t *testing.T) {
	t.Parallel()
	log, out := newLog()
	var observed Access
	h := Chain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			_, _ = w.Write([]byte("half"))
		}
		panic("secret")
	}), RequestID, AccessLog(log, func(_ context.Context, a Access) { observed = a }), Recover(log))
	w := get(h, "/", HeaderRequestID, "request-0001")
	if w.Code != http.StatusInternalServerError || w.Body.String() != "internal error, request request-0001\n" || observed.Status != 500 {
		t.Errorf("status %d, observed %+v: %s", w.Code, observed, w.Body)
	}
	if !strings.Contains(out.String(), `"panic":"secret"`) || !strings.Contains(out.String(), "web_test.go") {
		t.Errorf("log %s: want the panic and its stack", out)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	if resp, err := http.Get(srv.URL + "/half"); err == nil {
		defer resp.Body.Close()
		if n, err := resp.Body.Read(make([]byte, 100)); err == nil || err.Error() == "EOF" {
			t.Errorf("half an answer looks whole: %d bytes, %v", n, err)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := SecurityHeaders(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
	}))
	got := get(h, "/").Header()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "default-src 'self'",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) })
	tests := map[string]struct {
		allowed []string
		method  string
		origin  string
		status  int
		allow   string
	}{
		"none allowed":            {nil, "POST", "https://a.example", 202, ""},
		"none allowed, preflight": {nil, "OPTIONS", "https://a.example", 403, ""},
		"same origin":             {[]string{"https://a.example"}, "POST", "", 202, ""},
		"allowed":                 {[]string{"https://a.example", "https://b.example"}, "POST", "https://b.example", 202, "https://b.example"},
		"allowed, preflight":      {[]string{"https://a.example"}, "OPTIONS", "https://a.example", 204, "https://a.example"},
		"other":                   {[]string{"https://a.example"}, "POST", "https://a.example.evil", 202, ""},
		"other, preflight":        {[]string{"https://a.example"}, "OPTIONS", "null", 403, ""},
		"all":                     {[]string{"*"}, "POST", "https://c.example", 202, "*"},
		"all, preflight":          {[]string{"*"}, "OPTIONS", "https://c.example", 204, "*"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tt.method, "/graphql", nil)
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			if tt.method == "OPTIONS" {
				r.Header.Set("Access-Control-Request-Method", "POST")
			}
			w := httptest.NewRecorder()
			CORS(tt.allowed)(inner).ServeHTTP(w, r)
			if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != tt.status || got != tt.allow {
				t.Errorf("status %d, allowed %q; want %d, %q", w.Code, got, tt.status, tt.allow)
			}
			if headers := w.Header().Get("Access-Control-Allow-Headers"); (tt.status == 204) != (strings.Contains(headers, "Authorization") && strings.Contains(headers, "apollographql-client-version")) {
				t.Errorf("headers %q", headers)
			}
			if w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are let in")
			}
			if vary := w.Header().Get("Vary"); (tt.allow != "*") != (vary == "Origin") {
				t.Errorf("Vary %q", vary)
			}
		})
	}
}

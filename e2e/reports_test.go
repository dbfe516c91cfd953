package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// What goes wrong in servers and workers is reported, and says nothing of whom it concerned. How reports are made is tested
// in internal/reporting.
func TestErrorsAreReported(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var raw bytes.Buffer
	tracker := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			raw.Write(body)
		}
	}))
	t.Cleanup(tracker.Close)
	reported := func() string {
		mu.Lock()
		defer mu.Unlock()
		return raw.String()
	}
	s := Start(t, Options{Troubled: true, Env: []string{"SENTRY_DSN=" + strings.Replace(tracker.URL, "://", "://key@", 1) + "/1", "SENTRY_ENVIRONMENT=e2e", "SLOW_OPERATION=1ns"}})
	sora := s.SignUp(t, "sora")
	s.Exec(t, `insert into outbox (kind, payload, created_at, available_at, generation, attempts) values ('push', '"sora@example.com"', now(), now(), 0, 0)`)
	s.Exec(t, `alter table tags rename to tags_gone`)
	a := sora.Do(t, `query Broken ($name: String!) { tag(name: $name) { styleCount } }`, Vars{"name": "비밀"}, "X-Request-Id: request-0001")
	a.Refused(t, "INTERNAL")
	for _, want := range []string{`"environment":"e2e"`, `"request_id":"request-0001"`, `"operation":"Broken"`, `"pgconn.PgError"`, `"role":"serve"`,
		`"job_kind":"push"`, `"a job is dead"`, `"role":"worker"`, `"release":"styleshare@`} {
		WaitFor(t, want+" to be reported", func() bool { return strings.Contains(reported(), want) })
	}
	for _, secret := range []string{"sora", "example.com", "비밀", sora.Token, password, "203.0."} {
		if strings.Contains(reported(), secret) {
			t.Errorf("%q is reported: %s", secret, reported())
		}
	}
	log := s.Servers[0].Log()
	if !strings.Contains(log, `"msg":"slow operation"`) || !strings.Contains(log, `"sql_statements":`) || strings.Contains(log, "비밀") {
		t.Error("slow operations are not logged, or with too much of them")
	}
}

package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/fault"
)

type answered struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Locations  []map[string]int
		Extensions map[string]any
	}
}

func parse(t *testing.T, body []byte) answered {
	t.Helper()
	var a answered
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return a
}

// failing is a schema whose field "fail" fails with err.
func failing(err error) *tiny {
	schema := newTiny()
	schema.resolvers["fail"] = func(context.Context, map[string]any) (any, error) { return nil, err }
	return schema
}

func TestErrorsOfResolvers(t *testing.T) {
	t.Parallel()
	_, missingFile := os.Open("/etc/nowhere/secret.pem")
	sql := errors.New(`ERROR: relation "secret_users" does not exist (SQLSTATE 42P01)`)
	tests := map[string]struct {
		err     error
		message string
		code    string
		logged  string // part of an error in the log; empty where nothing is
		retry   string
	}{
		"known":           {fault.New(fault.NotFound, "there is no such style"), "there is no such style", "NOT_FOUND", "", ""},
		"known, wrapped":  {fmt.Errorf("resolver: %w", fault.New(fault.Forbidden, "not yours")), "not yours", "FORBIDDEN", "", ""},
		"known, cause":    {fault.Wrap(fault.Unauthenticated, sql, "sign in again"), "sign in again", "UNAUTHENTICATED", "", ""},
		"rate limited":    {&fault.Error{Code: fault.RateLimited, Message: "too often", RetryAfter: 1500 * time.Millisecond}, "too often", "RATE_LIMITED", "", "2"},
		"sql":             {sql, messageInternal, "INTERNAL", "secret_users", ""},
		"path":            {fmt.Errorf("reading key: %w", missingFile), messageInternal, "INTERNAL", "secret.pem", ""},
		"internal, known": {fault.Wrap(fault.Internal, sql, "the feed is being repaired"), "the feed is being repaired", "INTERNAL", "secret_users", ""},
		"plain gqlerror":  {gqlerror.Errorf("secret_users"), messageInternal, "INTERNAL", "secret_users", ""},
		"many at once":    {errors.Join(sql, missingFile), messageInternal, "INTERNAL", "secret_users", ""},
		"nil fault":       {(*fault.Error)(nil), messageInternal, "INTERNAL", "nil pointer", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, log := serving(t, failing(tt.err), Config{})
			w := answer(h, with(query("query Q{hello self{fail}}"), "X-Request-Id", "request-0001"))
			got := parse(t, w.Body.Bytes())
			if w.Code != http.StatusOK || len(got.Errors) != 1 {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			e := got.Errors[0]
			if e.Message != tt.message || e.Extensions["code"] != tt.code {
				t.Errorf("%q %v, want %q %s", e.Message, e.Extensions, tt.message, tt.code)
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "goroutine") {
				t.Errorf("the client was told %s", w.Body)
			}
			if wantID := tt.code == "INTERNAL"; wantID != (e.Extensions["requestId"] == "request-0001") {
				t.Errorf("extensions %v", e.Extensions)
			}
			if got := w.Header().Get("Retry-After"); got != tt.retry {
				t.Errorf("Retry-After %q, want %q", got, tt.retry)
			}
			entries := strings.Count(log.String(), `"level":"ERROR"`)
			if want := min(len(tt.logged), 1); entries != want {
				t.Errorf("%d errors in the log, want %d: %s", entries, want, log)
			}
			if !strings.Contains(log.String(), tt.logged) || !strings.Contains(log.String(), `"request_id":"request-0001"`) {
				t.Errorf("log %s, want %q with the request id", log, tt.logged)
			}
		})
	}
}

func TestFieldErrorsSayWhere(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, failing(fault.New(fault.NotFound, "gone")), Config{})
	got := parse(t, answer(h, query("{\n me: self { fail }\n}")).Body.Bytes())
	e := got.Errors[0]
	if fmt.Sprint(e.Path) != "[me fail]" || len(e.Locations) != 1 || e.Locations[0]["line"] != 2 {
		t.Errorf("path %v, locations %v", e.Path, e.Locations)
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	h, log := serving(t, newTiny(), Config{})
	w := answer(h, query("query Boom{crash a:crash b:crash hello}"))
	got := parse(t, w.Body.Bytes())
	if w.Code != http.StatusOK || len(got.Errors) != 3 || !strings.Contains(string(got.Data), `"hello":"world"`) {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	for _, e := range got.Errors {
		if e.Message != messageInternal || e.Extensions["code"] != "INTERNAL" || e.Extensions["requestId"] == "" {
			t.Errorf("%+v", e)
		}
	}
	if n := strings.Count(log.String(), "secret in a panic"); n != 1 {
		t.Errorf("the same panic is %d times in the log", n)
	}
	if !strings.Contains(log.String(), "schema_test.go") || !strings.Contains(log.String(), `"operation":"Boom"`) {
		t.Errorf("log %s: want the stack and the operation", log)
	}
}

func TestPanicOutsideOfResolvers(t *testing.T) {
	t.Parallel()
	exec := NewExecutor(newTiny(), Config{Log: discard})
	exec.AroundOperations(func(context.Context, graphql.OperationHandler) graphql.ResponseHandler { panic("secret") })
	w := answer(NewHandler(exec), query("{hello}"))
	if got := parse(t, w.Body.Bytes()); w.Code != http.StatusInternalServerError || got.Errors[0].Extensions["code"] != "INTERNAL" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestOneCauseIsLoggedOnce(t *testing.T) {
	t.Parallel()
	h, log := serving(t, failing(errors.New("batch failed")), Config{})
	w := answer(h, query("{self{"+repeat(30, func(i int) string { return fmt.Sprintf("a%d:fail ", i) })+"}}"))
	if got := parse(t, w.Body.Bytes()); len(got.Errors) != 30 {
		t.Errorf("%d errors, want 30", len(got.Errors))
	}
	if n := strings.Count(log.String(), "batch failed"); n != 1 {
		t.Errorf("logged %d times, want once: %s", n, log)
	}
	distinct := newTiny()
	n := 0
	distinct.resolvers["fail"] = func(context.Context, map[string]any) (any, error) { n++; return nil, fmt.Errorf("failure %d", n) }
	h, log = serving(t, distinct, Config{})
	answer(h, query("{self{"+repeat(30, func(i int) string { return fmt.Sprintf("a%d:fail ", i) })+"}}"))
	if n := strings.Count(log.String(), `"level":"ERROR"`); n != maxIncidents {
		t.Errorf("%d different failures of one operation logged, want %d", n, maxIncidents)
	}
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	h, log := serving(t, newTiny(), Config{})
	w := answer(h, query(`{x: at(moment: "moment:never")}`))
	got := parse(t, w.Body.Bytes())
	if len(got.Errors) != 1 || got.Errors[0].Message != "moment: the value is not valid" || got.Errors[0].Extensions["code"] != "BAD_USER_INPUT" {
		t.Errorf("answer %s", w.Body)
	}
	if fmt.Sprint(got.Errors[0].Path) != "[x]" {
		t.Errorf("path %v, want the field's", got.Errors[0].Path)
	}
	if strings.Contains(log.String(), "ERROR") {
		t.Errorf("log %s: a client's mistake is no error", log)
	}
}

func TestPresenterTakesNil(t *testing.T) {
	t.Parallel()
	if got := NewExecutor(newTiny(), Config{}).present(t.Context(), nil); got != nil {
		t.Errorf("%v", got)
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Refuse(w, r, http.StatusTooManyRequests, &fault.Error{Code: fault.RateLimited, Message: "slow down", RetryAfter: time.Minute})
	})
	w := answer(h, query("{hello}"))
	want := `{"errors":[{"message":"slow down","extensions":{"code":"RATE_LIMITED","retryAfterSeconds":60}}]}`
	if w.Code != http.StatusTooManyRequests || w.Body.String() != want || w.Header().Get("Retry-After") != "60" {
		t.Errorf("status %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}

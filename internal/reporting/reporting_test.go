package reporting

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
)

// sink takes envelopes as a tracker does, by the protocol's text (https://develop.sentry.dev/sdk/data-model/envelopes/) and
// without the SDK.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	events []event
	raw    bytes.Buffer
	wrong  []string
}

type event struct {
	EventID, Level, Message, Release, Environment, Transaction, Platform string
	Tags                                                                 map[string]string
	Fingerprint                                                          []string
	User                                                                 map[string]string
	Request                                                              json.RawMessage
	Exception                                                            []struct {
		Type, Value string
		Stacktrace  *struct {
			Frames []struct{ Function, Module string }
		}
	}
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.take(r); err != nil {
			s.wrong = append(s.wrong, err.Error())
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) take(r *http.Request) error {
	if r.Method != http.MethodPost || r.URL.Path != "/api/7/envelope/" || !strings.Contains(r.Header.Get("X-Sentry-Auth"), "sentry_key=publickey") {
		return fmt.Errorf("%s %s %q", r.Method, r.URL.Path, r.Header.Get("X-Sentry-Auth"))
	}
	body := bufio.NewReader(io.TeeReader(r.Body, &s.raw))
	var head struct {
		EventID string `json:"event_id"`
	}
	if err := line(body, &head); err != nil || len(head.EventID) != 32 {
		return fmt.Errorf("envelope of %q: %w", head.EventID, err)
	}
	for {
		var item struct {
			Type   string
			Length int
		}
		err := line(body, &item)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || item.Type != "event" || item.Length == 0 {
			return fmt.Errorf("item %+v: %w", item, err)
		}
		payload := make([]byte, item.Length)
		if _, err = io.ReadFull(body, payload); err != nil {
			return err
		}
		if end, err := body.ReadByte(); err == nil && end != '\n' {
			return fmt.Errorf("an item of %d bytes goes on", item.Length)
		}
		var e event
		if err = json.Unmarshal(payload, &e); err != nil {
			return err
		}
		s.events = append(s.events, e)
	}
}

// line reads one line of JSON.
func line(from *bufio.Reader, into any) error {
	text, err := from.ReadBytes('\n')
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.Join(err, io.EOF)
	}
	return json.Unmarshal(text, into)
}

type requestKey struct{}

// open gives a logger whose errors go to the sink, and what waits for them.
func (s *sink) open(t *testing.T) (*slog.Logger, *Reporter, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	r, err := Open(Config{
		DSN: strings.Replace(s.URL, "://", "://publickey@", 1) + "/7", Environment: "test", Release: "styleshare@1.2.3", Commit: "c0ffee", Role: "serve",
		RequestOf: func(ctx context.Context) string {
			id, _ := ctx.Value(requestKey{}).(string)
			return id
		},
		PersonOf: func(context.Context) string { return "4711" }, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.Watch(slog.New(slog.NewJSONHandler(log, nil))), r, log
}

func (s *sink) all(t *testing.T, r *Reporter) []event {
	t.Helper()
	r.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, wrong := range s.wrong {
		t.Error(wrong)
	}
	return s.events
}

func TestAnInternalErrorIsReported(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	log, r, written := s.open(t)
	cause := fmt.Errorf("read: %w", &pgconn.PgError{Severity: "ERROR", Message: `invalid input syntax for type bigint: "minji@example.com"`, Code: "22P02"})
	ctx := context.WithValue(t.Context(), requestKey{}, "request-0001")
	log.InfoContext(ctx, "nothing to report")
	log.WarnContext(ctx, "nothing either", "error", cause)
	log.With("job_id", 12).ErrorContext(ctx, "internal error", "operation", "HomeFeed", "path", "viewer.feed", "error", cause, "address", "203.0.113.9", "token", "geheim")
	events := s.all(t, r)
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	e := events[0]
	if e.Level != "error" || e.Message != "internal error" || e.Release != "styleshare@1.2.3" || e.Environment != "test" || e.Platform != "go" || e.Transaction != "HomeFeed" {
		t.Errorf("%+v", e)
	}
	for key, want := range map[string]string{"operation": "HomeFeed", "path": "viewer.feed", "request_id": "request-0001", "role": "serve", "commit": "c0ffee", "job_id": "12"} {
		if e.Tags[key] != want {
			t.Errorf("%s is %q", key, e.Tags[key])
		}
	}
	if len(e.User) != 1 || e.User["id"] != "4711" || e.Request != nil {
		t.Errorf("of the person: %v, of the request: %s", e.User, e.Request)
	}
	if len(e.Exception) != 2 || e.Exception[0].Type != "pgconn.PgError" || e.Exception[1].Type != "fmt.wrapError" || e.Exception[0].Stacktrace != nil {
		t.Fatalf("%+v", e.Exception)
	}
	frames := e.Exception[1].Stacktrace.Frames
	if top := frames[len(frames)-1]; top.Function != "TestAnInternalErrorIsReported" && !strings.Contains(top.Module, "reporting") {
		t.Errorf("the stack ends at %+v", top)
	}
	for _, secret := range []string{"minji", "example.com", "203.0.113.9", "geheim"} {
		if strings.Contains(s.raw.String(), secret) {
			t.Errorf("%s is in %s", secret, s.raw.String())
		}
	}
	if !strings.Contains(written.String(), "minji@example.com") || strings.Count(written.String(), "\n") != 3 {
		t.Errorf("the log has no longer all of it: %s", written)
	}
}

func blowUp() { panic("of soyoung@example.com") }

func TestAPanicIsReportedByWhereItCameUp(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	log, r, _ := s.open(t)
	for range 2 {
		func() {
			defer func() { log.Error("panic while serving", "panic", fmt.Sprint(recover()), "stack", "") }()
			blowUp()
		}()
	}
	events := s.all(t, r)
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	e := events[0]
	if len(e.Exception) != 1 || e.Exception[0].Type != "panic" || strings.Contains(e.Exception[0].Value, "soyoung") {
		t.Errorf("%+v", e.Exception)
	}
	if last := e.Fingerprint[len(e.Fingerprint)-1]; last != "blowUp" {
		t.Errorf("grouped by %q", e.Fingerprint)
	}
	if strings.Join(e.Fingerprint, " ") != strings.Join(events[1].Fingerprint, " ") {
		t.Errorf("the same panic is in two groups: %q and %q", e.Fingerprint, events[1].Fingerprint)
	}
}

func TestGroupsAreMadeByKindAndNotByID(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	log, r, _ := s.open(t)
	for id := range 2 {
		log.Error("a job is dead", "job_id", id, "job_kind", "mail", "error", fmt.Errorf("refused %d", id))
	}
	log.Error("a job is dead", "job_id", 3, "job_kind", "push", "error", errors.New("refused"))
	var groups []string
	for _, e := range s.all(t, r) {
		groups = append(groups, strings.Join(e.Fingerprint, " "))
	}
	if len(groups) != 3 || groups[0] != groups[1] || groups[1] == groups[2] {
		t.Errorf("%q", groups)
	}
}

func TestAnOutageDoesNotSendThousands(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	log, r, _ := s.open(t)
	for i := range 1000 {
		log.Error("internal error", "error", errors.New("connection refused"), "operation", fmt.Sprint("Operation", i))
	}
	for i := range 1000 {
		log.Error("a job is dead", "job_kind", fmt.Sprint("kind", i))
	}
	if n := len(s.all(t, r)); n > perAll || n < perGroup {
		t.Errorf("%d reports", n)
	}
}

func TestWhatWasHeldBackIsCounted(t *testing.T) {
	t.Parallel()
	var l limits
	now := time.Now()
	for range 8 {
		l.admit("group", now)
	}
	if _, ok := l.admit("another", now); !ok {
		t.Error("a group is in the way of another")
	}
	if held, ok := l.admit("group", now.Add(time.Minute)); !ok || held != 8-perGroup {
		t.Errorf("%d held back, %v", held, ok)
	}
}

// A tracker that does not answer costs a request nothing.
func TestReportsAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := newSink(t)
	s.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })
	log, r, _ := s.open(t)
	for i := range 2 * perAll {
		log.Error("internal error", "job_kind", fmt.Sprint(i))
	}
	close(release) // reached although nobody has answered
	r.Close()
}

func TestADSNIsChecked(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"x", "https://sentry.example.com/1", "https://secret@sentry.example.com", "ftp://secret@h/1"} {
		if err := CheckDSN(wrong); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if err := CheckDSN("https://key@sentry.example.com/1"); err != nil {
		t.Error(err)
	}
	if r, err := Open(Config{}); r != nil || err != nil {
		t.Error(r, err)
	}
	(*Reporter)(nil).Close()
}

func TestScrub(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`duplicate key (SQLSTATE 23505): Key (email)=(a@b.kr) exists`:            `duplicate key (SQLSTATE 23505): Key (email)=(…) exists`,
		`no user "민지" of 'x'`:                                                    `no user "…" of "…"`,
		`Get https://h.example/verify?token=abc: refused`:                        `Get https://h.example/verify?… refused`,
		`dial tcp 10.1.2.3:5432: connection refused`:                             `dial tcp (address): connection refused`,
		`mail to <kim@example.com>: 550`:                                         `mail to <…@…>: 550`,
		`dial tcp [2001:db8:0:0:0:0:0:1]:443: refused`:                           `dial tcp (address): refused`,
		`token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI0NzExIn0 is not valid`:            `token … is not valid`,
		`context deadline exceeded`:                                              `context deadline exceeded`,
		`storage: get originals/12-…: operation error S3: GetObject, StatusCode`: `storage: get originals/12-…: operation error S3: GetObject, StatusCode`,
	} {
		if got := scrub(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func ok(context.Context) error { return nil }

func broken(context.Context) error {
	return errors.New("dial tcp 10.1.2.3:5432: password for secret refused")
}

func TestReady(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		checks []Check
		status int
		state  string
		parts  []PartState
	}{
		"nothing to ask": {nil, 200, "ready", nil},
		"all well":       {[]Check{{"db", true, ok}, {"cache", false, ok}}, 200, "ready", []PartState{PartOK, PartOK}},
		"cache broken":   {[]Check{{"db", true, ok}, {"cache", false, broken}}, 200, "degraded", []PartState{PartOK, PartFailing}},
		"db broken":      {[]Check{{"db", true, broken}, {"cache", false, broken}}, 503, "unready", []PartState{PartFailing, PartFailing}},
		"panic":          {[]Check{{"db", true, func(context.Context) error { panic("secret") }}}, 503, "unready", []PartState{PartFailing}},
		"slow":           {[]Check{{"db", true, func(context.Context) error { return context.DeadlineExceeded }}}, 503, "unready", []PartState{PartTimeout}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, out := newLog()
			h := NewHealth(log, tt.checks...)
			w := get(h.Ready(), PathReady)
			var got Readiness
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || got.State != tt.state || len(got.Parts) != len(tt.parts) {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			bad := 0
			for i, p := range got.Parts {
				if p.State != tt.parts[i] || p.Name != tt.checks[i].Name || p.Required != tt.checks[i].Required {
					t.Errorf("%+v", p)
				}
				if p.State != PartOK {
					bad++
				}
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "10.1.2.3") {
				t.Errorf("the public is told %s", w.Body)
			}
			if n := strings.Count(out.String(), `"level":"WARN"`); n != bad {
				t.Errorf("%d warnings, want %d: %s", n, bad, out)
			}
		})
	}
}

func TestAnswersAreShared(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	h := NewHealth(discard, Check{"db", true, func(context.Context) error { asked.Add(1); return nil }})
	for range 10 {
		h.Readiness(t.Context())
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	h.asked = h.asked.Add(-healthCached)
	h.Readiness(t.Context())
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times after the answer got old, want twice", n)
	}
}

func TestACallerThatLeavesSpoilsNothing(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	h := NewHealth(discard, Check{"db", true, func(ctx context.Context) error { return ctx.Err() }})
	if r := h.Readiness(ctx); r.State != "ready" {
		t.Errorf("%+v", r)
	}
}

func TestChangesAreLoggedOnce(t *testing.T) {
	t.Parallel()
	log, out := newLog()
	var down atomic.Bool
	h := NewHealth(log, Check{"db", true, func(context.Context) error {
		if down.Load() {
			return errors.New("gone")
		}
		return nil
	}})
	for _, state := range []bool{false, true, true, true, false, false} {
		down.Store(state)
		h.asked = time.Time{}
		h.Readiness(t.Context())
	}
	if s := out.String(); strings.Count(s, "\n") != 2 || !strings.Contains(s, "gone") || !strings.Contains(s, "works again") {
		t.Errorf("log %s", s)
	}
}

func TestAProbeThatHangsRunsOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var runs atomic.Int32
	p := &probe{Check: Check{"db", true, func(context.Context) error {
		runs.Add(1)
		<-release
		return nil
	}}, last: PartOK}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		if part := p.run(over, discard); part.State != PartTimeout {
			t.Errorf("%+v", part)
		}
	}
	close(release)
	p.running <- <-p.running // wait until the late answer is there
	if part := p.run(t.Context(), discard); part.State != PartOK {
		t.Errorf("%+v", part)
	}
	if n := runs.Load(); n != 2 {
		t.Errorf("%d runs, want the one that hung and a new one", n)
	}
}

func TestStopping(t *testing.T) {
	t.Parallel()
	h := NewHealth(discard, Check{"db", true, ok})
	h.Stop()
	if w := get(h.Ready(), PathReady); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"state":"stopping"`) {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := get(h.Alive(), PathAlive); w.Code != http.StatusOK || w.Body.String() != "ok\n" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

package ratelimit

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sony/gobreaker/v2"
)

// signIn refills so slowly that nothing comes back during a test.
var signIn = Rule{Name: "sign-in", Limit: 5, Period: 100 * time.Hour}

var secret = []byte("0123456789abcdef0123456789abcdef")

// logBuffer takes a logger's lines from any goroutine.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) count(s string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.buf.String(), s)
}

func newLimiter(t *testing.T, s *server) (*Limiter, *logBuffer, *counter) {
	t.Helper()
	client, log, calls := s.client(), &logBuffer{}, &counter{}
	client.AddHook(calls)
	t.Cleanup(func() { client.Close() })
	l := New(client, secret, slog.New(slog.NewTextHandler(log, nil)))
	l.timeout = 10 * time.Second
	return l, log, calls
}

// spend asks n times at once and tells how many were allowed.
func spend(t *testing.T, n int, rule Rule, key string, limiters ...*Limiter) int {
	t.Helper()
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			d := limiters[i%len(limiters)].Allow(t.Context(), rule, key)
			if d.Allowed {
				allowed.Add(1)
			}
			if d.Allowed != (d.RetryAfter == 0) || d.RetryAfter > rule.Period {
				t.Errorf("%+v", d)
			}
		})
	}
	wg.Wait()
	return int(allowed.Load())
}

func TestLimitIsSharedBetweenProcesses(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	a, _, _ := newLimiter(t, s)
	b, _, _ := newLimiter(t, s)
	if got := spend(t, 20, signIn, "mina@example.com", a, b); got != 5 {
		t.Errorf("%d of 5 allowed", got)
	}
	if got := spend(t, 20, signIn, "jun@example.com", a, b); got != 5 {
		t.Errorf("another key: %d of 5 allowed", got)
	}
	burst := Rule{Name: "burst", Limit: 5, Period: 100 * time.Hour, Burst: 2}
	if got := spend(t, 20, burst, "mina@example.com", a, b); got != 2 {
		t.Errorf("another rule: %d of 2 allowed", got)
	}
	if d := a.Allow(t.Context(), signIn, "mina@example.com"); d.Allowed || d.RetryAfter <= 0 || d.RetryAfter > 20*time.Hour {
		t.Errorf("%+v, want to wait for at most a fifth of the period", d)
	}
}

func TestNothingPersonalInRedis(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	l, _, _ := newLimiter(t, s)
	l.Allow(t.Context(), signIn, "mina@example.com")
	l.Allow(t.Context(), signIn, "192.0.2.7")
	client := s.client()
	defer client.Close()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 2 {
		t.Fatal(keys, err)
	}
	other := New(client, []byte("another secret"), slog.New(slog.DiscardHandler))
	for _, k := range keys {
		if strings.Contains(k, "mina") || strings.Contains(k, "192") || k == "rate:"+other.name(signIn, "192.0.2.7") {
			t.Error(k)
		}
		if ttl := client.TTL(t.Context(), k).Val(); ttl <= 0 {
			t.Errorf("%s never ends", k)
		}
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	l, _, _ := newLimiter(t, startRedis(t))
	spend(t, 10, signIn, "mina", l)
	spend(t, 10, signIn, "jun", l)
	l.Reset(t.Context(), signIn, "mina")
	if got := spend(t, 10, signIn, "mina", l); got != 5 {
		t.Errorf("%d of 5 allowed after a reset", got)
	}
	if got := spend(t, 10, signIn, "jun", l); got != 0 {
		t.Errorf("%d allowed of a key that was not reset", got)
	}
}

func TestAllowAllStopsAtTheFirstRefusal(t *testing.T) {
	t.Parallel()
	l, _, _ := newLimiter(t, startRedis(t))
	address := Rule{Name: "address", Limit: 3, Period: 100 * time.Hour}
	allowed := 0
	for range 20 {
		d := l.AllowAll(t.Context(), Check{address, "192.0.2.7"}, Check{signIn, "mina"})
		if d.Allowed {
			allowed++
		} else if d.RetryAfter <= 0 {
			t.Errorf("%+v", d)
		}
	}
	if allowed != 3 {
		t.Errorf("%d of 3 allowed", allowed)
	}
	if got := spend(t, 10, signIn, "mina", l); got != 2 {
		t.Errorf("the login has %d attempts left, want 2: the refused address used them", got)
	}
}

func TestRulesThatAllowNothing(t *testing.T) {
	t.Parallel()
	l, _, calls := newLimiter(t, startRedis(t))
	for _, rule := range []Rule{{Name: "zero"}, {Name: "no period", Limit: 5}, {Name: "negative", Limit: -1, Period: time.Hour}} {
		if d := l.Allow(t.Context(), rule, "x"); d.Allowed || d.RetryAfter <= 0 {
			t.Errorf("%s: %+v", rule.Name, d)
		}
	}
	if calls.n.Load() != 0 {
		t.Errorf("%d calls", calls.n.Load())
	}
}

func TestACancelledCallerIsCounted(t *testing.T) {
	t.Parallel()
	l, _, _ := newLimiter(t, startRedis(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		l.Allow(ctx, signIn, "mina")
	}
	if got := spend(t, 10, signIn, "mina", l); got != 0 {
		t.Errorf("%d allowed after ten calls by a caller who hung up", got)
	}
	if l.breaker.State() != gobreaker.StateClosed {
		t.Error("callers who hang up opened the breaker")
	}
}

func TestRedisStopsAndComesBack(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	l, log, _ := newLimiter(t, s)
	if got := spend(t, 10, signIn, "before", l); got != 5 {
		t.Fatalf("%d of 5 allowed", got)
	}
	s.stop()
	for range 4 { // until the breaker is open, so that one count is complete
		l.Allow(t.Context(), signIn, "opens the breaker")
	}
	if got := spend(t, 100, signIn, "during", l); got != 5 {
		t.Errorf("without redis %d of 5 allowed", got)
	}
	l.Reset(t.Context(), signIn, "during")
	if got := spend(t, 100, signIn, "during", l); got != 5 {
		t.Errorf("without redis, after a reset: %d of 5 allowed", got)
	}
	if log.count("by itself") != 1 {
		t.Errorf("outage logged %d times", log.count("by itself"))
	}
	s.start()
	eventually(t, "redis is used again", func() bool {
		l.Allow(t.Context(), signIn, "probe")
		return log.count("works again") == 1
	})
	if got := spend(t, 20, signIn, "after", l); got != 5 {
		t.Errorf("after the outage %d of 5 allowed", got)
	}
	if log.count("by itself") != 1 {
		t.Errorf("outage logged %d times", log.count("by itself"))
	}
}

func TestAHungRedisIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	l, log, calls := newLimiter(t, s)
	l.Allow(t.Context(), signIn, "before")
	l.timeout = redisTimeout
	resume := s.hang()
	before, started := calls.n.Load(), time.Now()
	for range 500 {
		l.Allow(t.Context(), signIn, "during")
	}
	// Three calls open the breaker, then one probe is due every 2 s; go-redis may retry each of them.
	most := 3 * (failuresToOpen + 1 + int64(time.Since(started)/openFor))
	if asked := calls.n.Load() - before; asked > most || asked == 0 {
		t.Errorf("%d calls to a hung redis, want at most %d", asked, most)
	}
	resume()
	eventually(t, "redis is used again", func() bool {
		l.Allow(t.Context(), signIn, "probe")
		return log.count("works again") == 1
	})
}

func TestLocalMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l := newLocal()
	for i := range localKeys + 500 {
		l.allow(strings.Repeat("x", i%7)+time.Duration(i).String(), signIn)
	}
	if l.keys.Len() > localKeys {
		t.Errorf("%d keys", l.keys.Len())
	}
}

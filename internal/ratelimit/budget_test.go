package ratelimit

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// noon is the beginning of a minute at which the clocks of these tests stand still.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func newBudget(t testing.TB, client redis.UniversalClient, limit int) (*Budget, *logBuffer) {
	t.Helper()
	log := &logBuffer{}
	b := NewBudget(client, secret, limit, slog.New(slog.NewTextHandler(log, nil)))
	b.now = func() time.Time { return noon.Add(12 * time.Second) }
	t.Cleanup(b.Close)
	return b, log
}

func TestBudgetOfAMinute(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client()
	defer client.Close()
	b, _ := newBudget(t, client, 100)
	want := Balance{Allowed: true, Budget: 100, Remaining: 40, ResetAt: noon.Add(time.Minute)}
	if got := b.Spend("minji", 60); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	want.Allowed = false
	if got := b.Spend("minji", 41); got != want { // and nothing is taken
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := b.Spend("sora", 100); !got.Allowed || got.Remaining != 0 {
		t.Errorf("sora has a budget of her own: %+v", got)
	}
	if got := b.Spend("minji", 40); !got.Allowed || got.Remaining != 0 {
		t.Errorf("got %+v", got)
	}
	b.mu.Lock()
	b.now = func() time.Time { return noon.Add(60 * time.Second) }
	b.mu.Unlock()
	if got := b.Spend("minji", 1); !got.Allowed || got.Remaining != 99 || !got.ResetAt.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("a new minute: %+v", got)
	}
}

func TestBudgetIsNeverOverspentInAProcess(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client()
	defer client.Close()
	b, _ := newBudget(t, client, 1000)
	var spent atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 100 {
				if b.Spend("minji", 3).Allowed {
					spent.Add(3)
				}
			}
		})
	}
	wg.Wait()
	if spent.Load() != 999 {
		t.Errorf("spent %d of 1000", spent.Load())
	}
}

func TestBudgetIsOneOverAllProcesses(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	client, other := s.client(), s.client()
	defer client.Close()
	defer other.Close()
	a, _ := newBudget(t, client, 100)
	b, _ := newBudget(t, other, 100)
	a.Spend("minji", 60)
	eventually(t, "the other process knows", func() bool { return b.Spend("minji", 1).Remaining < 39 })
	eventually(t, "this process knows", func() bool { return !a.Spend("minji", 40).Allowed })
	if b.Spend("minji", 50).Allowed {
		t.Error("spent 110 and more of 100")
	}
	if got := a.Spend("sora", 100); !got.Allowed {
		t.Errorf("sora has spent nothing: %+v", got)
	}
	keys, err := client.Keys(t.Context(), "cost/*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatal(keys, err)
	}
	for _, key := range keys {
		if ttl := client.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > 2*time.Minute {
			t.Errorf("%s lives %v", key, ttl)
		}
	}
}

func TestBudgetWithoutRedis(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	client := s.client()
	defer client.Close()
	b, log := newBudget(t, client, 100)
	s.stop()
	b.Spend("minji", 60)
	eventually(t, "a word about the outage", func() bool { return log.count("counts the cost of operations by itself") == 1 })
	if b.Spend("minji", 41).Allowed || !b.Spend("minji", 10).Allowed {
		t.Error("the process does not count by itself")
	}
	s.start()
	eventually(t, "a word about the end", func() bool { return log.count("redis works again") == 1 })
	other, _ := newBudget(t, client, 100)
	other.Spend("minji", 1)
	eventually(t, "what was spent meanwhile", func() bool { return !other.Spend("minji", 30).Allowed })
}

func TestBudgetDoesNotWaitForAHungRedis(t *testing.T) {
	t.Parallel()
	s := startRedis(t)
	client := s.client()
	defer client.Close()
	b, _ := newBudget(t, client, 1_000_000)
	resume := s.hang()
	began := time.Now()
	for range 100_000 {
		b.Spend("minji", 1)
	}
	if took := time.Since(began); took > settleTimeout*5 { // 100,000 waits for Redis would be hours
		t.Errorf("took %v", took)
	}
	resume()
}

func TestForgottenKeysAreBounded(t *testing.T) {
	t.Parallel()
	client := startRedis(t).client()
	defer client.Close()
	b, _ := newBudget(t, client, 100)
	for i := range budgetKeys + 10 {
		b.Spend(string(rune(i)), 1)
	}
	if n := b.accounts.Len(); n != budgetKeys {
		t.Errorf("%d keys", n)
	}
}

func BenchmarkSpend(b *testing.B) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer client.Close()
	budget, _ := newBudget(b, client, 1<<40)
	for b.Loop() {
		budget.Spend("user 123456", 300)
	}
}

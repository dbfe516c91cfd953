package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{
		{Servers: []string{"localhost"}},
		{Servers: []string{""}},
		{Servers: []string{":11211"}},
		{Servers: []string{"a:1", "a:1"}},
		{Servers: []string{"a:1"}, Namespace: "with space"},
		{Servers: []string{"a:1"}, Namespace: strings.Repeat("n", 33)},
	} {
		if c, err := New(cfg); err == nil {
			c.Close()
			t.Errorf("%+v accepted", cfg)
		}
	}
}

func TestWithoutServers(t *testing.T) {
	t.Parallel()
	c := newCacheWith(t, Config{})
	fill(t, c, "key", "value")
	wantMiss(t, c, "key")
	if err := c.Invalidate(t.Context(), "key"); err != nil || c.Stats() != (Stats{}) {
		t.Error(err, c.Stats())
	}
}

func TestFillAndHit(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a, b := newCache(t, s.addr), newCache(t, s.addr)
	wantMiss(t, a, "user")
	fill(t, a, "user", "mina")
	wantHit(t, a, "user", "mina")
	wantHit(t, b, "user", "mina")
	fill(t, b, "user", "somebody else") // it was a hit: no fill overwrites it unseen
	if got := a.Stats(); got.Hits != 1 || got.Misses != 2 || got.Fills != 1 || got.Errors != 0 || got.DroppedFills != 0 {
		t.Errorf("%+v", got)
	}
	other := newCacheWith(t, Config{Servers: []string{s.addr}, Namespace: "other:"})
	wantMiss(t, other, "user")
}

func TestEntriesEnd(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := newCache(t, s.addr)
	fill(t, c, "added", "1")
	fill(t, c, "swapped", "1")
	if err := c.Invalidate(t.Context(), "swapped"); err != nil {
		t.Fatal(err)
	}
	fill(t, c, "swapped", "2")
	for _, key := range []string{"added", "swapped"} {
		// Confirmed, but never for longer than the TTL.
		var ttl int
		answer := s.talk("mg "+key+" t\r\nmn\r\n", "MN\r\n")
		if _, err := fmt.Sscanf(answer, "HD t%d", &ttl); err != nil || ttl <= int(TTL.Seconds()*0.8) || ttl > int(TTL.Seconds()) {
			t.Errorf("%s: %q", key, answer)
		}
	}
}

func TestNastyKeysAndValues(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := newCache(t, s.addr)
	keys := []string{
		"", " ", "a b", "a\x00b", "a\r\nflush_all\r\n", "\x7f", "옷장", "\xff\xfe", strings.Repeat("k", 200), strings.Repeat("k", 201),
		strings.Repeat("k", 5000), "#", c.safeKey("a b"), "plain",
	}
	_, f := c.GetMulti(t.Context(), keys)
	for i, key := range keys {
		f.Put(key, []byte(fmt.Sprint("value ", i)))
	}
	mustFlush(t, c)
	hits, _ := c.GetMulti(t.Context(), keys)
	for i, key := range keys {
		if got := string(hits[i]); got != fmt.Sprint("value ", i) {
			t.Errorf("%.20q: %q", key, got)
		}
	}
	for name, value := range map[string]string{
		"empty": "", "line breaks": "a\r\nEND\r\n", "binary": "\x00\xff", "longest": strings.Repeat("x", MaxValue),
	} {
		fill(t, c, name, value)
		wantHit(t, c, name, value)
	}
	fill(t, c, "too long", strings.Repeat("x", MaxValue+1))
	wantMiss(t, c, "too long")
	if got := c.Stats(); got.DroppedFills != 1 || got.Errors != 0 {
		t.Errorf("%+v", got)
	}
}

func TestSafeKeys(t *testing.T) {
	t.Parallel()
	c := &Cache{namespace: strings.Repeat("n", 32)}
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.OneOf(rapid.String(), rapid.StringMatching(`[!-~]{0,260}`), rapid.StringMatching(`#[A-Za-z0-9_-]{43}`))
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		sa, sb := c.safeKey(a), c.safeKey(b)
		if !isSafe(sa) || len(sa) > 250 || (a == b) != (sa == sb) {
			t.Fatalf("%q → %q, %q → %q", a, sa, b, sb)
		}
	})
}

func TestManyKeysOnSeveralNodes(t *testing.T) {
	t.Parallel()
	c := newCache(t, startServer(t).addr, startServer(t).addr, startServer(t).addr)
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = fmt.Sprint("key", i)
	}
	_, f := c.GetMulti(t.Context(), keys)
	for _, key := range keys {
		f.Put(key, []byte("value of "+key))
	}
	mustFlush(t, c)
	hits, _ := c.GetMulti(t.Context(), keys)
	for i, key := range keys {
		if string(hits[i]) != "value of "+key {
			t.Fatalf("%s: %q", key, hits[i])
		}
	}
	if err := c.Invalidate(t.Context(), keys[:500]...); err != nil {
		t.Fatal(err)
	}
	if hits, _ = c.GetMulti(t.Context(), keys); countHits(hits) != 500 {
		t.Errorf("%d hits after half was invalidated", countHits(hits))
	}
}

func TestACancelledContextIsAMiss(t *testing.T) {
	t.Parallel()
	c := newCache(t, startServer(t).addr)
	fill(t, c, "key", "value")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if hits, f := c.GetMulti(ctx, []string{"key"}); len(hits) != 0 || f != nil {
		t.Error(hits, f)
	}
	if err := c.Invalidate(ctx, "key"); err != nil {
		t.Error(err)
	}
	wantMiss(t, c, "key")
}

func TestFlushHonoursTheContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	q := newQueue(func([]job) { <-release })
	q.put(job{value: []byte("x")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.flush(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	if err := q.flush(t.Context()); err != nil {
		t.Error(err)
	}
	q.close()
	q.close()
	if q.put(job{}) {
		t.Error("a closed queue takes a job")
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	for name, size := range map[string]int{"jobs": 1, "bytes": 1 << 20} {
		q := newQueue(func([]job) { <-release })
		taken, value := 0, make([]byte, size)
		for range queueJobs * 2 {
			if q.put(job{value: value}) {
				taken++
			}
		}
		if want := min(queueJobs, queueBytes/size); taken != want {
			t.Errorf("%s: %d taken", name, taken)
		}
		t.Cleanup(q.close)
	}
	t.Cleanup(func() { close(release) })
}

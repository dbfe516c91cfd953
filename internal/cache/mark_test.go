package cache

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mark(t *testing.T, c *Cache, writer uint64, keys ...string) {
	t.Helper()
	if err := c.Mark(t.Context(), writer, keys...); err != nil {
		t.Fatal(err)
	}
}

func invalidateMarked(t *testing.T, c *Cache, writer uint64, keys ...string) {
	t.Helper()
	if err := c.InvalidateMarked(t.Context(), writer, keys...); err != nil {
		t.Fatal(err)
	}
}

// A process that dies between its commit and the invalidation leaves nothing stale, whatever was there before.
func TestAWriterThatDiesAfterItsCommitLeavesNothingStale(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for name, before := range map[string]func(c *Cache, key string){
		"absent":      func(*Cache, string) {},
		"a value":     func(c *Cache, key string) { fill(t, c, key, "old") },
		"a tombstone": func(c *Cache, key string) { invalidate(t, c, key) },
		"a mark":      func(c *Cache, key string) { mark(t, c, 7, key) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reader, writer := newCache(t, s.addr), newCache(t, s.addr)
			key := "user after " + name
			before(writer, key)
			_, inFlight := reader.GetMulti(t.Context(), []string{key})
			mark(t, writer, 1, key)
			_, during := reader.GetMulti(t.Context(), []string{key})
			for _, f := range []*Fill{inFlight, during} {
				f.Put(key, []byte("old"))
				mustFlush(t, reader)
				wantMiss(t, reader, key)
			}
			fill(t, reader, key, "old")
			wantMiss(t, reader, key)
		})
	}
}

func TestAMarkEndsWithTheInvalidation(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a, b := newCache(t, s.addr), newCache(t, s.addr)
	keys := make([]string, 250)
	for i := range keys {
		keys[i] = fmt.Sprint("key", i)
	}
	fill(t, b, keys[7], "old")
	mark(t, a, 1, keys...)
	mark(t, a, 1, keys...) // a transaction that is tried again
	invalidateMarked(t, a, 1, keys...)
	fill(t, b, keys[7], "new")
	wantHit(t, a, keys[7], "new")
	if got := a.Stats(); got.Marks != 500 || got.Invalidations != 250 {
		t.Errorf("%+v", got)
	}
}

// The second writer waits for the first one's lock in the database; the first one's invalidation may come late.
func TestAWriterEndsOnlyItsOwnMark(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	first, second := newCache(t, s.addr), newCache(t, s.addr)
	for name, steps := range map[string][]func(key string){
		"late":        {func(k string) { mark(t, second, 2, k) }, func(k string) { invalidateMarked(t, first, 1, k) }},
		"overlapping": {func(k string) { mark(t, second, 2, k) }, func(k string) { mark(t, first, 1, k) }, func(k string) { invalidateMarked(t, first, 1, k) }},
		"no mark":     {func(k string) { mark(t, second, 2, k) }, func(k string) { invalidate(t, first, k) }},
	} {
		key := "user " + name
		mark(t, first, 1, key)
		for _, step := range steps {
			step(key)
		}
		fill(t, first, key, "old")
		wantMiss(t, first, key)
		invalidateMarked(t, second, 2, key)
		if name == "no mark" {
			invalidateMarked(t, first, 1, key)
		}
		fill(t, first, key, "new")
		wantHit(t, second, key, "new")
	}
}

// Whatever writers do in whatever order, an entry is a mark as long as one of them has neither ended nor run out.
func TestMarksOfManyWriters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, now := &Cache{markTTL: markTTL}, time.Unix(1_000_000, 0)
		var entry []byte
		live := map[uint64]time.Time{}
		t.Repeat(map[string]func(*rapid.T){
			"mark": func(t *rapid.T) {
				id := rapid.Uint64Range(1, 6).Draw(t, "writer")
				if next := marked(c.writersOf(entry, now), id, now); next != nil {
					entry, live[id] = next, now
				}
			},
			"invalidate": func(t *rapid.T) {
				id := rapid.Uint64Range(0, 6).Draw(t, "writer")
				if next := settled(entry, c.writersOf(entry, now), id, now, rapid.Bool().Draw(t, "again")); next != nil {
					entry = next
				}
				delete(live, id)
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
				for id, since := range live {
					if now.Sub(since) > markTTL {
						delete(live, id)
					}
				}
			},
			"": func(t *rapid.T) {
				if got := c.writersOf(entry, now); len(got) != len(live) {
					t.Fatalf("%v, want %v", got, live)
				}
				if _, _, ok := decode(entry); ok {
					t.Fatal("a value")
				}
			},
		})
	})
	c := &Cache{markTTL: markTTL}
	var entry []byte
	for id := range uint64(3 * maxWriters) {
		entry = marked(c.writersOf(entry, time.Now()), id+1, time.Now())
	}
	if n := len(c.writersOf(entry, time.Now())); n != maxWriters {
		t.Errorf("%d writers", n)
	}
}

// Between the look at an entry and its replacement another writer may come.
func TestAnInvalidationLosesNobodysMark(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	here, there := newCache(t, s.addr), newCache(t, s.addr)
	fill(t, here, "was there", "old")
	for _, key := range []string{"absent", "was there"} {
		seen := false
		failed, err := here.rewriteAll([]string{key}, func(old []byte, again bool) []byte {
			if seen = again; !again {
				mark(t, there, 2, key)
			}
			return settled(old, here.writersOf(old, time.Now()), 1, time.Now(), again)
		})
		if err != nil || len(failed) > 0 || !seen {
			t.Errorf("%s: %v %v, seen again: %v", key, failed, err, seen)
		}
		fill(t, here, key, "old")
		wantMiss(t, here, key)
	}
}

package cache

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

func invalidate(t *testing.T, c *Cache, keys ...string) {
	t.Helper()
	if err := c.Invalidate(t.Context(), keys...); err != nil {
		t.Fatal(err)
	}
}

func TestInvalidateAndFillAgain(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a, b := newCache(t, s.addr), newCache(t, s.addr)
	for i := range 5 { // the tombstone of the round before does not keep new values out
		value := fmt.Sprint("version ", i)
		fill(t, a, "user", value)
		wantHit(t, b, "user", value)
		invalidate(t, b, "user")
		wantMiss(t, a, "user")
	}
}

func TestASlowReaderDoesNotPutBackWhatWasChanged(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for name, before := range map[string]func(c *Cache, key string){
		"absent at first":         func(*Cache, string) {},
		"a tombstone at first":    func(c *Cache, key string) { invalidate(t, c, key) },
		"a value at first":        func(c *Cache, key string) { fill(t, c, key, "before") },
		"a value and a tombstone": func(c *Cache, key string) { fill(t, c, key, "before"); invalidate(t, c, key) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reader, writer := newCache(t, s.addr), newCache(t, s.addr)
			key := "user " + name
			before(writer, key)
			_, f := reader.GetMulti(t.Context(), []string{key})
			invalidate(t, writer, key)
			f.Put(key, []byte("old"))
			mustFlush(t, reader)
			wantMiss(t, writer, key)

			_, f = reader.GetMulti(t.Context(), []string{key})
			fill(t, writer, key, "new")
			f.Put(key, []byte("old"))
			mustFlush(t, reader)
			wantHit(t, reader, key, "new")
			if got := reader.Stats(); got.LostFills != 2 || got.Fills != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestALateFillIsDropped(t *testing.T) {
	t.Parallel()
	c := newCache(t, startServer(t).addr)
	c.fillWindow = time.Nanosecond
	fill(t, c, "user", "old")
	wantMiss(t, c, "user")
	if got := c.Stats(); got.DroppedFills != 1 {
		t.Errorf("%+v", got)
	}
}

// The tombstone goes with the restart, and memcached has nothing left that could refuse the add.
func TestARestartBetweenReadAndFill(t *testing.T) {
	t.Parallel()
	for name, notice := range map[string]func(*Cache){
		"the fill meets the new process":   func(*Cache) {},
		"connections were given up before": func(c *Cache) { c.nodes.nodes[0].session.Load().client.Close() },
		"another read met the new process": func(c *Cache) { get(t, c, "other") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t)
			reader, writer := newCache(t, s.addr), newCache(t, s.addr)
			_, f := reader.GetMulti(t.Context(), []string{"user"})
			invalidate(t, writer, "user")
			s.restart()
			notice(reader)
			f.Put("user", []byte("old"))
			mustFlush(t, reader)
			if s.has("user") {
				t.Error("the old value was stored")
			}
			if got := reader.Stats(); got.Errors != 0 || got.DroppedFills != 1 {
				t.Errorf("%+v", got)
			}
			fill(t, reader, "user", "new")
			wantHit(t, writer, "user", "new")
		})
	}
}

// The name leads to another memcached now, while the one before still lives.
func TestAFillGoesToTheProcessThatWasAsked(t *testing.T) {
	t.Parallel()
	one, two := startServer(t), startServer(t)
	p := startProxy(t, one.addr)
	c := newCache(t, p.addr)
	_, f := c.GetMulti(t.Context(), []string{"user"})
	p.lead(two.addr)
	f.Put("user", []byte("old"))
	mustFlush(t, c)
	if one.has("user") || two.has("user") {
		t.Error("stored")
	}
	fill(t, c, "user", "new")
	if !two.has("user") {
		t.Error("the new server is not used")
	}
}

// An add lies in some queue until the tombstone that it should have met is over.
func TestAnAddThatLandsLateIsOver(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	p := startProxy(t, s.addr)
	reader, writer := newCacheWith(t, Config{Servers: []string{p.addr}, Timeout: time.Second}), newCache(t, s.addr)
	fill(t, reader, "other", "any") // by the connection that is held afterwards
	reader.fillWindow, writer.tombstoneTTL = time.Second, 4*time.Second

	_, f := reader.GetMulti(t.Context(), []string{"user"})
	p.hold(true)
	f.Put("user", []byte("old"))
	mustFlush(t, reader) // gives up after its time-out
	invalidate(t, writer, "user")
	eventually(t, "the tombstone ends", func() bool { return !s.has("user") })
	sets := s.stat("cmd_set")
	p.hold(false)
	eventually(t, "the add lands", func() bool { return s.stat("cmd_set") != sets })
	wantMiss(t, writer, "user")
	if s.has("user") {
		t.Error("the old value is there")
	}
}

func TestAFailedInvalidationIsRememberedHere(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	p := startProxy(t, s.addr)
	here, there := newCache(t, p.addr), newCache(t, s.addr)
	fill(t, here, "user", "old")
	fill(t, here, "other", "untouched")

	p.cut(true)
	err := here.Invalidate(t.Context(), "user")
	bad, ok := errors.AsType[*InvalidateError](err)
	if !ok || !slices.Equal(bad.Keys, []string{"user"}) || bad.Err == nil {
		t.Fatal(err)
	}
	p.cut(false)
	eventually(t, "the node is read again", func() bool { _, ok := get(t, here, "other"); return ok })
	wantMiss(t, here, "user") // memcached still has it
	if !s.has("user") {
		t.Fatal("nothing left to be distrusted")
	}
	fill(t, here, "user", "new") // replaces exactly what was seen
	wantHit(t, there, "user", "new")

	invalidate(t, here, "user") // the caller's repetition
	fill(t, here, "user", "newer")
	wantHit(t, here, "user", "newer")
}

func TestSuspects(t *testing.T) {
	t.Parallel()
	s, now := newSuspects(), time.Now()
	if s.doubts("k", now.Add(-time.Hour)) {
		t.Error("doubts without a reason")
	}
	s.add("k", now)
	for loaded, want := range map[time.Duration]bool{-time.Hour: true, 0: true, clockSkew: true} {
		if s.doubts("k", now.Add(loaded)) != want {
			t.Errorf("loaded %v after the failure", loaded)
		}
	}
	s.clear("k", now.Add(-time.Second)) // an invalidation that began before the failed one proves nothing
	if !s.doubts("k", now) {
		t.Error("an older success clears")
	}
	s.clear("k", now.Add(time.Second))
	if s.doubts("k", now) {
		t.Error("a younger success does not clear")
	}
	s.add("k", now)
	if s.doubts("k", now.Add(clockSkew+1)) || s.count.Load() != 0 {
		t.Error("an entry from after the failure is doubted")
	}
}

func TestSuspectsAreBounded(t *testing.T) {
	t.Parallel()
	s, now := newSuspects(), time.Now()
	for i := range maxSuspects {
		s.add(fmt.Sprint(i), now)
	}
	later := now.Add(TTL + clockSkew + 1)
	s.add("after the others have ended", later)
	if len(s.since) != 1 || s.all.Load() != 0 {
		t.Errorf("%d kept", len(s.since))
	}
	for i := range 2 * maxSuspects {
		s.add(fmt.Sprint(i), later)
	}
	if len(s.since) > maxSuspects || !s.doubts("any", later) || s.doubts("any", later.Add(time.Minute)) {
		t.Errorf("%d kept", len(s.since))
	}
}

package cache

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

// newProcessOn makes a cache that hears and tells by a Redis.
func newProcessOn(t *testing.T, redisURL, memcached string) *Cache {
	t.Helper()
	c := startProcessOn(t, redisURL, memcached)
	eventually(t, "it hears", c.hears)
	return c
}

// startProcessOn does not wait until it hears.
func startProcessOn(t *testing.T, redisURL, memcached string) *Cache {
	t.Helper()
	return startProcessWith(t, redisURL, Config{Servers: []string{memcached}, Timeout: 5 * time.Second}, nothingPending)
}

func nothingPending(context.Context) ([]string, error) { return nil, nil }

func startProcessWith(t *testing.T, redisURL string, cfg Config, pending Pending) *Cache {
	t.Helper()
	client, err := redisdb.Open(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	cfg.LocalBytes, cfg.Redis = 1<<20, client
	c := newCacheWith(t, cfg)
	for _, prefix := range wordTypes {
		c.tier.register(prefix)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { c.Run(ctx, pending) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		_ = client.Close()
	})
	return c
}

// hears tells whether a sign of life has come within localGrace, and has another asked for.
func (c *Cache) hears() bool {
	c.tier.used.Store(true)
	return c.tier.at(time.Now())-c.tier.heard.Load() <= int64(localGrace)
}

// wordTypes are the prefixes of the keys that these tests have; a word after them is an id.
var wordTypes = []string{"", "user ", "another user ", "last "}

func wordRow(key string) rowKey {
	prefix := key[:strings.LastIndexByte(key, ' ')+1]
	id, err := parseID(key[len(prefix):])
	if err != nil {
		panic(err)
	}
	return rowKey{int64(slices.Index(wordTypes, prefix)), id}
}

// putAhead puts a row that no clock ends within the test.
func (c *Cache) putAhead(key string) {
	c.tier.put(wordRow(key), new(int), 1, time.Now().Add(time.Hour))
}

// holds tells whether a row is in memory, believed or not.
func (c *Cache) holds(key string) bool {
	row := wordRow(key)
	s := c.tier.shard(row.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[row] != nil
}

func TestOthersHearOfAChange(t *testing.T) {
	t.Parallel()
	redisURL, s := testkit.Redis(t), startServer(t)
	here, there := newProcessOn(t, redisURL, s.addr), newProcessOn(t, redisURL, s.addr)
	for name, change := range map[string]func(key string){
		"invalidated": func(key string) { invalidate(t, here, key) },
		"marked":      func(key string) { mark(t, here, 1, key) },
	} {
		key := "user " + name
		here.putAhead(key)
		there.putAhead(key)
		there.putAhead("another " + key)
		change(key)
		eventually(t, name, func() bool { return !there.holds(key) })
		if !there.holds("another " + key) {
			t.Errorf("%s: what nobody changed is gone", name)
		}
		if here.holds(key) != (name == "marked") {
			t.Errorf("%s: in the process itself: %v", name, here.holds(key))
		}
	}
}

// What others have sent before a sign of life was asked for has been heard once it is there, and nothing that they sent while
// it was on its way.
func TestASignOfLifeCountsFromWhenItWasAskedFor(t *testing.T) {
	t.Parallel()
	c := startProcessOn(t, testkit.Redis(t), startServer(t).addr) // nobody reads, so it asks for none by itself
	eventually(t, "it listens", func() bool { return c.bus.listening.Load() != nil })
	before, asked := c.tier.heard.Load(), c.tier.at(time.Now().Add(-localGrace))
	c.bus.ask(t.Context(), asked)
	eventually(t, "the sign is there", func() bool { return c.tier.heard.Load() != before })
	if heard := c.tier.heard.Load(); heard != asked {
		t.Errorf("all is taken to be heard up to %v after it was asked for", time.Duration(heard-asked))
	}
}

// What was marked need not be told again after the commit, as long as the mark has held.
func TestAChangeIsToldOnce(t *testing.T) {
	t.Parallel()
	redisURL, s := testkit.Redis(t), startServer(t)
	here, there := newProcessOn(t, redisURL, s.addr), newProcessOn(t, redisURL, s.addr)
	for name, lose := range map[string]func(){"held": func() {}, "lost": s.restart} {
		key := "user " + name
		there.putAhead(key)
		mark(t, here, 1, key)
		eventually(t, "the mark is heard", func() bool { return !there.holds(key) })
		lose()
		there.putAhead(key)
		invalidateMarked(t, here, 1, key)
		there.putAhead("last " + name)
		invalidate(t, here, "last "+name)
		eventually(t, "the last is heard", func() bool { return !there.holds("last " + name) })
		if there.holds(key) != (name == "held") {
			t.Errorf("mark %s: the row is there: %v", name, there.holds(key))
		}
	}
}

// A process whose memcached could not be told has the others not believe what theirs says.
func TestOthersHearOfADoubt(t *testing.T) {
	t.Parallel()
	redisURL, s := testkit.Redis(t), startServer(t)
	p := startProxy(t, s.addr)
	here, there := newProcessOn(t, redisURL, p.addr), newProcessOn(t, redisURL, s.addr)
	fill(t, there, "user", "old")
	wantHit(t, there, "user", "old")
	p.cut(true)
	if err := here.Invalidate(t.Context(), "user"); err == nil {
		t.Fatal("invalidated")
	}
	eventually(t, "the entry is doubted", func() bool { _, ok := get(t, there, "user"); return !ok })
	if !s.has("user") {
		t.Error("memcached was told after all: the test proves nothing")
	}
}

func TestWithoutRedisRowsAreBelievedForASecond(t *testing.T) {
	t.Parallel()
	part, s := testkit.OwnRedis(t), startServer(t)
	c := newProcessOn(t, part.URL(), s.addr)
	older := func() bool { // than a second, believed
		now := time.Now()
		return c.tier.believes(c.tier.at(now.Add(-localGrace-time.Millisecond)), c.tier.at(now))
	}
	eventually(t, "Redis answers and all is believed", func() bool { return c.hears() && older() })
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "older rows are not believed", func() bool { return !c.hears() && !older() })
	c.putAhead("user")
	invalidate(t, c, "other") // nobody hears it, and nobody waits
	if !c.holds("user") {
		t.Error("the row is gone before Redis is back")
	}
	if err := part.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all is dropped that was looked up while nothing was heard", func() bool { return !c.holds("user") })
	eventually(t, "rows are believed again", func() bool { return c.hears() && older() })
}

// Others keep what they have for longer than a second only if they hear; so what fails to be told is told again.
func TestWhatCouldNotBeToldIsToldLater(t *testing.T) {
	t.Parallel()
	redisURL, s := testkit.Redis(t), startServer(t)
	here, there := newProcessOn(t, redisURL, s.addr), newProcessOn(t, redisURL, s.addr)
	for _, keys := range [][]string{{"user"}, make([]string, maxUntold+1)} {
		there.putAhead("user")
		if len(keys) > 1 {
			for i := range keys { // too many to remember: all is dropped
				keys[i] = fmt.Sprint("other", i)
			}
		}
		here.bus.failedAt.Store(int64(time.Since(here.bus.began))) // as after a failure: nothing is tried now
		here.bus.tell(keys, false)
		eventually(t, "it is told", func() bool { return !there.holds("user") })
	}
}

func TestAMessageThatNobodyUnderstandsDropsAll(t *testing.T) {
	t.Parallel()
	c := newProcessOn(t, testkit.Redis(t), startServer(t).addr)
	c.putAhead("user")
	if err := c.bus.redis.Publish(t.Context(), c.bus.channel, "\xc1").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all is dropped", func() bool { return !c.holds("user") })
}

// What several requests share is what one of them has loaded.
func TestRowsAreSharedInMemory(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c, db := newCacheWith(t, Config{Servers: []string{s.addr}, Timeout: 5 * time.Second, LocalBytes: 1 << 20}), people()
	users := NewTyped(c, "u1:", personFields)
	c.tier.confirm(c.tier.at(time.Now().Add(time.Hour))) // a busy machine may take more than a second
	read := func() map[int64]*person {
		t.Helper()
		rows, err := users.GetMany(t.Context(), []int64{2, 1, 2}, db.load)
		if err != nil || len(rows) != 2 {
			t.Fatal(rows, err)
		}
		return rows
	}
	first := read()
	db.want(t, []int64{2, 1})
	s.stop() // from here on only memory can answer
	if again := read(); again[1] != first[1] || again[2] != first[2] {
		t.Error("another copy")
	}
	db.want(t)
	if err := users.Invalidate(t.Context(), 1); err == nil {
		t.Error("invalidated without memcached")
	}
	read()
	db.want(t, []int64{1})
	read() // nothing is kept of which memcached has not answered
	db.want(t, []int64{1})
	if got := c.Stats(); got.LocalHits != 4 || got.LocalBytes == 0 || got.LocalMisses != 4 {
		t.Errorf("%+v", got)
	}
}

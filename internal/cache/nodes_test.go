package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"styleshare/internal/testkit"
)

const keysOfMany = 90

// threeServers gives their addresses, too.
func threeServers(t *testing.T) (servers []*server, addrs []string) {
	t.Helper()
	for range 3 {
		s := startServer(t)
		servers, addrs = append(servers, s), append(addrs, s.addr)
	}
	return servers, addrs
}

// fillMany fills keys and gives how many of them each server has.
func fillMany(t *testing.T, c *Cache) (keys []string, share map[string]int) {
	t.Helper()
	share = map[string]int{}
	for i := range keysOfMany {
		key := fmt.Sprint("user:", i)
		keys = append(keys, key)
		share[c.nodes.pick(c.safeKey(key)).name]++
	}
	eventually(t, "everything is there", func() bool {
		hits, f := c.GetMulti(t.Context(), keys)
		for i, key := range keys {
			if hits[i] == nil {
				f.Put(key, []byte("old"))
			}
		}
		mustFlush(t, c)
		return countHits(hits) == len(keys)
	})
	return keys, share
}

// A node that hangs costs its share of the keys, and time only until its breaker opens; the others notice nothing.
func TestAHungNodeOfThreeCostsItsShare(t *testing.T) {
	t.Parallel()
	servers, addrs := threeServers(t)
	c := newCacheWith(t, Config{Servers: addrs, Timeout: time.Second})
	keys, share := fillMany(t, c)
	resume := servers[1].hang()
	eventually(t, "its breaker opens", func() bool { c.GetMulti(t.Context(), keys); return up(t, c)[addrs[1]] == 0 })
	for range 3000 { // 3,000 s, would each of them wait
		hits, _ := c.GetMulti(t.Context(), keys)
		if n := countHits(hits); n != keysOfMany-share[addrs[1]] && up(t, c)[addrs[1]] == 0 {
			t.Fatalf("%d hits of %d with a node that has %d", n, keysOfMany, share[addrs[1]])
		}
	}
	if got := up(t, c); got[addrs[0]] != 1 || got[addrs[2]] != 1 {
		t.Errorf("left alone: %v", got)
	}
	resume()
	eventually(t, "it is used again", func() bool { hits, _ := c.GetMulti(t.Context(), keys); return countHits(hits) == keysOfMany })
}

// A node is away while rows change, and comes back with what it had. Nobody believes it: not who changed the rows, not who
// was told of the changes, not who has begun since.
func TestANodeThatComesBackIsNotBelieved(t *testing.T) {
	t.Parallel()
	redisURL := testkit.Redis(t)
	servers, addrs := threeServers(t)
	cfg := Config{Servers: addrs, Timeout: time.Second}
	here, there := startProcessWith(t, redisURL, cfg, nothingPending), startProcessWith(t, redisURL, cfg, nothingPending)
	eventually(t, "they hear", func() bool { return here.hears() && there.hears() })
	keys, share := fillMany(t, here)

	resume := servers[1].hang()
	failed, ok := errors.AsType[*InvalidateError](here.Invalidate(t.Context(), keys...))
	if !ok || len(failed.Keys) < share[addrs[1]] {
		t.Fatalf("%v; want %d keys of which memcached could not be told", failed, share[addrs[1]])
	}
	var asked atomic.Int64
	late := startProcessWith(t, redisURL, cfg, func(context.Context) ([]string, error) {
		if asked.Add(1) == 1 {
			return nil, errors.New("the database is away, too")
		}
		return failed.Keys, nil
	})
	eventually(t, "the others know", func() bool { return there.suspects.count.Load() > 0 && late.suspects.count.Load() > 0 })
	resume()
	for name, c := range map[string]*Cache{"who changed them": here, "who was told": there, "who has begun since": late} {
		eventually(t, "the node is used", func() bool { c.GetMulti(t.Context(), keys); return up(t, c)[addrs[1]] == 1 })
		if hits, _ := c.GetMulti(t.Context(), keys); countHits(hits) > 0 {
			t.Errorf("%s: %d old rows", name, countHits(hits))
		}
	}
	if of := failed.Keys[slices.IndexFunc(failed.Keys, func(key string) bool { return here.nodes.pick(key).name == addrs[1] })]; !servers[1].has(of) {
		t.Error("the node has lost what it had: the test proves nothing")
	}
	if err := here.Invalidate(t.Context(), keys...); err != nil { // the job
		t.Fatal(err)
	}
	fillMany(t, late)
	fillMany(t, there)
}

// Who was cut off from Redis for a while asks what it may not have heard of.
func TestWhoWasCutOffAsksWhatIsPending(t *testing.T) {
	t.Parallel()
	part, s := testkit.OwnRedis(t), startServer(t)
	var asked atomic.Int64
	c := startProcessWith(t, part.URL(), Config{Servers: []string{s.addr}}, func(context.Context) ([]string, error) {
		asked.Add(1)
		return []string{"user"}, nil
	})
	eventually(t, "it hears", c.hears)
	before := asked.Load()
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := part.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it asks again", func() bool { return asked.Load() > before })
	eventually(t, "and doubts", func() bool { return c.suspects.doubts("user", time.Now().Add(-time.Minute)) })
}

// up gives the metric of that name by node.
func up(t *testing.T, c *Cache) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	byNode := map[string]float64{}
	for _, family := range families {
		if strings.HasPrefix(family.GetName(), "cache_node_up") {
			for _, m := range family.GetMetric() {
				byNode[m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue()
			}
		}
	}
	return byNode
}

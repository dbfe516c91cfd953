package cache

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"

	"styleshare/internal/tracing"
)

// answer is what one node said to one GetMulti.
type answer struct {
	session *session
	keys    []string                  // safe ones that it was asked for
	items   map[string]*memcache.Item // by safe key: values, tombstones, whatever is there
	err     error                     // the items may be incomplete
}

// GetMulti looks keys up in all nodes at once. Hits are in the order of the keys, nil for a miss; what a node that fails
// would have had is a miss. Load the misses, then hand them to the Fill. A call takes at most Timeout for each 100 keys of
// a node; of ctx only its end before the call counts.
func (c *Cache) GetMulti(ctx context.Context, keys []string) (hits [][]byte, f *Fill) {
	if c == nil || len(keys) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	ctx, span := tracing.Start(ctx, "memcached get", tracing.Client)
	f = &Fill{cache: c, started: time.Now()}
	safe := make([]string, len(keys))
	byNode := map[*node][]string{}
	for i, key := range keys {
		safe[i] = c.safeKey(key)
		n := c.nodes.pick(safe[i])
		byNode[n] = append(byNode[n], safe[i])
	}
	f.answers = askAll(byNode)
	for _, a := range f.answers {
		if a.err != nil {
			c.stats.errors.Add(1)
		}
	}
	hits = make([][]byte, len(keys))
	found := 0
	for i, key := range safe {
		if value, ok := c.read(f, key); ok {
			hits[i] = value
			found++
		}
	}
	c.count(ctx, found, len(keys)-found)
	if span.Recording() {
		span.Number("cache.keys", int64(len(keys)))
		span.Number("cache.hits", int64(found))
		span.Number("cache.nodes", int64(len(byNode)))
		span.End(nil)
	}
	return hits, f
}

func askAll(byNode map[*node][]string) map[*node]*answer {
	answers := make(map[*node]*answer, len(byNode))
	if len(byNode) == 1 {
		for n, keys := range byNode {
			answers[n] = n.ask(keys)
		}
		return answers
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n, keys := range byNode {
		wg.Go(func() {
			a := n.ask(keys)
			mu.Lock()
			defer mu.Unlock()
			answers[n] = a
		})
	}
	wg.Wait()
	return answers
}

func (n *node) ask(keys []string) *answer {
	a := &answer{session: n.session.Load(), keys: keys}
	for batch := range slices.Chunk(keys, maxBatch) {
		var items map[string]*memcache.Item
		a.err = n.do(func(s *session) (err error) {
			if s != a.session {
				// A restart lies between: what the process before said does not hold for this one.
				a.session, a.items = s, nil
			}
			items, err = s.client.GetMulti(batch)
			return err
		})
		// Those of a failed request, too, are whole.
		if a.items == nil {
			a.items = items
		} else {
			maps.Copy(a.items, items)
		}
		if a.err != nil {
			return a
		}
	}
	return a
}

// read gives the value of a safe key if it may be believed.
func (c *Cache) read(f *Fill, key string) ([]byte, bool) {
	item := f.answers[c.nodes.pick(key)].items[key]
	if item == nil {
		return nil, false
	}
	value, loaded, ok := decode(item.Value)
	if !ok || f.started.Sub(loaded) > TTL || c.suspects.doubts(key, loaded) {
		return nil, false
	}
	return value, true
}

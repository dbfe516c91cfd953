package cache

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// answer is what one node said to one GetMulti.
type answer struct {
	session *session
	items   map[string]*memcache.Item // by safe key: values, tombstones, whatever is there; nil for nothing
	err     error                     // the items may be incomplete
}

// GetMulti looks keys up in all nodes at once. Hits are by the caller's keys; what a node that fails would have had
// is a miss. Load the misses, then hand them to the Fill. A call takes at most Timeout for each 100 keys of
// a node; of ctx only its end before the call counts.
func (c *Cache) GetMulti(ctx context.Context, keys []string) (map[string][]byte, *Fill) {
	if c == nil || len(keys) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	f := &Fill{cache: c, started: time.Now()}
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
	hits := make(map[string][]byte, len(keys))
	for i, key := range keys {
		if value, ok := c.read(f, safe[i]); ok {
			hits[key] = value
		}
	}
	c.count(ctx, len(hits), max(0, len(keys)-len(hits)))
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
	a := &answer{session: n.session.Load(), items: make(map[string]*memcache.Item, len(keys))}
	for _, key := range keys {
		a.items[key] = nil
	}
	for batch := range slices.Chunk(keys, maxBatch) {
		var items map[string]*memcache.Item
		a.err = n.do(func(s *session) (err error) {
			if s != a.session {
				// A restart lies between: what the process before said does not hold for this one.
				a.session = s
				for key := range a.items {
					a.items[key] = nil
				}
			}
			items, err = s.client.GetMulti(batch)
			return err
		})
		maps.Copy(a.items, items) // those of a failed request, too, are whole
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

package cache

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// rewriteAttempts bounds how often a key is tried again that others change at the same moment.
const rewriteAttempts = 20

var errContended = errors.New("cache: others change the same key all the time")

// rewriteAll replaces what lies under keys, which nobody else's change may get lost in: next gives the entry after the
// one that is there (nil for none), or nil where that may stay. again says that an attempt has failed because the entry
// changed. The keys that failed are given with the error of the last.
func (c *Cache) rewriteAll(keys []string, next func(old []byte, again bool) []byte) (failed []string, last error) {
	byNode := map[*node][]string{}
	for _, key := range keys {
		n := c.nodes.pick(c.safeKey(key))
		byNode[n] = append(byNode[n], key)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n, keys := range byNode {
		rewrite := func() {
			for batch := range slices.Chunk(keys, maxBatch) {
				if err := c.rewrite(n, batch, next); err != nil {
					mu.Lock()
					failed, last = append(failed, batch...), err
					mu.Unlock()
				}
			}
		}
		if len(byNode) == 1 {
			rewrite()
		} else {
			wg.Go(rewrite)
		}
	}
	wg.Wait()
	return failed, last
}

// rewrite is rewriteAll for some keys of one node.
func (c *Cache) rewrite(n *node, keys []string, next func(old []byte, again bool) []byte) error {
	left := make([]string, len(keys))
	for i, key := range keys {
		left[i] = c.safeKey(key)
	}
	for attempt := range rewriteAttempts {
		var changed []string
		err := n.do(func(s *session) (err error) {
			changed, err = s.rewrite(left, c.tombstoneTTL, func(old []byte) []byte { return next(old, attempt > 0) })
			return err
		})
		if err != nil {
			return err
		}
		if left = changed; len(left) == 0 {
			return nil
		}
	}
	return errContended
}

// rewrite replaces what lies under safe keys once and gives those that changed meanwhile.
func (s *session) rewrite(keys []string, ttl time.Duration, next func(old []byte) []byte) (changed []string, err error) {
	items, err := s.client.GetMulti(keys)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		item, store := items[key], s.client.CompareAndSwap
		if item == nil {
			item, store = &memcache.Item{Key: key}, s.client.Add
		}
		if item.Value = next(item.Value); item.Value == nil {
			continue
		}
		item.Expiration = seconds(ttl)
		switch err = store(item); {
		case errors.Is(err, memcache.ErrNotStored), errors.Is(err, memcache.ErrCASConflict), errors.Is(err, memcache.ErrCacheMiss):
			changed = append(changed, key)
		case err != nil:
			return nil, err
		}
	}
	return changed, nil
}

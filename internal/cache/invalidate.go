package cache

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// InvalidateError tells which keys (as given to Invalidate) memcached could not be told of.
type InvalidateError struct {
	Keys []string
	Err  error // of the last of them
}

// Error tells how many keys failed, and why the last did.
func (e *InvalidateError) Error() string {
	return fmt.Sprintf("cache: %d keys not invalidated: %v", len(e.Keys), e.Err)
}

// Unwrap gives the cause.
func (e *InvalidateError) Unwrap() error { return e.Err }

// Invalidate makes memcached forget keys; call it after the commit that changed them. The error is an
// *InvalidateError: call Invalidate again with its Keys, from any process, until it succeeds. What the package
// promises in the meantime is in its comment. The end of ctx does not cut it short: the commit has happened.
func (c *Cache) Invalidate(_ context.Context, keys ...string) error {
	if c == nil || len(keys) == 0 {
		return nil
	}
	byNode := map[*node][]string{}
	for _, key := range keys {
		n := c.nodes.pick(c.safeKey(key))
		byNode[n] = append(byNode[n], key)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	bad := &InvalidateError{}
	for n, keys := range byNode {
		wg.Go(func() {
			failed, err := c.bury(n, keys)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				bad.Keys, bad.Err = append(bad.Keys, failed...), err
			}
		})
	}
	wg.Wait()
	c.stats.invalidations.Add(uint64(len(keys) - len(bad.Keys)))
	c.stats.failed.Add(uint64(len(bad.Keys)))
	if bad.Err != nil {
		return bad
	}
	return nil
}

// bury sets the tombstones of one node and gives the keys that failed.
func (c *Cache) bury(n *node, keys []string) (bad []string, last error) {
	for _, key := range keys {
		safe, started := c.safeKey(key), time.Now()
		err := n.do(func(s *session) error {
			return s.client.Set(&memcache.Item{
				Key: safe, Value: encode(kindTombstone, started, nil), Expiration: seconds(c.tombstoneTTL)})
		})
		if err == nil {
			c.suspects.clear(safe, started)
			continue
		}
		c.suspects.add(safe, time.Now())
		bad, last = append(bad, key), err
	}
	return bad, last
}

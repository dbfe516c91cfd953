package cache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// rewriteAttempts bounds how often a key is tried again that others change at the same moment.
const rewriteAttempts = 20

var errContended = errors.New("cache: others change the same key all the time")

// next gives the entry after the one that is there (nil for none), or nil where that may stay. again says that an attempt
// has failed because the entry changed.
type next func(old []byte, again bool) []byte

// rewriting is a change of what lies under safe keys of one node.
type rewriting struct {
	keys []string
	next next
}

// rewriteAll replaces what lies under keys, which nobody else's change may get lost in. The keys that failed are given with
// the error of the last.
func (c *Cache) rewriteAll(keys []string, next next) (failed []string, last error) {
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

// rewrite is rewriteAll for some keys of one node. Writers of the same moment share its round trips.
func (c *Cache) rewrite(n *node, keys []string, next next) error {
	safe := make([]string, len(keys))
	for i, key := range keys {
		safe[i] = c.safeKey(key)
	}
	// The commit has happened, or it is about to: the end of no request cuts it short.
	failed, err := n.rewrites.Ask(context.Background(), rewriting{safe, next})
	return errors.Join(err, failed)
}

// rewriteTogether does what several writers want and gives the error of each. Where nobody else interferes, it takes two
// round trips.
func (c *Cache) rewriteTogether(n *node, all []rewriting) []error {
	errs := make([]error, len(all))
	for first := 0; first < len(all); {
		end, keys := first, 0
		for ; end < len(all) && (end == first || keys+len(all[end].keys) <= maxBatch); end++ {
			keys += len(all[end].keys)
		}
		err := c.rewriteSome(n, all[first:end])
		for ; first < end; first++ {
			errs[first] = err
		}
	}
	return errs
}

// rewriteSome is rewriteTogether for as many as go into one request.
func (c *Cache) rewriteSome(n *node, all []rewriting) error {
	changes := map[string][]next{} // of each key, in the order in which they came
	var left []string
	for _, r := range all {
		for _, key := range r.keys {
			if changes[key] == nil {
				left = append(left, key)
			}
			changes[key] = append(changes[key], r.next)
		}
	}
	for attempt := range rewriteAttempts {
		var changed []string
		err := n.do(func(s *session) (err error) {
			changed, err = s.rewrite(left, c.tombstoneTTL, func(key string, old []byte) []byte {
				return together(changes[key], old, attempt > 0)
			})
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

// together is what is left of an entry after all changes, nil where that is the old one.
func together(changes []next, old []byte, again bool) (entry []byte) {
	for _, next := range changes {
		if changed := next(old, again); changed != nil {
			old, entry = changed, changed
		}
	}
	return entry
}

// rewrite replaces what lies under safe keys once and gives those that changed meanwhile.
func (s *session) rewrite(keys []string, ttl time.Duration, next func(key string, old []byte) []byte) (changed []string, err error) {
	items, err := s.client.GetMulti(keys)
	if err != nil {
		return nil, err
	}
	entries := make([]storing, 0, len(keys))
	for _, key := range keys {
		e := storing{Item: memcache.Item{Key: key, Expiration: seconds(ttl)}}
		if item := items[key]; item != nil {
			e.Value, e.CasID = item.Value, item.CasID
		}
		if e.Value = next(key, e.Value); e.Value != nil {
			entries = append(entries, e)
		}
	}
	if err = s.store(entries); err != nil {
		return nil, err
	}
	for i := range entries {
		switch err = entries[i].err; {
		case isTaken(err):
			changed = append(changed, entries[i].Key)
		case err != nil:
			return nil, err
		}
	}
	return changed, nil
}

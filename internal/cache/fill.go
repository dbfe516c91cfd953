package cache

import (
	"errors"
	"slices"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// Fill takes what was loaded after a GetMulti. It is for one goroutine; a nil *Fill ignores everything.
type Fill struct {
	cache   *Cache
	started time.Time
	answers map[*node]*answer
}

// job is one value on its way to memcached.
type job struct {
	node    *node
	session *session
	key     string // safe
	seen    uint64 // the version (CAS id) that GetMulti saw, 0 where the key was absent
	started time.Time
	value   []byte
}

// Put stores value under key in the background, unless the key was changed since the GetMulti. It keeps no reference
// to value. Keys that GetMulti did not ask for are ignored. It tells whether memcached has answered for the key and
// nobody was about to change it: only then may the value be kept anywhere.
func (f *Fill) Put(key string, value []byte) bool {
	if f == nil {
		return false
	}
	c, safe := f.cache, f.cache.safeKey(key)
	n := c.nodes.pick(safe)
	a := f.answers[n]
	if a == nil || a.err != nil || len(value) > MaxValue {
		c.stats.dropped.Add(1)
		return false
	}
	item := a.items[safe]
	if item == nil && !slices.Contains(a.keys, safe) {
		return false
	}
	j := job{node: n, session: a.session, key: safe, started: f.started, value: encode(kindValue, f.started, value)}
	if item != nil {
		if len(c.writersOf(item.Value, f.started)) > 0 {
			c.stats.lost.Add(1)
			return false
		}
		j.seen = item.CasID
	}
	if !c.fills.put(j) {
		c.stats.dropped.Add(1)
	}
	return true
}

var errLate = errors.New("cache: fill too late")

// store does one job, in the background.
func (c *Cache) store(j job) {
	err := j.node.do(func(s *session) error {
		if s != j.session || time.Since(j.started) > c.fillWindow {
			return errLate
		}
		if j.seen != 0 {
			return s.client.CompareAndSwap(&memcache.Item{Key: j.key, Value: j.value, CasID: j.seen, Expiration: spreadTTL()})
		}
		return c.add(s, j)
	})
	switch {
	case err == nil:
		c.stats.fills.Add(1)
	case errors.Is(err, memcache.ErrNotStored), errors.Is(err, memcache.ErrCASConflict), errors.Is(err, memcache.ErrCacheMiss):
		c.stats.lost.Add(1)
	case errors.Is(err, errLate):
		c.stats.dropped.Add(1)
	default:
		c.stats.errors.Add(1)
		c.stats.dropped.Add(1)
	}
}

// add stores a value under an absent key. Its expiry is at first a point of memcached's own clock: should the request
// lie in some queue until the tombstone that it must meet has ended, it is over on arrival. The touch only
// lengthens what arrived in time; should it meet a tombstone or another's value, that does no harm either.
func (c *Cache) add(s *session, j job) error {
	// 2 s: the clock and the start are both cut to whole seconds.
	end := j.started.Add(c.fillWindow+2*time.Second).Unix() + s.ahead.Load()
	if err := s.client.Add(&memcache.Item{Key: j.key, Value: j.value, Expiration: int32(end)}); err != nil {
		return err
	}
	return s.client.Touch(j.key, spreadTTL())
}

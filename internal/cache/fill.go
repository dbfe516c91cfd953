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
	j := job{session: a.session, key: safe, started: f.started, value: encode(kindValue, f.started, value)}
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

// store does some jobs, in the background.
func (c *Cache) store(jobs []job) {
	bySession := map[*session][]job{}
	for _, j := range jobs {
		bySession[j.session] = append(bySession[j.session], j)
	}
	for s, jobs := range bySession {
		c.storeIn(s, jobs)
	}
}

// storeIn does jobs of one session.
func (c *Cache) storeIn(s *session, jobs []job) {
	var entries []storing
	err := s.node.do(func(now *session) error {
		if now != s {
			return errLate
		}
		entries = entries[:0]
		for _, j := range jobs {
			if time.Since(j.started) <= c.fillWindow {
				entries = append(entries, c.entry(s, j))
			}
		}
		return s.store(entries)
	})
	late := len(jobs) - len(entries)
	if err != nil {
		if !errors.Is(err, errLate) {
			c.stats.errors.Add(1)
		}
		late, entries = len(jobs), nil
	}
	c.stats.dropped.Add(uint64(late))
	for i := range entries {
		switch err := entries[i].err; {
		case err == nil:
			c.stats.fills.Add(1)
		case isTaken(err):
			c.stats.lost.Add(1)
		default:
			c.stats.errors.Add(1)
			c.stats.dropped.Add(1)
		}
	}
}

// entry is how a value is stored: in place of what was seen, or under an absent key. The expiry of the latter is at first a
// point of memcached's own clock: should the request lie in some queue until the tombstone that it must meet has ended, it is
// over on arrival. The touch, which arrives after it, only lengthens what arrived in time; should it meet a tombstone or
// another's value, that does no harm either.
func (c *Cache) entry(s *session, j job) storing {
	e := storing{Item: memcache.Item{Key: j.key, Value: j.value, CasID: j.seen, Expiration: spreadTTL()}}
	if j.seen == 0 {
		// 2 s: the clock and the start are both cut to whole seconds.
		e.touch, e.Expiration = e.Expiration, int32(j.started.Add(c.fillWindow+2*time.Second).Unix()+s.ahead.Load())
	}
	return e
}

package cache

import (
	"sync"
	"sync/atomic"
)

// Stats are counts since New. Keys are counted, except where it says otherwise.
type Stats struct {
	Hits                uint64
	Misses              uint64
	Errors              uint64 // requests that failed, and entries that could not be decoded
	Fills               uint64 // stored
	LostFills           uint64 // refused by memcached because the key was changed or filled meanwhile: normal
	DroppedFills        uint64 // not sent: queue full, load too slow, value too long, node away
	Marks               uint64
	Invalidations       uint64
	FailedInvalidations uint64
	OpenNodes           int // nodes that are left alone now because they failed
	LocalHits           uint64
	LocalMisses         uint64
	LocalBytes          int64 // what this process's memory holds now, about
}

// typeStats are rows of one type that were looked up, wherever they were found.
type typeStats struct {
	name         string
	hits, misses atomic.Uint64
}

// statsOf begins to count a type's rows; of a nil *Cache nobody asks for them.
func (c *Cache) statsOf(name string) *typeStats {
	t := &typeStats{name: name}
	if c != nil {
		c.types.mu.Lock()
		defer c.types.mu.Unlock()
		c.types.all = append(c.types.all, t)
	}
	return t
}

// allTypes are those of a Cache.
type allTypes struct {
	mu  sync.Mutex
	all []*typeStats
}

type stats struct {
	hits, misses, errors         atomic.Uint64
	fills, lost, dropped         atomic.Uint64
	marks, invalidations, failed atomic.Uint64
}

// Stats gives the counts so far.
func (c *Cache) Stats() Stats {
	if c == nil {
		return Stats{}
	}
	s := Stats{
		Hits: c.stats.hits.Load(), Misses: c.stats.misses.Load(), Errors: c.stats.errors.Load(),
		Fills: c.stats.fills.Load(), LostFills: c.stats.lost.Load(), DroppedFills: c.stats.dropped.Load(),
		Marks: c.stats.marks.Load(), Invalidations: c.stats.invalidations.Load(), FailedInvalidations: c.stats.failed.Load(),
	}
	s.LocalHits, s.LocalMisses, s.LocalBytes = c.tier.hits.Load(), c.tier.misses.Load(), c.tier.bytes.Load()
	for _, n := range c.nodes.nodes {
		if n.isOpen() {
			s.OpenNodes++
		}
	}
	return s
}

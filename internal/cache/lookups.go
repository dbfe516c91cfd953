package cache

import (
	"context"
	"sync/atomic"
)

// Lookups are the keys that were looked up under one context.
type Lookups struct{ hits, misses atomic.Int64 }

// Hits is how many keys were found.
func (l *Lookups) Hits() int64 { return l.hits.Load() }

// Misses is how many keys had to be loaded.
func (l *Lookups) Misses() int64 { return l.misses.Load() }

type lookupsKey struct{}

// CountLookups has the keys that are looked up under the returned context counted.
func CountLookups(ctx context.Context) (context.Context, *Lookups) {
	l := new(Lookups)
	return context.WithValue(ctx, lookupsKey{}, l), l
}

// count keeps the counts of one GetMulti.
func (c *Cache) count(ctx context.Context, hits, misses int) {
	c.stats.hits.Add(uint64(hits))
	c.stats.misses.Add(uint64(misses))
	if l, ok := ctx.Value(lookupsKey{}).(*Lookups); ok {
		l.hits.Add(int64(hits))
		l.misses.Add(int64(misses))
	}
}

// countLocal keeps the counts of one look into this process's memory; what is missing there, GetMulti counts.
func (c *Cache) countLocal(ctx context.Context, hits, misses int) {
	if c == nil || c.tier.budget == 0 {
		return
	}
	c.tier.used.Store(true)
	c.tier.hits.Add(uint64(hits))
	c.tier.misses.Add(uint64(misses))
	if l, ok := ctx.Value(lookupsKey{}).(*Lookups); ok {
		l.hits.Add(int64(hits))
	}
}

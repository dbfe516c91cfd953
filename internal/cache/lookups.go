package cache

import (
	"context"

	"styleshare/internal/usage"
)

// count keeps the counts of one GetMulti.
func (c *Cache) count(ctx context.Context, hits, misses int) {
	c.stats.hits.Add(uint64(hits))
	c.stats.misses.Add(uint64(misses))
	usage.Of(ctx).Looked(hits, misses)
}

// countLocal keeps the counts of one look into this process's memory; what is missing there, GetMulti counts.
func (c *Cache) countLocal(ctx context.Context, hits, misses int) {
	if c == nil || c.tier.budget == 0 {
		return
	}
	c.tier.used.Store(true)
	c.tier.hits.Add(uint64(hits))
	c.tier.misses.Add(uint64(misses))
	usage.Of(ctx).Looked(hits, 0)
}

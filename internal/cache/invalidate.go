package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"styleshare/internal/tracing"
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

// IsKnown tells that the node was not even asked because it is away, which is in the log already: one line for each change
// of an outage would say nothing more.
func (e *InvalidateError) IsKnown() bool {
	return errors.Is(e.Err, gobreaker.ErrOpenState) || errors.Is(e.Err, gobreaker.ErrTooManyRequests)
}

// Invalidate makes memcached, this process's memory and that of others forget keys; call it after the commit that changed
// them. The error is an *InvalidateError, of memcached: call Invalidate again with its Keys, from any process, until it
// succeeds. What the package promises in the meantime is in its comment. The end of ctx does not cut it short: the commit
// has happened.
func (c *Cache) Invalidate(ctx context.Context, keys ...string) error {
	return c.InvalidateMarked(ctx, 0, keys...)
}

// InvalidateMarked is Invalidate after Mark, by the writer of that id.
func (c *Cache) InvalidateMarked(ctx context.Context, id uint64, keys ...string) error {
	if c == nil || len(keys) == 0 {
		return nil
	}
	_, span := tracing.Start(ctx, "memcached invalidate", tracing.Client)
	span.Number("cache.keys", int64(len(keys)))
	started := time.Now()
	var unmarked atomic.Bool // whether one of the keys has been without its mark
	failed, err := c.rewriteAll(keys, func(old []byte, again bool) []byte {
		writers := c.writersOf(old, started)
		if !slices.ContainsFunc(writers, func(w writer) bool { return w.id == id }) {
			unmarked.Store(true)
		}
		return settled(old, writers, id, started, again)
	})
	c.stats.invalidations.Add(uint64(len(keys) - len(failed)))
	c.stats.failed.Add(uint64(len(failed)))
	span.End(err)
	for _, key := range keys {
		c.suspects.clear(c.safeKey(key), started)
	}
	// First the doubt: whoever looks a key up after it was dropped must not find in memcached what it had before.
	c.suspect(failed)
	c.tier.drop(keys, time.Now())
	c.bus.tell(failed, true)
	if unmarked.Load() || !c.bus.reliable(c.markTTL+quiet) {
		// Where the mark has held, the others have dropped what they had when they heard of it, and got no other since.
		c.bus.tell(without(keys, failed), false)
	}
	if err != nil {
		return &InvalidateError{Keys: failed, Err: err}
	}
	return nil
}

// suspect has what memcached holds of keys not believed for now.
func (c *Cache) suspect(keys []string) {
	for _, key := range keys {
		c.suspects.add(c.safeKey(key), time.Now())
	}
}

func without(keys, some []string) []string {
	if len(some) == 0 {
		return keys
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return slices.Contains(some, key) })
}

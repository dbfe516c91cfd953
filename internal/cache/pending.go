package cache

import (
	"context"
	"math/rand/v2"
	"time"
)

// Pending gives the keys whose invalidation has failed and is still to be repeated, by whichever process.
type Pending func(context.Context) ([]string, error)

// pendingTimeout bounds one question for them.
const pendingTimeout = 5 * time.Second

// doubtPending has the keys doubted whose invalidation others could not get through to memcached: by a process that has
// just begun, and after each time in which it may not have heard of them. Until then a node that was away, and has come back
// with what it had before, would be believed by a process that knows nothing of the changes in between.
func (c *Cache) doubtPending(ctx context.Context, pending Pending) {
	for {
		for wait := minRetry; !c.askPending(ctx, pending); wait = min(2*wait, maxRetry) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait/2 + rand.N(wait/2)):
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-c.missed:
		}
	}
}

func (c *Cache) askPending(ctx context.Context, pending Pending) bool {
	ctx, cancel := context.WithTimeout(ctx, pendingTimeout)
	defer cancel()
	keys, err := pending(ctx)
	if err != nil {
		return false
	}
	c.suspect(keys)
	c.tier.drop(keys, time.Now())
	return true
}

// mayHaveMissed says that others may have told something that was not heard.
func (c *Cache) mayHaveMissed() {
	select {
	case c.missed <- struct{}{}:
	default: // it will ask anyway
	}
}

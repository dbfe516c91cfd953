package replicas

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisTimeout bounds what an operation waits for Redis.
const redisTimeout = 100 * time.Millisecond

// writers remember who has just written.
type writers struct {
	redis redis.UniversalClient
	// until is when Redis is believed again after it failed, in nanoseconds of Unix time. What it lost meanwhile is forgotten
	// by then.
	until atomic.Int64
}

func writerKey(person int64) string { return "wrote:" + strconv.FormatInt(person, 10) }

// Wrote has the person read the primary for a while, in all processes. It is to be called between the commit and the answer.
func (s *Set) Wrote(ctx context.Context, person int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisTimeout)
	defer cancel()
	if err := s.writers.redis.Set(ctx, writerKey(person), 1, RememberFor).Err(); err != nil {
		s.writers.distrust()
		s.log.WarnContext(ctx, "Redis does not remember who has written: for a moment everybody reads the primary", "error", err)
	}
}

// wrote tells whether the person has just written. Where nobody knows, they have.
func (w *writers) wrote(ctx context.Context, person int64) bool {
	if time.Now().UnixNano() < w.until.Load() {
		return true
	}
	bounded, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	err := w.redis.Get(bounded, writerKey(person)).Err()
	if errors.Is(err, redis.Nil) {
		return false
	}
	if err != nil && ctx.Err() == nil {
		w.distrust()
	}
	return true
}

func (w *writers) distrust() { w.until.Store(time.Now().Add(RememberFor).UnixNano()) }

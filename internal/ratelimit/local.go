package ratelimit

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// localKeys bounds the memory of an outage (some 2 MB); the keys used longest ago are forgotten first.
const localKeys = 10_000

// local counts in this process, with the same rules as Redis does.
type local struct {
	mu   sync.Mutex // makes "look up, else add" one step, so that two first events share one count
	keys *lru.Cache[string, *rate.Limiter]
}

func newLocal() *local {
	keys, err := lru.New[string, *rate.Limiter](localKeys)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &local{keys: keys}
}

func (l *local) allow(name string, rule Rule) Decision {
	now := time.Now()
	res := l.limiter(name, rule).ReserveN(now, 1)
	wait := res.DelayFrom(now)
	if wait <= 0 {
		return Decision{Allowed: true}
	}
	res.CancelAt(now) // what is refused is not counted
	return Decision{RetryAfter: wait}
}

func (l *local) limiter(name string, rule Rule) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	lim, ok := l.keys.Get(name)
	if !ok {
		lim = rate.NewLimiter(rate.Limit(float64(rule.Limit)/rule.Period.Seconds()), rule.burst())
		l.keys.Add(name, lim)
	}
	return lim
}

func (l *local) reset(name string) { l.keys.Remove(name) }

// Package ratelimit counts attempts in Redis, so that all server processes share one count, and in the
// process itself while Redis is away: a stopped Redis neither opens the door nor closes it.
package ratelimit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"sync/atomic"
	"time"

	redisrate "github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

const (
	// redisTimeout bounds what one call may cost when Redis hangs; a healthy answer takes below 1 ms.
	redisTimeout = 100 * time.Millisecond
	// After so many failures in a row Redis is left alone for openFor, then one call probes it.
	failuresToOpen = 3
	openFor        = 2 * time.Second
)

// Rule is one limit: Limit events each Period on average, with up to Burst at once (Limit when Burst is 0).
// Name separates the counts of different rules. A rule whose Limit or Period is not positive allows nothing.
type Rule struct {
	Name   string
	Limit  int
	Period time.Duration
	Burst  int
}

func (r Rule) burst() int {
	if r.Burst > 0 {
		return r.Burst
	}
	return r.Limit
}

// Check asks for one event of Key (a login, an address) under Rule.
type Check struct {
	Rule Rule
	Key  string
}

// Decision is the answer: RetryAfter is when the next event will be allowed, 0 where this one is.
type Decision struct {
	Allowed    bool
	RetryAfter time.Duration
}

// Limiter is safe for concurrent use.
type Limiter struct {
	redis   *redisrate.Limiter
	local   *local
	breaker *gobreaker.CircuitBreaker[*redisrate.Result]
	secret  []byte
	timeout time.Duration // redisTimeout; longer in tests, whose machine may be busy
	log     *slog.Logger
	away    atomic.Bool // an outage has been logged and is not over
	lastErr atomic.Pointer[error]
}

// New makes a Limiter. The client must heed deadlines of contexts, as redisdb.Open's does. secret keys the hash
// under which logins and addresses are counted; all processes must have the same.
func New(client redis.UniversalClient, secret []byte, log *slog.Logger) *Limiter {
	l := &Limiter{redis: redisrate.NewLimiter(client), local: newLocal(), secret: secret, timeout: redisTimeout, log: log}
	l.breaker = gobreaker.NewCircuitBreaker[*redisrate.Result](gobreaker.Settings{
		Name:          "rate limits",
		Timeout:       openFor,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresToOpen },
		OnStateChange: l.stateChanged,
	})
	return l
}

// Allow counts one event if the rule has room for it, and does not count it otherwise. It always answers: while
// Redis is away, by the count of this process, which knows nothing of what Redis has counted. The end of ctx does
// not cut the check short (or a caller who hangs up would not be counted); redisTimeout (100 ms) does.
func (l *Limiter) Allow(ctx context.Context, rule Rule, key string) Decision {
	return l.allow(context.WithoutCancel(ctx), rule, key)
}

// AllowAll counts one event under each check, in order, and stops at the first that has no room: what comes
// after it is not counted. Put the address before the login, so that an address that is over its limit cannot
// use up the attempts of somebody else's login.
func (l *Limiter) AllowAll(ctx context.Context, checks ...Check) Decision {
	ctx = context.WithoutCancel(ctx)
	for _, c := range checks {
		if d := l.allow(ctx, c.Rule, c.Key); !d.Allowed {
			return d
		}
	}
	return Decision{Allowed: true}
}

// Reset forgets what was counted for key, after a successful sign-in for instance. Where Redis cannot be told,
// the count there runs out by itself.
func (l *Limiter) Reset(ctx context.Context, rule Rule, key string) {
	name := l.name(rule, key)
	l.local.reset(name)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	_, _ = l.ask(func() (*redisrate.Result, error) { return nil, l.redis.Reset(ctx, name) })
}

func (l *Limiter) allow(ctx context.Context, rule Rule, key string) Decision {
	if rule.Limit <= 0 || rule.Period <= 0 {
		return Decision{RetryAfter: max(rule.Period, time.Second)}
	}
	name := l.name(rule, key)
	res, err := l.ask(func() (*redisrate.Result, error) {
		ctx, cancel := context.WithTimeout(ctx, l.timeout)
		defer cancel()
		return l.redis.Allow(ctx, name, redisrate.Limit{Rate: rule.Limit, Burst: rule.burst(), Period: rule.Period})
	})
	switch {
	case err != nil:
		return l.local.allow(name, rule)
	case res.Allowed > 0:
		return Decision{Allowed: true}
	}
	return Decision{RetryAfter: res.RetryAfter}
}

func (l *Limiter) ask(f func() (*redisrate.Result, error)) (*redisrate.Result, error) {
	return l.breaker.Execute(func() (*redisrate.Result, error) {
		res, err := f()
		if err != nil {
			l.lastErr.Store(&err)
		}
		return res, err
	})
}

// name is the key in Redis. The hash is keyed because the few billion IPv4 addresses, and any list of e-mail
// addresses, are quickly hashed by whoever reads a dump of Redis.
func (l *Limiter) name(rule Rule, key string) string { return hashed(l.secret, rule.Name, key) }

func hashed(secret []byte, what, key string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(key))
	return what + ":" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

func (l *Limiter) stateChanged(_ string, _, to gobreaker.State) {
	switch {
	case to == gobreaker.StateOpen && l.away.CompareAndSwap(false, true):
		l.log.Warn("redis fails; this process counts rate limits by itself", "error", *l.lastErr.Load())
	case to == gobreaker.StateClosed && l.away.CompareAndSwap(true, false):
		l.log.Info("redis works again; rate limits are shared between processes")
	}
}

// Package persisted keeps the texts of automatic persisted queries by their hashes: in Redis, for all processes, and those
// used last in the process. Redis may forget them at any time: a client that is told so sends its text once more.
package persisted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

const (
	// MaxText is the longest text kept, in bytes; the apps' longest has 2,000.
	MaxText = 32 << 10
	// maxShared bounds all texts in Redis, in bytes: those used longest ago go first.
	maxShared = 16 << 20
	// unusedFor is after how long a text is forgotten that nobody asked for.
	unusedFor = 30 * 24 * time.Hour
	// nearTexts and nearBytes bound what a process keeps by itself.
	nearTexts = 1000
	nearBytes = 4 << 20
	// freshFor is how long a process uses a text of its own without telling Redis that it is still in use.
	freshFor = time.Hour

	// timeout bounds what one call may cost when Redis hangs; after so many failures in a row Redis is left alone for openFor.
	timeout        = 100 * time.Millisecond
	failuresToOpen = 3
	openFor        = 2 * time.Second
)

// The braces keep all of it in one slot of a cluster.
var keys = []string{"{persisted}:texts", "{persisted}:used", "{persisted}:bytes"}

// put stores a text and forgets others: ARGV has hash, text, now, the bound in bytes, and when a text was used last that is
// too old; the last one is the seconds after which everything may go.
var put = redis.NewScript(`
local bytes
if redis.call('hset', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  bytes = redis.call('incrby', KEYS[3], #ARGV[2])
else
  bytes = tonumber(redis.call('get', KEYS[3]) or 0)
end
redis.call('zadd', KEYS[2], ARGV[3], ARGV[1])
local function forget(hash)
  bytes = redis.call('decrby', KEYS[3], redis.call('hstrlen', KEYS[1], hash))
  redis.call('hdel', KEYS[1], hash)
  redis.call('zrem', KEYS[2], hash)
end
for _, hash in ipairs(redis.call('zrangebyscore', KEYS[2], '-inf', ARGV[5], 'limit', 0, 100)) do forget(hash) end
while bytes > tonumber(ARGV[4]) do
  local oldest = redis.call('zrange', KEYS[2], 0, 0)[1]
  if not oldest then break end
  forget(oldest)
end
for _, key in ipairs(KEYS) do redis.call('expire', key, ARGV[6]) end
return bytes`)

// Store is safe for concurrent use. A nil Store knows nothing and keeps nothing.
type Store struct {
	redis   redis.UniversalClient
	log     *slog.Logger
	breaker *gobreaker.CircuitBreaker[string]
	timeout time.Duration // longer in tests, whose machine may be busy
	shared  int           // maxShared; less in tests
	now     func() time.Time
	away    atomic.Bool // an outage has been logged and is not over

	mu    sync.Mutex
	near  *simplelru.LRU[string, *entry]
	bytes int // of all texts in near
}

type entry struct {
	text string
	told time.Time // when Redis was told last that it is in use
}

// New makes a Store. The client must heed deadlines of contexts, as redisdb.Open's does.
func New(client redis.UniversalClient, log *slog.Logger) *Store {
	s := &Store{redis: client, log: log, timeout: timeout, shared: maxShared, now: time.Now}
	s.breaker = gobreaker.NewCircuitBreaker[string](gobreaker.Settings{
		Name: "persisted queries", Timeout: openFor,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresToOpen },
		IsSuccessful: func(err error) bool { return err == nil || err == redis.Nil }, //nolint:errorlint // go-redis gives it as it is
	})
	// The only error is a size below one.
	s.near, _ = simplelru.NewLRU(nearTexts, func(_ string, e *entry) { s.bytes -= len(e.text) })
	return s
}

// Get gives the text of a hash, "" where it is not known, or cannot be read now.
func (s *Store) Get(ctx context.Context, hash string) string {
	if s == nil {
		return ""
	}
	s.mu.Lock()
	e, ok := s.near.Get(hash)
	s.mu.Unlock()
	if ok {
		return e.text
	}
	text, err := s.ask(ctx, func(ctx context.Context) (string, error) {
		p := s.redis.Pipeline()
		text := p.HGet(ctx, keys[0], hash)
		p.ZAddXX(ctx, keys[1], redis.Z{Score: float64(s.now().Unix()), Member: hash})
		_, err := p.Exec(ctx)
		return text.Val(), err
	})
	if err != nil || Hash(text) != hash {
		return ""
	}
	s.keep(hash, text)
	return text
}

// Fresh tells whether a Put of the hash would change nothing.
func (s *Store) Fresh(hash string) bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.near.Peek(hash)
	return ok && s.now().Sub(e.told) < freshFor
}

// Put keeps a text under its hash. Texts over MaxText are not kept; where Redis cannot be told, this process keeps it.
func (s *Store) Put(ctx context.Context, hash, text string) {
	if s == nil || len(text) > MaxText {
		return
	}
	s.keep(hash, text)
	now := s.now()
	_, _ = s.ask(ctx, func(ctx context.Context) (string, error) {
		return "", put.Run(ctx, s.redis, keys, hash, text, now.Unix(), s.shared, now.Add(-unusedFor).Unix(), int(unusedFor.Seconds())).Err()
	})
}

func (s *Store) keep(hash, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.near.Remove(hash)
	s.near.Add(hash, &entry{text, s.now()})
	for s.bytes += len(text); s.bytes > nearBytes; {
		s.near.RemoveOldest()
	}
}

// ask runs f unless Redis is being left alone. The end of ctx does not cut it short, or a caller who hangs up would look
// like an outage.
func (s *Store) ask(ctx context.Context, f func(context.Context) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	text, err := s.breaker.Execute(func() (string, error) { return f(ctx) })
	switch s.breaker.State() {
	case gobreaker.StateOpen:
		if s.away.CompareAndSwap(false, true) {
			s.log.WarnContext(ctx, "redis fails; persisted queries are known to single processes only", "error", err)
		}
	case gobreaker.StateClosed:
		if s.away.CompareAndSwap(true, false) {
			s.log.InfoContext(ctx, "redis works again; persisted queries are shared between processes")
		}
	case gobreaker.StateHalfOpen:
	}
	return text, err
}

// Hash is the SHA-256 of a text, as clients of persisted queries write it.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

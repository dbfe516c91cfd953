package ratelimit

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/redis/go-redis/v9"
)

const (
	// settleEvery is how long what was spent here stays unknown to the other processes.
	settleEvery = 100 * time.Millisecond
	// settleTimeout bounds one settling; nobody waits for it.
	settleTimeout = time.Second
	// budgetKeys bounds the memory of a minute (some 10 MB); the keys used longest ago are forgotten first.
	budgetKeys = 50_000
)

// Balance is what is left of a budget after a Spend.
type Balance struct {
	Allowed   bool
	Budget    int // of each minute
	Remaining int
	// ResetAt is when the whole budget is there again; the clock's next minute.
	ResetAt time.Time
}

// Budget is what each key (a person, an address) may spend in a minute of the clock, over all processes together.
//
// Nobody waits for Redis: a process decides by what it has spent itself and by what Redis said last of the others, and
// tells Redis every 100 ms. So several processes together may overspend by what they spend within 100 ms; one process
// never does. While Redis is away each process has the budget to itself, and tells what it spent when Redis is back.
//
// It is safe for concurrent use.
type Budget struct {
	redis  redis.UniversalClient
	secret []byte
	limit  int
	log    *slog.Logger
	now    func() time.Time

	mu        sync.Mutex
	minute    int64
	accounts  *simplelru.LRU[string, *account]
	unsettled map[string]*account
	timer     *time.Timer // runs or is running settle; nil otherwise
	closed    bool
	away      bool // an outage has been logged and is not over
}

// account is one key in the current minute.
type account struct {
	own     int // spent by this process
	pending int // the part of own that Redis does not know yet
	others  int // spent by the other processes, as far as is known
}

// NewBudget makes a Budget of limit for each minute. secret keys the hash under which Redis knows the keys; all processes
// must have the same.
func NewBudget(client redis.UniversalClient, secret []byte, limit int, log *slog.Logger) *Budget {
	b := &Budget{redis: client, secret: secret, limit: limit, log: log, now: time.Now, unsettled: map[string]*account{}}
	// The only error is a size below one.
	b.accounts, _ = simplelru.NewLRU[string, *account](budgetKeys, nil)
	return b
}

// Spend takes cost off the key's budget if it has as much left, and nothing otherwise.
func (b *Budget) Spend(key string, cost int) Balance {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn(now)
	a, ok := b.accounts.Get(key)
	if !ok {
		a = new(account)
		b.accounts.Add(key, a)
	}
	out := Balance{Budget: b.limit, ResetAt: time.Unix((b.minute+1)*60, 0).UTC()}
	out.Remaining = max(0, b.limit-a.own-a.others)
	if cost > out.Remaining {
		return out
	}
	a.own += cost
	a.pending += cost
	out.Allowed, out.Remaining = true, out.Remaining-cost
	b.unsettled[key] = a
	b.schedule(settleEvery)
	return out
}

// turn begins a new minute: what was not settled of the old one no longer matters.
func (b *Budget) turn(now time.Time) {
	if minute := now.Unix() / 60; minute != b.minute {
		b.minute = minute
		b.accounts.Purge()
		b.unsettled = make(map[string]*account)
	}
}

func (b *Budget) schedule(after time.Duration) {
	if b.timer == nil && !b.closed && len(b.unsettled) > 0 {
		b.timer = time.AfterFunc(after, b.settle)
	}
}

// settle tells Redis what was spent here, and learns what was spent elsewhere: one round trip for all keys.
func (b *Budget) settle() {
	b.mu.Lock()
	minute, keys := b.minute, b.unsettled
	b.unsettled = make(map[string]*account)
	told := make(map[string]int, len(keys))
	for key, a := range keys {
		told[key], a.pending = a.pending, 0
	}
	b.mu.Unlock()
	totals, err := b.tell(minute, told)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = nil
	b.report(err)
	if minute == b.minute {
		for key, a := range keys {
			if total, ok := totals[key]; ok {
				a.others = total - (a.own - a.pending)
			} else {
				a.pending += told[key]
				b.unsettled[key] = a
			}
		}
	}
	if err != nil {
		b.schedule(openFor)
	} else {
		b.schedule(settleEvery)
	}
}

// tell adds to the counts in Redis and gives what they are then; some may be missing where there is an error.
func (b *Budget) tell(minute int64, spent map[string]int) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), settleTimeout)
	defer cancel()
	counts := make(map[string]*redis.IntCmd, len(spent))
	_, err := b.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for key, n := range spent {
			name := hashed(b.secret, "cost/"+strconv.FormatInt(minute, 10), key)
			counts[key] = p.IncrBy(ctx, name, int64(n))
			p.Expire(ctx, name, 2*time.Minute)
		}
		return nil
	})
	totals := make(map[string]int, len(spent))
	for key, c := range counts {
		if c.Err() == nil {
			totals[key] = int(c.Val())
		}
	}
	return totals, err
}

// report logs the begin and the end of an outage.
func (b *Budget) report(err error) {
	switch {
	case err != nil && !b.away:
		b.away = true
		b.log.Warn("redis fails; this process counts the cost of operations by itself", "error", err)
	case err == nil && b.away:
		b.away = false
		b.log.Info("redis works again; the cost of operations is counted over all processes")
	}
}

// Close settles what is left to settle, once; spending goes on in this process alone.
func (b *Budget) Close() {
	b.mu.Lock()
	b.closed = true
	idle := b.timer == nil || b.timer.Stop()
	b.mu.Unlock()
	if idle { // otherwise a settling is on its way
		b.settle()
	}
}

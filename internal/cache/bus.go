package cache

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/coalesce"
	"styleshare/internal/rowcodec"
)

const (
	// beat is how often a process that reads asks for a sign that it hears: several times within localGrace.
	beat = 250 * time.Millisecond
	// deaf is how long a sign may take before the process connects anew.
	deaf = 2 * time.Second
	// telling is how long a change may take to be published; after a failure nobody tries for as long as quiet.
	telling = 100 * time.Millisecond
	quiet   = time.Second
	// minRetry and maxRetry are the waits between attempts to listen.
	minRetry = 50 * time.Millisecond
	maxRetry = 2 * time.Second
	// maxTold bounds the keys of one message.
	maxTold = 500
)

// bus tells the other processes what changes, by a channel of Redis: they drop it from their memory. It is a connection
// of its own beside that of internal/realtime, whose subscribers must not keep a change waiting.
type bus struct {
	redis     redis.UniversalClient
	channel   string
	self      int64 // this process, which need not hear itself
	log       *slog.Logger
	began     time.Time    // longer ago than anything that counts
	failedAt  atomic.Int64 // when something was not told last, in nanoseconds since began
	untold    untold
	together  *coalesce.Coalescer[change, struct{}]
	listening atomic.Pointer[redis.PubSub]
	askedAt   atomic.Int64 // when a sign of life was asked for that has not come, by the tier's clock; 0 for none
}

// change is what one writer tells.
type change struct {
	keys  []string
	doubt bool
}

// message is what is published. Doubt says that memcached could not be told: what it has is not to be believed either.
type message struct {
	From  int64
	Doubt bool
	Keys  []string
}

var messages = rowcodec.New(func(m *message, f *rowcodec.Fields) {
	f.Int64(&m.From)
	f.Bool(&m.Doubt)
	f.Strings(&m.Keys)
})

func newBus(cfg Config) *bus {
	if cfg.Redis == nil {
		return nil
	}
	b := &bus{redis: cfg.Redis, channel: cfg.Namespace + "cache", self: rand.Int64(), log: cfg.Log, began: time.Now().Add(-time.Hour)}
	b.together = coalesce.New(b.publishTogether)
	return b
}

// tell publishes what changes. What cannot be told at once is told by Run, until it succeeds: soon enough after a hiccup,
// and where nobody reaches Redis the others believe what they have for localGrace only. What is left is a process that is
// cut off from Redis alone: until it is back, localTTL holds for the others.
func (b *bus) tell(keys []string, doubt bool) {
	if b == nil || len(keys) == 0 {
		return
	}
	if b.reliable(quiet) {
		if _, err := b.together.Ask(context.Background(), change{keys, doubt}); err == nil {
			return
		}
	}
	b.untold.add(keys, doubt)
}

// publishTogether tells what several writers change at the same moment.
func (b *bus) publishTogether(_ context.Context, changes []change) ([]struct{}, error) {
	var told [2][]string
	for _, c := range changes {
		i := 0
		if c.doubt {
			i = 1
		}
		told[i] = append(told[i], c.keys...)
	}
	if err := b.publish(told[0], false, telling); err != nil {
		return nil, err
	}
	return make([]struct{}, len(changes)), b.publish(told[1], true, telling)
}

func (b *bus) publish(keys []string, doubt bool, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	for some := range slices.Chunk(keys, maxTold) {
		text := messages.Encode(&message{From: b.self, Doubt: doubt, Keys: some})
		if err := b.redis.Publish(ctx, b.channel, text).Err(); err != nil {
			b.failedAt.Store(int64(time.Since(b.began)))
			return err
		}
	}
	return nil
}

// reliable says that no attempt to tell something has failed for a while, nor was one left out for quiet.
func (b *bus) reliable(lately time.Duration) bool {
	return b == nil || time.Since(b.began)-time.Duration(b.failedAt.Load()) > lately
}

// Run hears what other processes change, asks for what they could not tell memcached, and gives back memory that is not
// used, until ctx ends. Without it, or while Redis is away, rows are kept in this process's memory for a second.
func (c *Cache) Run(ctx context.Context, pending Pending) {
	if c == nil {
		return
	}
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { c.tidy(ctx) })
	running.Go(func() { c.doubtPending(ctx, pending) })
	for wait := minRetry; c.bus != nil && ctx.Err() == nil; wait = min(2*wait, maxRetry) {
		heard, err := c.listen(ctx)
		if heard && ctx.Err() == nil {
			wait = minRetry
			c.bus.log.WarnContext(ctx, "changes that others make are not heard for now", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
	}
}

// tidy asks for a sign of life while somebody reads, and tells what could not be told before.
func (c *Cache) tidy(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			c.tier.dropOld(now)
			if c.bus != nil {
				c.bus.tellAgain()
			}
			if c.tier.used.Swap(false) && c.bus != nil {
				c.bus.ask(ctx, c.tier.at(now))
			}
		}
	}
}

func (b *bus) ask(ctx context.Context, now int64) {
	if listening := b.listening.Load(); listening != nil {
		b.askedAt.CompareAndSwap(0, now)
		// Where it cannot be sent, listen hears of it.
		_ = listening.Ping(ctx, strconv.FormatInt(now, 10))
	}
}

var errDeaf = errors.New("redis does not answer on the connection that listens")

// listen drops what others change until the connection breaks, and tells whether it heard anything.
func (c *Cache) listen(ctx context.Context) (heard bool, err error) {
	b, listening := c.bus, c.bus.redis.Subscribe(ctx, c.bus.channel)
	closed := context.AfterFunc(ctx, func() { _ = listening.Close() }) // receiving does not look at ctx
	defer func() {
		closed()
		b.listening.Store(nil)
		_ = listening.Close()
	}()
	for {
		m, err := listening.ReceiveTimeout(ctx, localGrace)
		now := time.Now()
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			if asked := b.askedAt.Load(); !heard || asked != 0 && c.tier.at(now)-asked > int64(deaf) {
				return heard, errDeaf
			}
			continue
		}
		if err != nil {
			return heard, err
		}
		heard = true
		switch m := m.(type) {
		case *redis.Subscription: // also where go-redis has connected again by itself
			c.tier.dropAll(now)
			c.mayHaveMissed()
			b.askedAt.Store(0)
			b.listening.Store(listening)
		case *redis.Pong:
			b.askedAt.Store(0)
			if sent, err := strconv.ParseInt(m.Payload, 10, 64); err == nil {
				c.tier.confirm(sent)
			}
		case *redis.Message:
			c.hear(ctx, m.Payload)
		}
	}
}

// hear drops what another process has changed, or is about to.
func (c *Cache) hear(ctx context.Context, text string) {
	m, err := messages.Decode([]byte(text))
	if err != nil {
		c.bus.log.ErrorContext(ctx, "change of another process not understood", "error", err)
		c.tier.dropAll(time.Now())
		return
	}
	if m.From == c.bus.self {
		return
	}
	if m.Doubt {
		c.suspect(m.Keys)
	}
	if slices.Contains(m.Keys, everything) {
		c.tier.dropAll(time.Now())
	}
	c.tier.drop(m.Keys, time.Now())
}

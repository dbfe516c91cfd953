package realtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Hub is one process's part: it appends events, and distributes those of all processes to its subscriptions.
type Hub struct {
	redis redis.UniversalClient
	log   *slog.Logger
	// reading bounds how many subscriptions read from their streams at the same time: after an outage all want to.
	reading chan struct{}
	// up says that the process hears of events.
	up atomic.Bool
	// ahead is how many milliseconds the clock of Redis is ahead of this machine's.
	ahead atomic.Int64

	mu     sync.RWMutex
	topics map[string]*Subscription // the first of each topic's list
}

// readers is the capacity of Hub.reading, below the connections that go-redis opens for one core.
const readers = 8

// New makes a Hub. Call Run, or subscriptions get what was missed and nothing live.
func New(client redis.UniversalClient, log *slog.Logger) *Hub {
	return &Hub{redis: client, log: log, reading: make(chan struct{}, readers), topics: make(map[string]*Subscription)}
}

// appendScript has no event in a stream of which not everybody was told, and none twice with the same key.
var appendScript = redis.NewScript(`
if not redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[4]) then return false end
local position = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'id', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[5], position .. ' ' .. ARGV[1] .. ' ' .. ARGV[6])
return position`)

// NewEvent is what happened to the object ID. The same Key, for an hour, appends nothing.
type NewEvent struct {
	Topic string
	ID    int64
	Key   string
}

// Append has events reach all who listen to their topics in any process, and those who ask for them later. After an error
// some are appended and some not: the same may be tried again.
func (h *Hub) Append(ctx context.Context, events ...NewEvent) error {
	err := h.append(ctx, events)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		if err = appendScript.Load(ctx, h.redis).Err(); err == nil {
			err = h.append(ctx, events)
		}
	}
	if err != nil {
		return fmt.Errorf("realtime: append: %w", err)
	}
	return nil
}

// onceKey is in the slot of the topic's stream, as a cluster wants it of keys that a script uses together: what stands in
// braces is what counts.
func onceKey(e NewEvent) string { return keyPrefix + "once:{" + keyPrefix + e.Topic + "}:" + e.Key }

// append takes one round trip, of a cluster one to each node.
func (h *Hub) append(ctx context.Context, events []NewEvent) error {
	pipe := h.redis.Pipeline()
	for _, e := range events {
		appendScript.EvalSha(ctx, pipe, []string{keyPrefix + e.Topic, onceKey(e)},
			e.ID, keep, ttl.Milliseconds(), onceFor.Milliseconds(), channel, e.Topic)
	}
	cmds, _ := pipe.Exec(ctx) // each has its own error
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}

// Waits between attempts to listen, and for a sign of life while there are no events.
const (
	minRetry = 50 * time.Millisecond
	maxRetry = 2 * time.Second
	silence  = 5 * time.Second
)

// Run listens until ctx ends. While Redis is away subscriptions wait; afterwards they read what they have missed.
func (h *Hub) Run(ctx context.Context) {
	wait := minRetry
	for {
		heard, err := h.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if heard {
			wait = minRetry
			h.log.WarnContext(ctx, "no events from Redis for now", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait/2 + rand.N(wait/2)):
			wait = min(2*wait, maxRetry)
		}
	}
}

var errSilent = errors.New("redis does not answer on the connection that listens")

// listen distributes what one connection hears until it breaks, and tells whether it heard anything.
func (h *Hub) listen(ctx context.Context) (heard bool, err error) {
	listening := h.redis.Subscribe(ctx, channel)
	closed := context.AfterFunc(ctx, func() { _ = listening.Close() }) // receiving does not look at ctx
	defer func() {
		closed()
		h.up.Store(false)
		_ = listening.Close()
	}()
	asked := false
	for {
		message, err := listening.ReceiveTimeout(ctx, silence)
		timeout, ok := errors.AsType[net.Error](err)
		switch {
		case ok && timeout.Timeout() && !asked && heard:
			asked = true
			if err = listening.Ping(ctx); err != nil {
				return heard, err
			}
			continue
		case ok && timeout.Timeout():
			return heard, errSilent
		case err != nil:
			return heard, err
		}
		heard, asked = true, false
		switch m := message.(type) {
		case *redis.Subscription: // also where go-redis has connected again by itself
			h.connected(ctx)
		case *redis.Message:
			h.distribute(ctx, m.Payload)
		}
	}
}

// connected has every subscription look for what it may have missed.
func (h *Hub) connected(ctx context.Context) {
	if now, err := h.redis.Time(ctx).Result(); err == nil {
		h.ahead.Store(now.UnixMilli() - time.Now().UnixMilli())
	}
	h.up.Store(true)
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, first := range h.topics {
		for s := first; s != nil; s = s.next {
			s.fallBehind()
		}
	}
}

func (h *Hub) distribute(ctx context.Context, payload string) {
	position, rest, _ := strings.Cut(payload, " ")
	id, topic, _ := strings.Cut(rest, " ")
	event, err := newEvent(position, id)
	if err != nil {
		h.log.ErrorContext(ctx, "event not understood", "error", err)
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := h.topics[topic]; s != nil; s = s.next {
		s.push(event)
	}
}

// now is about the position that an event would get now.
func (h *Hub) now() Position {
	return Position{Milliseconds: uint64(time.Now().UnixMilli() + h.ahead.Load())}
}

// Known tells whether an event can stand at a position: clocks may differ a little, but cursors are not of the future.
func (h *Hub) Known(p Position) bool {
	return p.Milliseconds <= h.now().Milliseconds+uint64(time.Minute/time.Millisecond)
}

// read gives up to limit events of a topic after a position.
func (h *Hub) read(ctx context.Context, topic string, after Position, limit int64) ([]Event, error) {
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	messages, err := h.redis.XRangeN(ctx, keyPrefix+topic, "("+after.String(), "+", limit).Result()
	if err != nil {
		return nil, fmt.Errorf("realtime: read: %w", err)
	}
	events := make([]Event, 0, len(messages))
	for _, m := range messages {
		id, _ := m.Values["id"].(string)
		event, err := newEvent(m.ID, id)
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

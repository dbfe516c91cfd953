package realtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// newHub is one process.
func newHub(t *testing.T, address string) *Hub {
	t.Helper()
	client, err := redisdb.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	h := New(client, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		_ = client.Close()
	})
	return h
}

func (h *Hub) awaitUp(t *testing.T) {
	t.Helper()
	eventually(t, "the hub hears", h.up.Load)
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

func add(t *testing.T, h *Hub, topic string, from, to int64) {
	t.Helper()
	for id := from; id <= to; id++ {
		if err := h.Append(t.Context(), NewEvent{Topic: topic, ID: id, Key: fmt.Sprint(topic, id)}); err != nil {
			t.Fatal(err)
		}
	}
}

func next(t *testing.T, s *Subscription) Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	e, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// wants fails unless the next events are those of ids from to to, each once.
func wants(t *testing.T, s *Subscription, from, to int64) (last Event) {
	t.Helper()
	for id := from; id <= to; id++ {
		if last = next(t, s); last.ID != id {
			t.Fatalf("got event %d, want %d", last.ID, id)
		}
	}
	return last
}

func TestEventsReachOtherProcesses(t *testing.T) {
	t.Parallel()
	address := testkit.Redis(t)
	one, two := newHub(t, address), newHub(t, address)
	s, other := two.Subscribe("a:1", nil), two.Subscribe("a:2", nil)
	defer s.Close()
	defer other.Close()
	two.awaitUp(t)
	add(t, one, "a:1", 1, 3)
	add(t, one, "a:2", 7, 7)
	add(t, one, "a:1", 4, 4)
	wants(t, s, 1, 4)
	wants(t, other, 7, 7)
}

func TestReplayAfterACursorGoesOverIntoLive(t *testing.T) {
	t.Parallel()
	h := newHub(t, testkit.Redis(t))
	h.awaitUp(t)
	first := h.Subscribe("a:1", nil)
	defer first.Close()
	add(t, h, "a:1", 1, 250)
	cursor := wants(t, first, 1, 20).Position
	var adding sync.WaitGroup
	adding.Go(func() { add(t, h, "a:1", 251, 700) })
	var readers sync.WaitGroup
	for range 8 { // they begin at different moments of it
		s := h.Subscribe("a:1", &cursor)
		t.Cleanup(s.Close)
		readers.Go(func() {
			for id := int64(21); id <= 700; id++ {
				if e, err := s.Next(t.Context()); err != nil || e.ID != id {
					t.Errorf("got event %d (%v), want %d", e.ID, err, id)
					return
				}
			}
		})
	}
	readers.Wait()
	adding.Wait()
	wants(t, first, 21, 700) // a reader that was slow lacks nothing either
}

func TestTheSameKeyAppendsOnce(t *testing.T) {
	t.Parallel()
	h := newHub(t, testkit.Redis(t))
	h.awaitUp(t)
	s := h.Subscribe("a:1", nil)
	defer s.Close()
	for range 3 {
		if err := h.Append(t.Context(), NewEvent{Topic: "a:1", ID: 1, Key: "job 1"}); err != nil {
			t.Fatal(err)
		}
	}
	add(t, h, "a:1", 2, 2)
	wants(t, s, 1, 2)
}

func TestStreamsAreBoundedAndEnd(t *testing.T) {
	t.Parallel()
	h := newHub(t, testkit.Redis(t))
	add(t, h, "a:1", 1, keep+300)
	start := Position{}
	s := h.Subscribe("a:1", &start)
	defer s.Close()
	if first := next(t, s); first.ID < 101 || first.ID > 301 {
		t.Errorf("the oldest event is %d: want about %d kept", first.ID, keep)
	}
	if left := h.redis.PTTL(t.Context(), keyPrefix+"a:1").Val(); left <= 0 || left > ttl {
		t.Errorf("the stream lives for %s", left)
	}
}

func TestRedisGoesAndComesBack(t *testing.T) {
	t.Parallel()
	part := testkit.OwnRedis(t)
	h := newHub(t, part.URL())
	h.awaitUp(t)
	live, idle := h.Subscribe("a:1", nil), h.Subscribe("a:2", nil)
	defer live.Close()
	defer idle.Close()
	add(t, h, "a:1", 1, 1)
	cursor := wants(t, live, 1, 1).Position
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the hub notices", func() bool { return !h.up.Load() })
	late := h.Subscribe("a:1", &cursor) // waits, and is no failure
	defer late.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := late.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without Redis: %v", err)
	}
	if err := part.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Whether or not the hub hears already: what it has missed is in the stream.
	add(t, h, "a:1", 2, 3)
	add(t, h, "a:2", 4, 4)
	wants(t, live, 2, 3)
	wants(t, late, 2, 3)
	wants(t, idle, 4, 4)
}

func TestClosedSubscriptionsLeaveNothing(t *testing.T) {
	t.Parallel()
	h := newHub(t, testkit.Redis(t))
	var all []*Subscription
	for range 5 {
		all = append(all, h.Subscribe("a:1", nil))
	}
	for _, i := range []int{2, 4, 0, 1, 3} { // from the middle and from both ends
		all[i].Close()
	}
	if len(h.topics) != 0 {
		t.Errorf("left: %v", h.topics)
	}
}

func TestCursorsOfTheFutureAreUnknown(t *testing.T) {
	t.Parallel()
	h := New(nil, nil)
	now := uint64(time.Now().UnixMilli())
	if !h.Known(Position{Milliseconds: now}) || h.Known(Position{Milliseconds: now + 3_600_000}) {
		t.Error("the present must be known, the future not")
	}
}

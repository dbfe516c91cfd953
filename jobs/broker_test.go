package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// A worker that has seen its queues empty asks nothing for an hour here, and still runs what the relay of another process
// announces.
func TestIdleWorkersAreWoken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j, other := r.jobs(t), r.jobs(t)
	j.Register(kindTest, leaveTrace(r.db, "worker"))
	b := newBroker(j.scripts, queues, time.Hour, t.Context().Done())
	server := j.newServer(b, 1, queues)
	if err := server.Start(asynq.HandlerFunc(j.process)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	start(t, func(ctx context.Context) error { j.hearAnnouncements(ctx, []*broker{b}); return nil })
	for range 3 {
		eventually(t, "the worker waits", func() bool { return b.idleFor() > time.Minute })
		id := r.record(t, "wakes")
		if _, err := other.relayOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.awaitDone(t, id)
	}
}

// What nobody announces is found by the poll.
func TestIdleWorkersPoll(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.Register(kindTest, leaveTrace(r.db, "worker"))
	b := newBroker(j.scripts, queues, 20*time.Millisecond, t.Context().Done())
	server := j.newServer(b, 1, queues)
	if err := server.Start(asynq.HandlerFunc(j.process)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	eventually(t, "the worker waits", func() bool { return b.idleFor() > 0 })
	id := r.record(t, "is found")
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.awaitDone(t, id)
}

// An announcement that comes between asynq's look and its answer is not lost.
func TestAnnouncedWhileLookedAt(t *testing.T) {
	t.Parallel()
	b := newBroker(nil, map[string]int{QueueDefault: 1, QueueLow: 1}, time.Hour, nil)
	low, standard := b.queues[QueueLow], b.queues[QueueDefault]
	b.sawEmpty(low, 0)
	announcements, look := b.needsLook(standard)
	if !look {
		t.Fatal("a queue that nobody has looked at needs a look")
	}
	b.announce(QueueDefault)
	if b.sawEmpty(standard, announcements); b.idleFor() > 0 {
		t.Error("the announcement is lost")
	}
	announcements, _ = b.needsLook(standard)
	if b.sawEmpty(standard, announcements); b.idleFor() <= 0 {
		t.Error("a queue that was seen empty is looked at again")
	}
	if b.announce("another"); b.idleFor() <= 0 {
		t.Error("woken for a queue of others")
	}
	if b.announce(); b.idleFor() > 0 {
		t.Error("not woken for all queues")
	}
}

// A Redis that was flushed has forgotten asynq's scripts and queues.
func TestRelayAfterAFlush(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	for range 2 {
		r.record(t, "one")
		r.record(t, "two")
		if n, err := j.relayOnce(t.Context()); n != 2 || err != nil {
			t.Fatalf("handed %d over; %v", n, err)
		}
		info, err := asynq.NewInspectorFromRedisClient(j.redis).GetQueueInfo(QueueDefault)
		if err != nil || info.Pending != 2 {
			t.Fatalf("%+v, %v; want 2 pending", info, err)
		}
		for _, command := range []func(context.Context) *redis.StatusCmd{j.redis.FlushAll, j.redis.ScriptFlush} {
			if err := command(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

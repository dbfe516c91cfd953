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
	b := newBroker(j.scripts, 4, queues, time.Hour, t.Context().Done())
	server := j.newServer(b, queues)
	if err := server.Start(b.handler(j.process)); err != nil {
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
	b := newBroker(j.scripts, 4, queues, 20*time.Millisecond, t.Context().Done())
	server := j.newServer(b, queues)
	if err := server.Start(b.handler(j.process)); err != nil {
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
	b := newBroker(nil, 4, map[string]int{QueueDefault: 1, QueueLow: 1}, time.Hour, nil)
	low, standard := b.queues[QueueLow], b.queues[QueueDefault]
	b.saw(low, 0, 4, nil, nil)
	announcements, n := b.needsLook(standard)
	if n != 4 {
		t.Fatalf("%d tasks wanted of a queue that nobody has looked at", n)
	}
	b.announce(QueueDefault)
	if b.saw(standard, announcements, 4, nil, nil); b.idleFor() > 0 {
		t.Error("the announcement is lost")
	}
	announcements, _ = b.needsLook(standard)
	if b.saw(standard, announcements, 4, nil, nil); b.idleFor() <= 0 {
		t.Error("a queue that was seen empty is looked at again")
	}
	if b.announce("another"); b.idleFor() <= 0 {
		t.Error("woken for a queue of others")
	}
	if b.announce(); b.idleFor() > 0 {
		t.Error("not woken for all queues")
	}
}

// A worker takes no more tasks than it can start, and those that it has taken start although it is told to stop.
func TestTakenAheadIsStarted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.config.ShutdownTimeout = deadline
	started, goOn := make(chan int64, 40), make(chan struct{})
	j.Register(kindTest, func(_ context.Context, job *Job) error {
		started <- job.ID
		<-goOn
		return nil
	})
	for range cap(started) {
		r.record(t, "many")
	}
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop := start(t, j.RunWorker)
	for range j.config.Concurrency {
		await(t, "a job starts", started)
	}
	queue := func() *asynq.QueueInfo {
		info, err := asynq.NewInspectorFromRedisClient(j.redis).GetQueueInfo(QueueDefault)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	if info := queue(); info.Active != j.config.Concurrency {
		t.Errorf("%d tasks taken for %d slots", info.Active, j.config.Concurrency)
	}
	close(goOn)
	for range 10 {
		await(t, "a job starts", started)
	}
	stop()
	info := queue()
	if done := r.count(t, "select count(*) from outbox where done_at is not null"); info.Active != 0 || info.Pending != cap(started)-done {
		t.Errorf("%d active, %d pending of %d, %d done", info.Active, info.Pending, cap(started), done)
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

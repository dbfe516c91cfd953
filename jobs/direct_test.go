package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"styleshare/models"
)

// groups is a GroupHandler that tells how many jobs it gets.
func groups(sizes chan<- int) GroupHandler {
	return func(_ context.Context, jobs []*Job) error { sizes <- len(jobs); return nil }
}

func TestRelaysLeaveToWorkersWhatThoseRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server, worker := r.jobs(t), r.jobs(t)
	sizes := make(chan int, 10)
	worker.RelayDirectly(models.JobNotify, groups(sizes))
	relay := func(j *Jobs, want int) {
		t.Helper()
		if n, err := j.relayOnce(t.Context()); n != want || err != nil {
			t.Fatalf("%d, %v; want %d", n, err, want)
		}
	}
	other := r.record(t, "for all")
	ids := []int64{r.recordAs(t, models.JobNotify, "one"), r.recordAs(t, models.JobNotify, "two")}
	relay(server, 1)
	if row := r.row(t, other); row.EnqueuedAt == nil {
		t.Error("what all relays hand over was left")
	}
	relay(worker, len(ids))
	if n := await(t, "the group", sizes); n != len(ids) {
		t.Errorf("%d jobs at a time, want %d", n, len(ids))
	}
	r.awaitDone(t, ids...)

	late := r.recordAs(t, models.JobNotify, "no worker takes it")
	server.timing.leave = time.Nanosecond
	relay(server, 1)
	if row := r.row(t, late); row.EnqueuedAt == nil || row.DoneAt != nil {
		t.Errorf("%+v", row)
	}
}

// Nothing but the commit in another process wakes the relay.
func TestRelaysOfWorkersHearOfCommits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := &rig{db: openDB(t, r.dsn), dsn: r.dsn, redis: r.redis}
	worker := r.jobs(t)
	worker.timing.poll = time.Hour
	sizes := make(chan int, 10)
	worker.RelayDirectly(models.JobNotify, groups(sizes))
	start(t, worker.RunRelay)
	start(t, worker.RunWorker)
	start(t, server.jobs(t).RunRelay)
	for range 3 {
		server.awaitDone(t, server.recordAs(t, models.JobNotify, "news"))
		await(t, "the group", sizes)
	}
}

// Of a group that fails, each job is tried again alone.
func TestRelayLeavesGroupsThatFailToWorkers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.RelayDirectly(kindTest, func(context.Context, []*Job) error { return errors.New("one of them") })
	j.Register(kindTest, leaveTrace(r.db, "worker"))
	ids := []int64{r.record(t, "one"), r.record(t, "two")}
	if n, err := j.relayOnce(t.Context()); n != len(ids) || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	start(t, j.RunWorker)
	r.awaitDone(t, ids...)
	if n := r.count(t, "select count(*) from effects"); n != len(ids) {
		t.Errorf("%d effects", n)
	}
}

func TestWhoLeavesWorkToOthersIsNotWokenByIt(t *testing.T) {
	t.Parallel()
	j := newRig(t).jobs(t)
	for _, c := range []struct {
		queues []string
		wakes  [2]bool // before and after this process runs such work itself
	}{
		{nil, [2]bool{true, true}},
		{[]string{QueueDefault}, [2]bool{false, false}},
		{[]string{outboxNews}, [2]bool{false, true}},
		{[]string{QueueLow, outboxNews}, [2]bool{false, true}},
	} {
		delete(j.direct, models.JobNotify)
		for i, wakes := range c.wakes {
			if got := j.concernsRelay(c.queues); got != wakes {
				t.Errorf("%q, %d: %v", c.queues, i, got)
			}
			j.direct[models.JobNotify] = func(context.Context, []*Job) error { return nil }
		}
	}
}

package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/hibiken/asynq"
)

func TestShutdownLetsJobsEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.config.ShutdownTimeout = deadline
	working, goOn := make(chan struct{}), make(chan struct{})
	finish := leaveTrace(r.db, "worker")
	j.Register(kindTest, func(ctx context.Context, job *Job) error {
		close(working)
		<-goOn
		return finish(ctx, job)
	})
	start(t, j.RunRelay)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- j.RunWorker(ctx) }()
	id := r.record(t, "in flight")
	await(t, "the job runs", working)
	cancel()
	close(goOn)
	if err := await(t, "the worker has stopped", stopped); err != nil {
		t.Fatal(err)
	}
	if row := r.row(t, id); row.DoneAt == nil || row.Attempts != 0 {
		t.Errorf("%+v", row)
	}
}

func TestShutdownReturnsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.config.ShutdownTimeout = 50 * time.Millisecond
	working, interrupted := make(chan struct{}), make(chan error, 1)
	j.Register(kindTest, func(ctx context.Context, _ *Job) error {
		close(working)
		<-ctx.Done()
		interrupted <- ctx.Err()
		return ctx.Err()
	})
	start(t, j.RunRelay)
	stop := start(t, j.RunWorker)
	id := r.record(t, "too long")
	await(t, "the job runs", working)
	stop()
	if err := await(t, "the handler was told", interrupted); err == nil {
		t.Error("the handler was not told that it must end")
	}
	if s := state(t, j, id, 0); s != asynq.TaskStatePending {
		t.Fatalf("the task is %v", s)
	}
	if row := r.row(t, id); row.Attempts != 0 || row.DeadAt != nil {
		t.Errorf("a shutdown counts as a failure: %+v", row)
	}
	next := r.jobs(t)
	next.Register(kindTest, leaveTrace(r.db, "next"))
	start(t, next.RunWorker)
	r.awaitDone(t, id)
}

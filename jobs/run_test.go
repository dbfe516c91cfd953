package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/internal/testkit"
	"styleshare/models"
)

func TestTwoDeliveriesAtOnceHaveOneEffect(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	id := r.record(t, "once")
	client := asynq.NewClientFromRedisClient(j.redis)
	for generation := range 2 {
		if err := j.enqueue(t.Context(), client, models.OutboxRow{ID: id, Kind: kindTest, Generation: generation}); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup
	both.Add(2)
	results := make(chan error, 2)
	j.Register(kindTest, func(ctx context.Context, job *Job) error {
		err := r.db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if _, err := tx.NewRaw("insert into effects values (?, '')", job.ID).Exec(ctx); err != nil {
				return err
			}
			both.Done()
			both.Wait() // neither finishes before both are in their transactions
			return job.Finish(ctx, tx)
		})
		results <- err
		return err
	})
	start(t, j.RunWorker)
	one, two := await(t, "the first result", results), await(t, "the second result", results)
	if (one == nil) == (two == nil) || !errors.Is(errors.Join(one, two), errAlreadyDone) {
		t.Errorf("results %v and %v, want one success", one, two)
	}
	eventually(t, "asynq has nothing left to do", func() bool { return state(t, j, id, 0) == 0 && state(t, j, id, 1) == 0 })
	if n := r.count(t, "select count(*) from effects"); n != 1 {
		t.Errorf("%d effects", n)
	}
	if row := r.row(t, id); row.DoneAt == nil || row.Attempts != 0 {
		t.Errorf("%+v", row)
	}
}

func TestDoneAndSupersededWorkIsNotRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	done, superseded := r.record(t, "done"), r.record(t, "superseded")
	if err := r.db.FinishJobs(t.Context(), []int64{done}); err != nil {
		t.Fatal(err)
	}
	if err := r.db.RequeueJob(t.Context(), superseded, 0); err != nil {
		t.Fatal(err)
	}
	client := asynq.NewClientFromRedisClient(j.redis)
	const cleanedUp = 1
	for _, id := range []int64{done, superseded, cleanedUp} {
		if err := j.enqueue(t.Context(), client, models.OutboxRow{ID: id, Kind: kindTest}); err != nil {
			t.Fatal(err)
		}
	}
	j.Register(kindTest, func(context.Context, *Job) error {
		t.Error("the handler was called")
		return nil
	})
	start(t, j.RunWorker)
	eventually(t, "all tasks are acknowledged", func() bool {
		return state(t, j, done, 0)+state(t, j, superseded, 0)+state(t, j, cleanedUp, 0) == 0
	})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler  Handler
		attempts int
		reason   string
	}{
		"an error is tried again": {
			func(context.Context, *Job) error {
				return errors.New("the other side is away\x00" + strings.Repeat("한", 300))
			},
			2, "the other side is away한",
		},
		"a permanent one is not": {
			func(context.Context, *Job) error { return Permanent(errors.New("no such address")) },
			1, "no such address",
		},
		"a panic keeps its value for itself": {
			func(context.Context, *Job) error { panic("someone@example.com") },
			2, "the handler panicked with a string",
		},
		"a time-out": {
			func(ctx context.Context, _ *Job) error { <-ctx.Done(); return ctx.Err() },
			2, "context deadline exceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			j := r.jobs(t)
			policy := j.policies[kindTest]
			policy.Timeout = 50 * time.Millisecond
			j.policies[kindTest] = policy
			var attempts atomic.Int32
			j.Register(kindTest, func(ctx context.Context, job *Job) error {
				if n := attempts.Add(1); int(n) != job.Attempt {
					t.Errorf("call %d is said to be attempt %d", n, job.Attempt)
				}
				return c.handler(ctx, job)
			})
			start(t, j.RunRelay)
			start(t, j.RunWorker)
			id := r.record(t, "fails")
			eventually(t, "asynq has given up", func() bool { return state(t, j, id, 0) == asynq.TaskStateArchived })
			row := r.row(t, id)
			if row.DeadAt == nil || row.DoneAt != nil || row.Attempts != c.attempts || int(attempts.Load()) != c.attempts {
				t.Errorf("%+v, want %d attempts", row, c.attempts)
			}
			if !strings.HasPrefix(*row.LastError, c.reason) || len(*row.LastError) > 500 {
				t.Errorf("last_error is %q, want %q", *row.LastError, c.reason)
			}
			if n := value(t, j.metrics.deaths.WithLabelValues(string(kindTest))); n != 1 {
				t.Errorf("%v deaths are counted", n)
			}
		})
	}
}

func TestPanicsAreCountedAndNotLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	j := &Jobs{policies: policies, log: slog.New(slog.NewTextHandler(&log, nil))}
	var err error
	if j.metrics, err = newMetrics(nil); err != nil {
		t.Fatal(err)
	}
	err = j.call(t.Context(), func(context.Context, *Job) error { panic("someone@example.com") }, &Job{Kind: models.JobMail, log: j.log})
	if err == nil || value(t, j.metrics.panics) != 1 {
		t.Errorf("%v, %v panics", err, value(t, j.metrics.panics))
	}
	if text := log.String(); strings.Contains(text, "someone") || !strings.Contains(text, "TestPanics") {
		t.Errorf("the log should tell where and not what: %s", text)
	}
}

func TestDatabaseAwayCostsNoRetries(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	id := r.record(t, "patient")
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.ExecContext(t.Context(), "alter table outbox rename to away"); err != nil {
		t.Fatal(err)
	}
	j.Register(kindTest, leaveTrace(r.db, "worker"))
	start(t, j.RunWorker)
	eventually(t, "the task waits for its next turn", func() bool { return state(t, j, id, 0) == asynq.TaskStateRetry })
	info, err := asynq.NewInspectorFromRedisClient(j.redis).GetTaskInfo(QueueDefault, taskID(id, 0))
	if err != nil || info.Retried != 0 {
		t.Errorf("%+v, %v; want no retry used up", info, err)
	}
	if _, err := r.db.ExecContext(t.Context(), "alter table away rename to outbox"); err != nil {
		t.Fatal(err)
	}
	r.awaitDone(t, id)
}

type failure struct{ known bool }

func (failure) Error() string   { return "the failure" }
func (f failure) IsKnown() bool { return f.known }

func TestFailuresOfAKnownCauseAreNotLoggedForEachJob(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		r := newRig(t)
		j := r.jobs(t)
		var log testkit.Log
		j.log = slog.New(slog.NewTextHandler(&log, nil))
		j.Register(kindTest, func(context.Context, *Job) error { return fmt.Errorf("told nobody: %w", failure{known}) })
		start(t, j.RunRelay)
		start(t, j.RunWorker)
		id := r.record(t, "fails")
		eventually(t, "the job is dead", func() bool { return r.row(t, id).DeadAt != nil })
		text := log.String()
		if got := strings.Contains(text, "will be tried again"); got == known {
			t.Errorf("known %v: %s", known, text)
		}
		if !strings.Contains(text, "a job is dead") {
			t.Errorf("known %v: nothing says that it is dead: %s", known, text)
		}
	}
}

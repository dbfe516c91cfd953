package jobs

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

func TestFlushedRedisLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.timing.stale = 0
	policy := j.policies[kindTest]
	policy.Timeout = time.Second // the leader is not patient
	j.policies[kindTest] = policy
	j.Register(kindTest, leaveTrace(r.db, "worker"))
	start(t, j.RunRelay)
	var ids []int64
	for range 10 {
		ids = append(ids, r.record(t, "survives"))
	}
	eventually(t, "all are handed over", func() bool {
		return r.count(t, "select count(*) from outbox where enqueued_at is null") == 0
	})
	if err := j.redis.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	start(t, j.RunWorker)
	r.awaitDone(t, ids...)
	// A flushed Redis also forgets which queues there are; the dashboard and the next sweep look there.
	if names, err := asynq.NewInspectorFromRedisClient(j.redis).Queues(); err != nil || !slices.Contains(names, QueueDefault) {
		t.Errorf("queues %v, %v", names, err)
	}
	if n := r.count(t, "select count(distinct job_id) from effects"); n != len(ids) || r.count(t, "select count(*) from effects") != n {
		t.Errorf("effects of %d jobs, want each of %d once", n, len(ids))
	}
}

// TestSweep looks once at a task in each state that asynq knows.
func TestSweep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		// arrange brings the task, which is pending, into the state.
		arrange    func(t *testing.T, r *rig, j *Jobs, id int64)
		generation int
		dead       bool
	}{
		"pending": {func(*testing.T, *rig, *Jobs, int64) {}, 0, false},
		"active with a lease": {func(t *testing.T, r *rig, j *Jobs, id int64) {
			t.Helper()
			working := make(chan struct{})
			j.Register(kindTest, func(ctx context.Context, _ *Job) error {
				close(working)
				<-ctx.Done()
				return ctx.Err()
			})
			j.timing.sweep = time.Hour
			start(t, j.RunWorker)
			await(t, "the job runs", working)
		}, 0, false},
		"waiting for a retry": {func(t *testing.T, r *rig, j *Jobs, id int64) {
			t.Helper()
			policy := j.policies[kindTest]
			policy.Backoff, policy.MaxBackoff = time.Hour, time.Hour
			j.policies[kindTest] = policy
			j.Register(kindTest, func(context.Context, *Job) error { return errors.New("not now") })
			j.timing.sweep = time.Hour
			start(t, j.RunWorker)
			eventually(t, "it waits", func() bool { return state(t, j, id, 0) == asynq.TaskStateRetry })
		}, 0, false},
		"archived behind our back": {func(t *testing.T, r *rig, j *Jobs, id int64) {
			t.Helper()
			if err := asynq.NewInspectorFromRedisClient(j.redis).ArchiveTask(QueueDefault, taskID(id, 0)); err != nil {
				t.Fatal(err)
			}
		}, 0, true},
		"deleted": {func(t *testing.T, r *rig, j *Jobs, id int64) {
			t.Helper()
			if err := asynq.NewInspectorFromRedisClient(j.redis).DeleteTask(QueueDefault, taskID(id, 0)); err != nil {
				t.Fatal(err)
			}
		}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			j := r.jobs(t)
			id := r.record(t, "")
			if _, err := j.relayOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.arrange(t, r, j, id)
			before := *r.row(t, id).EnqueuedAt

			sweepAt := func(age time.Duration) *models.OutboxRow {
				late := *r.db
				late.Now = func() time.Time { return before.Add(age) }
				leader := *j
				leader.db = &late
				if err := leader.sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				return r.row(t, id)
			}
			patience := j.patience(*r.row(t, id))
			if row := sweepAt(patience - time.Millisecond); row.Generation != 0 || row.DeadAt != nil || !row.EnqueuedAt.Equal(before) {
				t.Fatalf("touched too early: %+v", row)
			}
			row := sweepAt(patience)
			if row.Generation != c.generation || (row.DeadAt != nil) != c.dead {
				t.Errorf("%+v, want generation %d, dead %v", row, c.generation, c.dead)
			}
			switch {
			case c.generation > 0 && row.EnqueuedAt != nil:
				t.Errorf("%+v waits for no relay", row)
			case c.generation == 0 && !c.dead && !row.EnqueuedAt.After(before):
				t.Errorf("%+v will be looked at by every sweep", row)
			}
		})
	}
}

func TestSweepLooksBeyondItsFirstBatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	const n = 2*sweepBatch + 1
	// Rows that are patient stand before those that are not.
	_, err := r.db.ExecContext(t.Context(), `insert into outbox (kind, payload, created_at, available_at, enqueued_at, generation, attempts)
		select case when i <= ? then ? else ? end, '{}', now(), now(), now() - interval '5 minutes' + i * interval '1 millisecond', 0, 0
		from generate_series(1, ?) i`, sweepBatch, models.JobCleanUpRows, kindTest, n)
	if err != nil {
		t.Fatal(err)
	}
	if err = j.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.count(t, "select count(*) from outbox where generation = 1 and enqueued_at is null and kind = ?", kindTest); got != n-sweepBatch {
		t.Errorf("%d requeued, want %d", got, n-sweepBatch)
	}
	if got := value(t, j.metrics.lost); got != n-sweepBatch {
		t.Errorf("%v counted as lost", got)
	}
}

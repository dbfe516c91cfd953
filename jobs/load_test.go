package jobs

import (
	"context"
	"testing"
	"time"
)

// What workers are scaled by is what more of them would do sooner: not what runs, and not what failed and waits.
func TestLoad(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ahead := movingClock(r)
	j := r.jobs(t)
	measured := func() [2]float64 {
		t.Helper()
		if err := j.measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		return [2]float64{value(t, j.metrics.load.untaken.WithLabelValues(QueueDefault)), value(t, j.metrics.load.oldest.WithLabelValues(QueueDefault))}
	}
	if got := measured(); got != [2]float64{0, 0} {
		t.Errorf("at rest %v", got)
	}
	r.record(t, "runs for long")
	taken, end := make(chan struct{}), make(chan struct{})
	j.Register(kindTest, func(context.Context, *Job) error {
		close(taken)
		<-end
		return nil
	})
	start(t, j.RunRelay)
	stop := start(t, j.RunWorker)
	await(t, "the worker takes it", taken)
	r.count(t, `insert into outbox (kind, payload, created_at, available_at, enqueued_at, generation, attempts)
		values (?0, '{}', ?1, ?1, ?1, 0, 1) returning id`, kindTest, r.db.Now())
	ahead.Store(int64(time.Minute))
	if got := measured(); got != [2]float64{0, 0} {
		t.Errorf("while one runs and one waits for its next attempt %v", got)
	}
	close(end)
	stop()
}

// The outbox is the truth: what waits is seen without Redis, too.
func TestLoadWithoutRedis(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ahead := movingClock(r)
	j := r.jobs(t)
	r.record(t, "waiting")
	ahead.Store(int64(42 * time.Second))
	if err := r.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := j.measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, age := value(t, j.metrics.load.untaken.WithLabelValues(QueueDefault)), value(t, j.metrics.load.oldest.WithLabelValues(QueueDefault)); n != 1 || age != 42 {
		t.Errorf("%v jobs, the oldest for %v s", n, age)
	}
}

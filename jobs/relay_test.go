package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"styleshare/models"
)

func TestCommittedWorkRunsAndRolledBackWorkDoesNot(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	// Nothing but the commit wakes the relay.
	j.timing.poll = time.Hour
	ran := make(chan string, 10)
	j.Register(kindTest, func(_ context.Context, job *Job) error {
		var n note
		if err := job.Bind(&n); err != nil {
			return err
		}
		ran <- n.Text
		return nil
	})
	start(t, j.RunRelay)
	start(t, j.RunWorker)

	r.awaitDone(t, r.record(t, "first"))
	rollback := errors.New("rolled back")
	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		return errors.Join(tx.Record(ctx, kindTest, note{"never"}), rollback)
	})
	if !errors.Is(err, rollback) {
		t.Fatal(err)
	}
	r.awaitDone(t, r.record(t, "second"))
	close(ran)
	var texts []string
	for text := range ran {
		texts = append(texts, text)
	}
	if got := strings.Join(texts, " "); got != "first second" {
		t.Errorf("ran %q", got)
	}
}

func TestFutureWorkWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var ahead atomic.Int64
	now := r.db.Now
	r.db.Now = func() time.Time { return now().Add(time.Duration(ahead.Load())) }
	j := r.jobs(t)
	j.Register(kindTest, func(context.Context, *Job) error { return nil })
	start(t, j.RunRelay)
	start(t, j.RunWorker)

	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		return tx.RecordAt(ctx, kindTest, note{"later"}, r.db.Now().Add(time.Hour))
	})
	if err != nil {
		t.Fatal(err)
	}
	// What was recorded after it has run: the relay has passed it by.
	r.awaitDone(t, r.record(t, "now"))
	if n := r.count(t, "select count(*) from outbox where enqueued_at is null"); n != 1 {
		t.Fatalf("%d rows wait, want the one of the future", n)
	}
	ahead.Store(int64(2 * time.Hour))
	eventually(t, "the future has come", func() bool {
		return r.count(t, "select count(*) from outbox where done_at is not null") == 2
	})
}

func TestRelayThatDiedBeforeTheMarkRepeatsItself(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	id := r.record(t, "once")

	ctx, die := context.WithCancel(t.Context())
	_, err := r.db.RelayJobs(ctx, relayBatch, 0, func(ctx context.Context, rows []models.OutboxRow) (models.Relayed, error) {
		defer die()
		return models.Relayed{Enqueued: []int64{rows[0].ID}}, j.enqueue(ctx, asynq.NewClientFromRedisClient(j.redis), rows[0])
	})
	if err == nil {
		t.Fatal("the relay has not died")
	}
	if row := r.row(t, id); row.EnqueuedAt != nil || state(t, j, id, 0) != asynq.TaskStatePending {
		t.Fatalf("want a row that is not marked and a task: %+v", row)
	}

	if n, err := j.relayOnce(t.Context()); n != 1 || err != nil {
		t.Fatalf("the second relay: %d, %v", n, err)
	}
	var calls atomic.Int32
	j.Register(kindTest, func(context.Context, *Job) error { calls.Add(1); return nil })
	start(t, j.RunWorker)
	r.awaitDone(t, id)
	if calls.Load() != 1 || r.row(t, id).EnqueuedAt == nil {
		t.Errorf("%d calls, %+v", calls.Load(), r.row(t, id))
	}
}

func TestRelaysShareTheWork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const n = 3*relayBatch + 7
	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		for range n {
			if err := tx.Record(ctx, kindTest, note{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	relays := []*Jobs{r.jobs(t), r.jobs(t), r.jobs(t)}
	for _, j := range relays {
		start(t, j.RunRelay)
	}
	eventually(t, "all rows are handed over", func() bool {
		return r.count(t, "select count(*) from outbox where enqueued_at is null") == 0
	})
	info, err := asynq.NewInspectorFromRedisClient(relays[0].redis).GetQueueInfo(QueueDefault)
	if err != nil || info.Pending != n {
		t.Errorf("%+v, %v; want %d pending", info, err, n)
	}
}

func TestRelaysDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one, two := r.record(t, "one"), r.record(t, "two")
	var first, second []int64
	take := func(ids *[]int64, then func()) func(context.Context, []models.OutboxRow) (models.Relayed, error) {
		return func(_ context.Context, rows []models.OutboxRow) (models.Relayed, error) {
			for _, row := range rows {
				*ids = append(*ids, row.ID)
			}
			then()
			return models.Relayed{Enqueued: *ids}, nil
		}
	}
	_, err := r.db.RelayJobs(t.Context(), 1, 0, take(&first, func() {
		if _, err := r.db.RelayJobs(t.Context(), relayBatch, 0, take(&second, func() {})); err != nil {
			t.Error(err)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, []int64{one}) || !slices.Equal(second, []int64{two}) {
		t.Errorf("the first relay took %v, the second meanwhile %v; want %d and %d", first, second, one, two)
	}
}

func TestRedisAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.Register(kindTest, leaveTrace(r.db, "worker"))
	if err := r.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	// A process that starts meanwhile starts, and what people do works.
	start(t, j.RunRelay)
	start(t, j.RunWorker)
	ids := []int64{r.record(t, "one"), r.record(t, "two")}
	if err := r.redis.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.awaitDone(t, ids...)

	// Once more with connections that were open.
	if err := r.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	ids = append(ids, r.record(t, "three"))
	if err := r.redis.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.awaitDone(t, ids...)
	if n := r.count(t, "select count(*) from effects"); n != len(ids) {
		t.Errorf("%d effects of %d jobs", n, len(ids))
	}
}

func TestRedisHoldsNoPayload(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	const secret = "someone@example.com"
	id := r.record(t, secret)
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	j.Register(kindTest, func(_ context.Context, job *Job) error {
		var wrong struct{ Text int }
		return job.Bind(&wrong)
	})
	start(t, j.RunWorker)
	eventually(t, "the job is dead", func() bool { return r.row(t, id).DeadAt != nil })

	keys, err := j.redis.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, key := range keys {
		dump, err := j.redis.Dump(t.Context(), key).Result()
		if err != nil && !errors.Is(err, redis.Nil) { // gone meanwhile
			t.Fatal(err)
		}
		if strings.Contains(dump, secret) {
			t.Errorf("%s holds the payload", key)
		}
	}
	if row := r.row(t, id); strings.Contains(*row.LastError, secret) {
		t.Errorf("last_error holds the payload: %s", *row.LastError)
	}
}

func TestTaskIDs(t *testing.T) {
	t.Parallel()
	if id, generation, err := parseTaskID(taskID(123, 4)); id != 123 || generation != 4 || err != nil {
		t.Errorf("got %d, %d, %v", id, generation, err)
	}
	for _, text := range []string{"", ".", "1", "1.", ".1", "x.1", "1.x", "1.2.3"} {
		if _, _, err := parseTaskID(text); err == nil {
			t.Errorf("%q is read as a task id", text)
		}
	}
}

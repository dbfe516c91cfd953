package jobs

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

// movingClock lets a test move the time of the rig's database.
func movingClock(r *rig) (ahead *atomic.Int64) {
	ahead = new(atomic.Int64)
	begin := time.Date(2026, 11, 23, 10, 20, 0, 0, time.UTC)
	r.db.Now = func() time.Time { return begin.Add(time.Duration(ahead.Load())) }
	return ahead
}

func ticks(t *testing.T, r *rig) string {
	t.Helper()
	var keys []string
	err := r.db.NewSelect().Model((*models.OutboxRow)(nil)).Column("unique_key").OrderExpr("unique_key").Scan(context.Background(), &keys)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(keys, " ")
}

func TestSchedulersAtOnceRecordOneTick(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	movingClock(r)
	const schedulers = 8
	var ready, done sync.WaitGroup
	ready.Add(schedulers)
	for range schedulers {
		j := r.jobs(t)
		j.schedule = []Tick{{Kind: kindTest, Every: time.Hour}}
		done.Go(func() {
			ready.Done()
			ready.Wait()
			if err := j.tickAll(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if got := ticks(t, r); got != "test@2026-11-23T10:00:00Z" {
		t.Errorf("ticks %q", got)
	}
}

func TestLeaderChanges(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ahead := movingClock(r)
	worker := func() *Jobs {
		j := r.jobs(t)
		j.schedule = []Tick{{Kind: kindTest, Every: time.Hour}}
		j.Register(kindTest, leaveTrace(r.db, "worker"))
		return j
	}
	locks := func() int {
		return r.count(t, "select count(*) from pg_locks where locktype = 'advisory' and objid = ? and database = (select oid from pg_database where datname = current_database())", leaderLock)
	}
	one, two := worker(), worker()
	start(t, one.RunRelay)
	stopOne := start(t, one.RunWorker)
	eventually(t, "the first tick", func() bool { return ticks(t, r) == "test@2026-11-23T10:00:00Z" })
	if n := r.count(t, `select count(*) from pg_stat_activity a join pg_locks l using (pid) where l.locktype = 'advisory' and l.objid = ?
		and a.datname = current_database() and a.backend_xmin is not null`, leaderLock); n != 0 {
		t.Error("the leader keeps rows from being vacuumed")
	}
	// The second worker is told that there is a leader; as one itself it would not come back.
	refused := make(chan error, 1)
	go func() { refused <- two.leadOnce(t.Context()) }()
	if err := await(t, "the second worker does not lead", refused); err != nil || locks() != 1 {
		t.Errorf("%v, %d leaders", err, locks())
	}
	start(t, two.RunWorker)
	stopOne()
	eventually(t, "the second worker leads", func() bool { return locks() == 1 })
	// Some hours nobody looked at the schedule: one tick makes up for all of them.
	ahead.Store(int64(5 * time.Hour))
	const want = "test@2026-11-23T10:00:00Z test@2026-11-23T15:00:00Z"
	eventually(t, "the next tick", func() bool { return ticks(t, r) == want })
	eventually(t, "both ran", func() bool { return r.count(t, "select count(*) from outbox where done_at is not null") == 2 })
	if n := r.count(t, "select count(*) from effects"); n != 2 || ticks(t, r) != want {
		t.Errorf("%d effects of ticks %q", n, ticks(t, r))
	}
}

// A fleet may have all its workers away: what is due waits in Redis then, where their scaler sees it.
func TestSchedulerWithoutWorkers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	movingClock(r)
	j := r.jobs(t)
	j.schedule = []Tick{{Kind: kindTest, Every: time.Hour}}
	start(t, j.RunRelay)
	start(t, func(ctx context.Context) error {
		j.RunScheduler(ctx)
		return nil
	})
	eventually(t, "the tick is handed over", func() bool {
		return r.count(t, "select count(*) from outbox where unique_key = 'test@2026-11-23T10:00:00Z' and enqueued_at is not null") == 1
	})
	// Left by a process that is gone: no relay has heard of the commit.
	id := int64(r.count(t, `insert into outbox (kind, payload, created_at, available_at, generation, attempts)
		values (?, '{}', ?, ?, 0, 0) returning id`, kindTest, r.db.Now(), r.db.Now()))
	eventually(t, "the job waits in Redis", func() bool { return state(t, j, id, 0) == asynq.TaskStatePending })
}

func TestLeaderWhoseConnectionIsCutIsElectedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ahead := movingClock(r)
	j := r.jobs(t)
	j.schedule = []Tick{{Kind: kindTest, Every: time.Hour}}
	start(t, j.RunWorker)
	eventually(t, "a tick", func() bool { return ticks(t, r) != "" })
	cut := r.count(t, `select count(*) filter (where pg_terminate_backend(pid)) from pg_locks
		where locktype = 'advisory' and objid = ? and database = (select oid from pg_database where datname = current_database())`, leaderLock)
	if cut != 1 {
		t.Fatalf("%d connections cut", cut)
	}
	ahead.Store(int64(time.Hour))
	eventually(t, "the next tick", func() bool { return strings.HasSuffix(ticks(t, r), "T11:00:00Z") })
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ahead := movingClock(r)
	j := r.jobs(t)
	dead := r.record(t, "dead")
	if err := r.db.FailJob(t.Context(), dead, 0, "broken", true); err != nil {
		t.Fatal(err)
	}
	if err := r.db.FinishJobs(t.Context(), []int64{r.record(t, "done")}); err != nil {
		t.Fatal(err)
	}
	r.record(t, "handed over")
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	ahead.Store(int64(time.Minute))
	r.record(t, "waiting")
	if err := j.measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := j.metrics
	if waiting, dead := value(t, m.waiting.WithLabelValues("test")), value(t, m.dead.WithLabelValues("test")); waiting != 2 || dead != 1 {
		t.Errorf("%v waiting, %v dead; want 2 and 1", waiting, dead)
	}
	if age := value(t, m.oldest.WithLabelValues(QueueDefault)); age != 60 {
		t.Errorf("the oldest has been due for %v s, want 60", age)
	}
	if age := value(t, m.oldest.WithLabelValues(QueueCritical)); age != 0 {
		t.Errorf("an empty queue is %v s old", age)
	}
}

func TestRedisThatEvictsIsReported(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	for policy, want := range map[string]bool{"allkeys-lru": true, "noeviction": false} {
		var log bytes.Buffer
		j.log = slog.New(slog.NewTextHandler(&log, nil))
		if err := j.redis.ConfigSet(t.Context(), "maxmemory-policy", policy).Err(); err != nil {
			t.Fatal(err)
		}
		j.checkRedis(t.Context())
		if got := strings.Contains(log.String(), "level=WARN"); got != want {
			t.Errorf("%s: warned is %v: %s", policy, got, log.String())
		}
	}
}

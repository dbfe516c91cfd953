package jobs

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"styleshare/internal/devstack"
	"styleshare/internal/testkit"
	"styleshare/models"
)

func TestMain(m *testing.M) {
	if os.Getenv(victimDatabase) != "" {
		beVictim()
	}
	testkit.Main(m)
}

// kindTest is a kind of work that only these tests know.
const kindTest models.JobKind = "test"

// note is its payload.
type note struct {
	Text string `json:"text"`
}

// deadline bounds every wait; only a defect needs all of it.
const deadline = time.Minute

// rig is one database and one Redis.
type rig struct {
	db    *models.DB
	dsn   string
	redis *devstack.Part
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{dsn: testkit.Database(t), redis: testkit.OwnRedis(t)}
	r.db = openDB(t, r.dsn)
	// What a handler does to PostgreSQL.
	if _, err := r.db.ExecContext(t.Context(), "create table effects (job_id bigint not null, by text not null)"); err != nil {
		t.Fatal(err)
	}
	return r
}

func openDB(t *testing.T, dsn string) *models.DB {
	t.Helper()
	db, err := models.Open(dsn, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// jobs makes one process's part with short times. Back-off is as short as asynq allows: it counts in seconds.
func (r *rig) jobs(t *testing.T) *Jobs {
	t.Helper()
	j, err := New(Config{
		DB: r.db, RedisURL: r.redis.URL(), Concurrency: 4, ShutdownTimeout: 5 * time.Second,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	quicken(j)
	return j
}

func quicken(j *Jobs) {
	j.policies[kindOutside] = Policy{QueueDefault, 10 * time.Second, 1, time.Millisecond, time.Millisecond}
	j.policies[kindTest] = Policy{QueueDefault, 10 * time.Second, 1, time.Millisecond, time.Millisecond}
	j.schedule = nil
	j.timing = timing{
		poll: 20 * time.Millisecond, idle: 20 * time.Millisecond, lead: 20 * time.Millisecond, leave: time.Minute, tick: 20 * time.Millisecond,
		sweep: 50 * time.Millisecond, gauge: 50 * time.Millisecond, stale: time.Minute,
	}
}

// start runs a loop until the test ends or stop is called, which waits for it.
func start(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return stop
}

// record commits one job and gives its id.
func (r *rig) record(t *testing.T, text string) int64 {
	t.Helper()
	return r.recordAs(t, kindTest, text)
}

func (r *rig) recordAs(t *testing.T, kind models.JobKind, text string) int64 {
	t.Helper()
	var id int64
	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		if err := tx.Record(ctx, kind, note{text}); err != nil {
			return err
		}
		return tx.NewRaw("select max(id) from outbox").Scan(ctx, &id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (r *rig) row(t *testing.T, id int64) *models.OutboxRow {
	t.Helper()
	rows, err := r.db.Jobs(context.Background(), []int64{id})
	if err != nil || rows[id] == nil {
		t.Fatalf("row %d: %v, %v", id, rows[id], err)
	}
	return rows[id]
}

func (r *rig) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := r.db.NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (r *rig) awaitDone(t *testing.T, ids ...int64) {
	t.Helper()
	for _, id := range ids {
		eventually(t, "the job is done", func() bool { return r.row(t, id).DoneAt != nil })
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.Now().Add(deadline)
	for !holds() {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", deadline, what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// await takes one value from a channel.
func await[T any](t *testing.T, what string, values <-chan T) T {
	t.Helper()
	select {
	case v := <-values:
		return v
	case <-time.After(deadline):
		t.Fatalf("not within %s: %s", deadline, what)
		panic("unreachable")
	}
}

// leaveTrace is a handler whose effect is in PostgreSQL, done in one transaction with Finish.
func leaveTrace(db *models.DB, by string) Handler {
	return func(ctx context.Context, job *Job) error {
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if _, err := tx.NewRaw("insert into effects values (?, ?)", job.ID, by).Exec(ctx); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
	}
}

// state is what asynq says about a task, 0 where it does not know it.
func state(t *testing.T, j *Jobs, id int64, generation int) asynq.TaskState {
	t.Helper()
	info, err := asynq.NewInspectorFromRedisClient(j.redis).GetTaskInfo(j.policy(kindTest).Queue, taskID(id, generation))
	if err != nil {
		return 0
	}
	return info.State
}

// value is that of a counter or a gauge.
func value(t *testing.T, metric prometheus.Metric) float64 {
	t.Helper()
	var m dto.Metric
	if err := metric.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue() + m.GetGauge().GetValue()
}

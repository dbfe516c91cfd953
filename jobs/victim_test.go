package jobs

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/models"
)

// With these variables the test binary is a worker that takes one job and hangs in it until it is killed.
const (
	victimDatabase = "JOBS_TEST_VICTIM_DATABASE"
	victimRedis    = "JOBS_TEST_VICTIM_REDIS"
)

func beVictim() {
	db, err := models.Open(os.Getenv(victimDatabase), 0)
	if err != nil {
		panic(err)
	}
	j, err := New(Config{
		DB: db, RedisURL: os.Getenv(victimRedis), Concurrency: 1, ShutdownTimeout: time.Second,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		panic(err)
	}
	quicken(j)
	working := func() { _, _ = fmt.Fprintln(os.Stdout, "working") } // the parent waits for this word
	j.Register(models.JobDigestBatch, hangInDigests(db, working))
	j.Register(kindTest, func(ctx context.Context, job *Job) error {
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if _, err := tx.NewRaw("insert into effects values (?, 'victim')", job.ID).Exec(ctx); err != nil {
				return err
			}
			working()
			select {}
		})
	})
	j.Register(kindOutside, outside(db, "victim", working))
	panic(j.RunWorker(context.Background()))
}

func TestKilledWorker(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		// breaks does to the lease what time or Redis would do to it.
		breaks func(ctx context.Context, client redis.UniversalClient, leases, task string) error
		// generation is that of the task which does the work in the end.
		generation int
	}{
		"asynq recovers a task whose lease has expired": {
			expire, 0,
		},
		"the leader recovers a task whose lease is lost": {
			func(ctx context.Context, client redis.UniversalClient, leases, task string) error {
				return client.ZRem(ctx, leases, task).Err()
			}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			j := r.jobs(t)
			j.timing.stale = 0
			policy := j.policies[kindTest]
			policy.Timeout = time.Second
			j.policies[kindTest] = policy
			j.Register(kindTest, leaveTrace(r.db, "successor"))
			start(t, j.RunRelay)
			id := r.record(t, "survives")
			kill(t, r)
			if err := c.breaks(t.Context(), j.redis, "asynq:{default}:lease", taskID(id, 0)); err != nil {
				t.Fatal(err)
			}
			start(t, j.RunWorker)
			r.awaitDone(t, id)
			if n := r.count(t, "select count(*) from effects where job_id = ? and by = 'successor'", id); n != 1 {
				t.Errorf("%d effects of the successor", n)
			}
			if n := r.count(t, "select count(*) from effects"); n != 1 {
				t.Errorf("%d effects", n)
			}
			if row := r.row(t, id); row.Generation != c.generation {
				t.Errorf("%+v, want generation %d", row, c.generation)
			}
		})
	}
}

// expire has a task's lease be over.
func expire(ctx context.Context, client redis.UniversalClient, leases, task string) error {
	return client.ZAddXX(ctx, leases, redis.Z{Member: task, Score: 1}).Err()
}

// kill runs a worker in a process of its own until it is in the middle of a job, and kills it.
func kill(t *testing.T, r *rig) {
	t.Helper()
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), victimDatabase+"="+r.dsn, victimRedis+"="+r.redis.URL())
	victim.Stderr = t.Output()
	stdout, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = victim.Start(); err != nil {
		t.Fatal(err)
	}
	working := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		working <- line
	}()
	line := await(t, "the victim works", working)
	_ = victim.Process.Kill()
	_ = victim.Wait()
	if line != "working\n" {
		t.Fatalf("the victim said %q", line)
	}
}

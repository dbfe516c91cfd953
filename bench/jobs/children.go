package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"styleshare/internal/redisdb"
	"styleshare/jobs"
	"styleshare/models"
)

// The no-op job is of a kind that exists, with another handler: it has the policy of work that a person will notice.
const noopKind = models.JobPush

const (
	// concurrency is the product's default.
	concurrency = 32
	// verbs is how many people record work at the same time when many jobs are recorded.
	verbs = 16
)

// payload of the no-op job, as in tasks.py.
type payload struct {
	Mark     string `json:"mark"`
	Recorded int64  `json:"recorded"`
}

func newPayload(mark string) payload { return payload{mark, time.Now().UnixNano()} }

// markOf names job i of n.
func markOf(i, n int) string {
	switch i {
	case 0:
		return "first"
	case n - 1:
		return "last"
	}
	return ""
}

func (p payload) start() {
	if p.Mark != "" {
		say(p.Mark, time.Now().UnixNano()-p.Recorded)
	}
}

func say(word string, number int64) { _, _ = fmt.Fprintln(os.Stdout, word, number) }

// beChild is what the contenders' programs do that are this one.
func beChild(ctx context.Context, args []string) error {
	n := 0
	if len(args) == 2 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			return err
		}
	}
	for name, does := range map[string]func(context.Context, int) error{
		"our-worker": ourWorker, "our-fill": ourFill, "our-trickle": ourTrickle,
		"bare-worker": bareWorker, "bare-fill": bareFill, "bare-trickle": bareTrickle, "feed-worker": feedWorker,
	} {
		if name == args[0] {
			return does(ctx, n)
		}
	}
	return fmt.Errorf("nobody knows how to be %s", args[0])
}

// openJobs is one process's part in the work, as the product has it: with its log and its metrics.
func openJobs(databaseURL, redisURL string) (*models.DB, *jobs.Jobs, error) {
	db, err := models.Open(databaseURL, 0)
	if err != nil {
		return nil, nil, err
	}
	j, err := jobs.New(jobs.Config{DB: db, RedisURL: redisURL, Concurrency: concurrency, ShutdownTimeout: 10 * time.Second,
		Logger: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Registerer: prometheus.NewRegistry()})
	return db, j, err
}

func openOurs() (*models.DB, *jobs.Jobs, error) {
	return openJobs(os.Getenv("DATABASE_URL"), os.Getenv("REDIS_URL"))
}

func ourWorker(ctx context.Context, _ int) error {
	_, j, err := openOurs()
	if err != nil {
		return err
	}
	j.Register(noopKind, func(_ context.Context, job *jobs.Job) error {
		var p payload
		if err := job.Bind(&p); err != nil {
			return err
		}
		p.start()
		return nil
	})
	for _, kind := range scheduled {
		j.Register(kind, func(context.Context, *jobs.Job) error { return nil })
	}
	return work(ctx, j)
}

// scheduled is what the worker that leads records by itself, which is not measured.
var scheduled = []models.JobKind{models.JobBeginDigests, models.JobCleanUpPhotos, models.JobCleanUpExports, models.JobCleanUpRows, models.JobIndexStale,
	models.JobReconcile}

// work runs the worker and its relay, as the product's worker does.
func work(ctx context.Context, j *jobs.Jobs) error {
	var both errgroup.Group
	both.Go(func() error { return j.RunRelay(ctx) })
	both.Go(func() error { return j.RunWorker(ctx) })
	return both.Wait()
}

// ourFill records each job in a transaction of its own, as verbs do, and has ended when the relay has handed all of them over.
func ourFill(ctx context.Context, n int) error {
	db, j, err := openOurs()
	if err != nil {
		return err
	}
	go func() { _ = j.RunRelay(ctx) }()
	start := time.Now()
	if err = atOnce(n, func(i int) error { return record(ctx, db, markOf(i, n)) }); err != nil {
		return err
	}
	for waiting := true; waiting; {
		err = db.Pool.QueryRow(ctx, "select exists (select from outbox where enqueued_at is null and done_at is null and dead_at is null)").Scan(&waiting)
		if err != nil {
			return err
		}
	}
	say("filled", int64(time.Since(start)))
	return nil
}

func record(ctx context.Context, db *models.DB, mark string) error {
	return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error { return tx.Record(ctx, noopKind, newPayload(mark)) })
}

// atOnce calls f for each number, the first before all others and the last after them.
func atOnce(n int, f func(i int) error) error {
	if err := f(0); err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(verbs)
	for i := 1; i < n-1; i++ {
		all.Go(func() error { return f(i) })
	}
	if err := all.Wait(); err != nil {
		return err
	}
	return f(n - 1)
}

func ourTrickle(ctx context.Context, _ int) error {
	db, j, err := openOurs()
	if err != nil {
		return err
	}
	go func() { _ = j.RunRelay(ctx) }()
	return eachLine(func() error { return record(ctx, db, "started") })
}

func eachLine(f func() error) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() { // until nobody asks any more: a relay must have its time
		if err := f(); err != nil {
			return err
		}
	}
	return lines.Err()
}

// bareWorker is asynq with nothing of ours, as its manual shows it.
func bareWorker(ctx context.Context, _ int) error {
	client, err := redisdb.Open(os.Getenv("REDIS_URL"))
	if err != nil {
		return err
	}
	server := asynq.NewServerFromRedisClient(client, asynq.Config{Concurrency: concurrency, LogLevel: asynq.ErrorLevel})
	err = server.Start(asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		var p payload
		if err := json.Unmarshal(task.Payload(), &p); err != nil {
			return err
		}
		p.start()
		return nil
	}))
	if err != nil {
		return err
	}
	<-ctx.Done()
	server.Shutdown()
	return nil
}

func bareEnqueue() (enqueue func(mark string) error, err error) {
	client, err := redisdb.Open(os.Getenv("REDIS_URL"))
	if err != nil {
		return nil, err
	}
	tasks := asynq.NewClientFromRedisClient(client)
	return func(mark string) error {
		text, err := json.Marshal(newPayload(mark))
		if err != nil {
			return err
		}
		_, err = tasks.Enqueue(asynq.NewTask("noop", text))
		return err
	}, nil
}

func bareFill(_ context.Context, n int) error {
	enqueue, err := bareEnqueue()
	if err != nil {
		return err
	}
	start := time.Now()
	if err = atOnce(n, func(i int) error { return enqueue(markOf(i, n)) }); err != nil {
		return err
	}
	say("filled", int64(time.Since(start)))
	return nil
}

func bareTrickle(_ context.Context, _ int) error {
	enqueue, err := bareEnqueue()
	if err != nil {
		return err
	}
	return eachLine(func() error { return enqueue("started") })
}

// Package jobs does what a verb recorded in the outbox: a relay hands the rows over to asynq, workers run one handler
// for each kind, a leader keeps the schedule and looks for work that got lost.
//
// The outbox in PostgreSQL is the only truth. Redis carries ids and nothing else, and may lose them: delivery is at
// least once, and a handler that ends its work with Job.Finish has its effect exactly once.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"styleshare/internal/coalesce"
	"styleshare/internal/redisdb"
	"styleshare/models"
)

// Config is what New needs; all fields but Registerer are required.
type Config struct {
	DB *models.DB
	// RedisURL is an address that redisdb.Open takes.
	RedisURL string
	// Concurrency is the number of jobs that RunWorker runs at the same time.
	Concurrency int
	// ShutdownTimeout is how long jobs in flight may go on after RunWorker was told to stop; what has not ended by
	// then returns to its queue.
	ShutdownTimeout time.Duration
	Logger          *slog.Logger
	// Registerer takes the metrics; nil leaves them out.
	Registerer prometheus.Registerer
}

// Jobs is one process's part in the work.
type Jobs struct {
	db       *models.DB
	config   Config
	log      *slog.Logger
	redis    redis.UniversalClient
	scripts  *scripts
	metrics  *metrics
	handlers map[models.JobKind]Handler
	direct   map[models.JobKind]GroupHandler
	// Rows are read and marked done for all jobs that ask at the same moment.
	rows   *coalesce.Coalescer[int64, *models.OutboxRow]
	dones  *coalesce.Coalescer[int64, struct{}]
	wakeup chan struct{}
	// lastTicks is what the leader knows to be recorded: the key of each kind's last tick.
	lastTicks map[models.JobKind]string

	// What tests change before anything runs.
	policies map[models.JobKind]Policy
	schedule []Tick
	timing   timing
}

// timing is how often the loops turn.
type timing struct {
	poll  time.Duration // how often a worker looks for rows that have become due or were left by others
	idle  time.Duration // how often a worker looks into empty queues for which nothing was announced
	lead  time.Duration // how often a worker tries to become the leader
	leave time.Duration // how long a relay leaves to those of workers what they run themselves
	tick  time.Duration // how often the leader looks at the schedule, and makes sure that it still leads
	sweep time.Duration // how often the leader looks for lost tasks
	gauge time.Duration // how often the leader measures the outbox
	// stale is what a task may take longer than its time-out and back-off before it is looked for in Redis. asynq
	// brings the task of a killed worker back by itself after 60 to 90 seconds: its lease and the turn of its recoverer.
	stale time.Duration
}

var defaultTiming = timing{
	poll: time.Second, idle: time.Second, lead: 5 * time.Second, leave: 30 * time.Second, tick: time.Second, sweep: time.Minute, gauge: 15 * time.Second, stale: 2 * time.Minute,
}

// New prepares the connections, which open when they are first used, and listens to db's commits: call it before the
// first transaction. Close it in the end.
func New(config Config) (*Jobs, error) {
	if config.Concurrency < 1 {
		return nil, errors.New("jobs: the concurrency is less than 1")
	}
	client, err := redisdb.Open(config.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	j := &Jobs{
		db: config.DB, config: config, log: config.Logger, redis: client, scripts: newScripts(client),
		handlers: map[models.JobKind]Handler{}, direct: map[models.JobKind]GroupHandler{}, wakeup: make(chan struct{}, 1),
		lastTicks: map[models.JobKind]string{},
		policies:  maps.Clone(policies), schedule: schedule, timing: defaultTiming,
	}
	j.rows, j.dones = coalesce.New(j.loadRows), coalesce.New(j.markDone)
	if j.metrics, err = newMetrics(config.Registerer); err != nil {
		_ = client.Close()
		return nil, err
	}
	config.DB.OnCommit(func(_ context.Context, changes models.Changes) {
		if changes.Outbox {
			j.wake()
		}
	})
	return j, nil
}

// Register says what runs jobs of a kind; queue, time-out and retries are in the table of policies. It panics over a
// kind without a policy or with two handlers. Call it before RunWorker; a process that only relays registers nothing.
func (j *Jobs) Register(kind models.JobKind, handler Handler) {
	if _, ok := j.policies[kind]; !ok {
		panic(fmt.Sprintf("jobs: %s has no policy", kind))
	}
	if _, ok := j.handlers[kind]; ok {
		panic(fmt.Sprintf("jobs: %s is registered twice", kind))
	}
	j.handlers[kind] = handler
}

// RelayDirectly has the relay itself run jobs of a kind, those of a moment together, for what takes no longer than handing
// it over. What fails, or takes longer than directTimeout, is handed over, so that a worker tries it again, alone: register
// a handler there too. Call it before RunRelay.
func (j *Jobs) RelayDirectly(kind models.JobKind, handler GroupHandler) { j.direct[kind] = handler }

// Close ends the connections to Redis, after RunRelay and RunWorker have returned.
func (j *Jobs) Close() error { return j.redis.Close() }

// wake has the relay of this process look at the outbox; it never blocks.
func (j *Jobs) wake() {
	select {
	case j.wakeup <- struct{}{}:
	default: // it will look anyway
	}
}

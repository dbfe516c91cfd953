package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

const (
	relayBatch = 250
	// relayPause is from one look at the outbox to the next, unless there is more than a batch: of a busy server, many
	// commits share a look, and the first after a pause waits for none.
	relayPause = 10 * time.Millisecond
	// directBatch is how many jobs one call of a GroupHandler gets: so many locks in PostgreSQL, and so many pieces of work to
	// do again, each alone, where one fails.
	directBatch = 50
	// directTimeout is how long such a call may take: everything else waits for it.
	directTimeout = time.Second
	// queuesKey is where asynq keeps the names of all queues.
	queuesKey = "asynq:queues"
	// timeoutGrace is what asynq waits longer than the runner: asynq would put the task back while its handler still runs.
	timeoutGrace = 10 * time.Second
)

// relayRetry is the wait while Redis or PostgreSQL is away.
var relayRetry = Policy{Backoff: 100 * time.Millisecond, MaxBackoff: 5 * time.Second}

// RunRelay hands recorded work over to asynq until ctx ends: right after a commit of this process, and whenever
// RunWorker of this process finds it is time. Every process that commits work runs it. While Redis is away the work
// stays in the outbox, and no commit waits.
func (j *Jobs) RunRelay(ctx context.Context) error {
	failures := 0
	for {
		begun := time.Now()
		n, err := j.relayOnce(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was told to end
		case err != nil:
			if failures == 0 {
				j.log.WarnContext(ctx, "work stays in the outbox for now", "error", err)
			}
			if !sleep(ctx, relayRetry.delay(failures)) {
				return nil
			}
			failures++
		default:
			if failures > 0 {
				j.log.InfoContext(ctx, "work leaves the outbox again", "failures", failures)
				failures = 0
			}
			if n < relayBatch && (!j.awaitWake(ctx) || !sleep(ctx, relayPause-time.Since(begun))) {
				return nil
			}
		}
	}
}

func (j *Jobs) awaitWake(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-j.wakeup:
		return true
	}
}

func (j *Jobs) relayOnce(ctx context.Context) (int, error) {
	// Asked first, so that rows are not kept locked while Redis does not answer; and asynq's client announces a queue once,
	// which a Redis that was flushed has forgotten.
	pipe := j.redis.Pipeline()
	pipe.SAdd(ctx, queuesKey, allQueues)
	leave := j.leave()
	if leave > 0 {
		pipe.Publish(ctx, tasksChannel, outboxNews)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, fmt.Errorf("redis: %w", err)
	}
	return j.db.RelayJobs(ctx, relayBatch, leave, func(ctx context.Context, rows []models.OutboxRow) (relayed models.Relayed, err error) {
		var rest []models.OutboxRow
		relayed.Done, rest = j.runDirectly(ctx, rows)
		relayed.Enqueued, err = j.enqueueAll(ctx, rest)
		return relayed, err
	})
}

// leave is how long this relay leaves to those of workers what they run: 0 where it is one of them.
func (j *Jobs) leave() time.Duration {
	for kind := range j.direct {
		if kind.RunByWorkers() {
			return 0
		}
	}
	return j.timing.leave
}

// enqueueAll hands rows over, all at the same time so that they share round trips, and gives the ids of those for which
// it worked.
func (j *Jobs) enqueueAll(ctx context.Context, rows []models.OutboxRow) (ids []int64, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	client, errs := asynq.NewClientFromRedisClient(j.scripts), make([]error, len(rows))
	var wait sync.WaitGroup
	for i := range rows {
		wait.Go(func() { errs[i] = j.enqueue(ctx, client, rows[i]) })
	}
	wait.Wait()
	var queues []string
	for i, row := range rows {
		if errs[i] != nil {
			err = fmt.Errorf("enqueue: %w", errs[i])
			continue
		}
		ids = append(ids, row.ID)
		if queue := j.policy(row.Kind).Queue; !slices.Contains(queues, queue) {
			queues = append(queues, queue)
		}
	}
	if announceErr := j.redis.Publish(ctx, tasksChannel, strings.Join(queues, " ")).Err(); err == nil && announceErr != nil {
		j.log.WarnContext(ctx, "workers will find tasks later than they could", "error", announceErr)
	}
	return ids, err
}

// runDirectly does what is not worth handing over, gives the ids of what is done, and the rest.
func (j *Jobs) runDirectly(ctx context.Context, rows []models.OutboxRow) (done []int64, rest []models.OutboxRow) {
	// Those of a trace run by themselves, so that what they cause belongs to it too.
	type groupKey struct {
		kind  models.JobKind
		trace string
	}
	groups := map[groupKey][]models.OutboxRow{}
	for _, row := range rows {
		if j.direct[row.Kind] == nil || row.Attempts > 0 {
			rest = append(rest, row)
		} else {
			key := groupKey{row.Kind, traceOf(&row)}
			groups[key] = append(groups[key], row)
		}
	}
	for key, group := range groups {
		for some := range slices.Chunk(group, directBatch) {
			if !j.runGroup(ctx, key.kind, some) {
				rest = append(rest, some...)
				continue
			}
			for _, row := range some {
				done = append(done, row.ID)
			}
		}
	}
	return done, rest
}

// runGroup tells whether the work of one kind is done.
func (j *Jobs) runGroup(ctx context.Context, kind models.JobKind, rows []models.OutboxRow) bool {
	jobs, start := make([]*Job, len(rows)), time.Now()
	for i := range rows {
		jobs[i] = j.newJob(&rows[i])
	}
	log := j.log.With("job_kind", kind, "first_job_id", rows[0].ID, "count", len(rows))
	ctx, span := j.traceJob(ctx, &rows[0])
	span.Number("job.count", int64(len(rows)))
	err := j.guard(ctx, directTimeout, func() *slog.Logger { return log }, func(ctx context.Context) error { return j.direct[kind](ctx, jobs) })
	span.End(err)
	if err != nil {
		log.WarnContext(ctx, "the relay leaves jobs to the workers", "error", err)
		return false
	}
	for range rows {
		j.metrics.ran(kind, "done", time.Since(start))
	}
	return true
}

func (j *Jobs) enqueue(ctx context.Context, client *asynq.Client, row models.OutboxRow) error {
	policy := j.policy(row.Kind)
	_, err := client.EnqueueContext(ctx, asynq.NewTask(string(row.Kind), nil), asynq.TaskID(taskID(row.ID, row.Generation)),
		asynq.Queue(policy.Queue), asynq.MaxRetry(policy.MaxRetry), asynq.Timeout(policy.Timeout+timeoutGrace))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil // a relay died between handing it over and marking it
	}
	return err
}

// taskID is "<row id>.<generation>".
func taskID(id int64, generation int) string {
	return strconv.FormatInt(id, 10) + "." + strconv.Itoa(generation)
}

func parseTaskID(text string) (id int64, generation int, err error) {
	idText, generationText, _ := strings.Cut(text, ".")
	if id, err = strconv.ParseInt(idText, 10, 64); err == nil {
		generation, err = strconv.Atoi(generationText)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("jobs: task id %q is not ours", text)
	}
	return id, generation, nil
}

// sleep waits and tells whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

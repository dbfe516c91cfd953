package jobs

import (
	"context"
	"errors"
	"fmt"
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
	if err := j.redis.SAdd(ctx, queuesKey, allQueues).Err(); err != nil {
		return 0, fmt.Errorf("redis: %w", err)
	}
	return j.db.RelayJobs(ctx, relayBatch, func(ctx context.Context, rows []models.OutboxRow) (relayed models.Relayed, err error) {
		left := rows[:0]
		for i := range rows {
			if j.runDirectly(ctx, &rows[i]) {
				relayed.Done = append(relayed.Done, rows[i].ID)
			} else {
				left = append(left, rows[i])
			}
		}
		relayed.Enqueued, err = j.enqueueAll(ctx, left)
		return relayed, err
	})
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

// runDirectly does what is not worth handing over, and tells whether it is done.
func (j *Jobs) runDirectly(ctx context.Context, row *models.OutboxRow) bool {
	handler, ok := j.direct[row.Kind]
	if !ok || row.Attempts > 0 {
		return false
	}
	job, start := j.newJob(row), time.Now()
	if err := j.call(ctx, handler, job); err != nil {
		job.Log.WarnContext(ctx, "the relay leaves a job to the workers", "error", err)
		return false
	}
	j.metrics.ran(row.Kind, "done", time.Since(start))
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

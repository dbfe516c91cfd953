package jobs

import (
	"context"
	"errors"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

// maxDead bounds what Dead lists.
const maxDead = 1000

// Dead lists up to 1,000 jobs that nothing will try again, the latest first, without payloads.
func (j *Jobs) Dead(ctx context.Context) ([]models.OutboxRow, error) {
	return j.db.DeadJobs(ctx, maxDead)
}

// Retry has dead jobs run again, with all their retries, and tells how many of the ids were of dead jobs. It works while
// Redis is away; any process's relay hands them over.
func (j *Jobs) Retry(ctx context.Context, ids ...int64) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return j.retry(ctx, ids)
}

// RetryAll is Retry for all dead jobs.
func (j *Jobs) RetryAll(ctx context.Context) (int, error) { return j.retry(ctx, nil) }

func (j *Jobs) retry(ctx context.Context, ids []int64) (int, error) {
	rows, err := j.db.RetryJobs(ctx, ids)
	if err != nil {
		return 0, err
	}
	// Only so that the dashboard does not show what has a successor: the worker would not run the old tasks.
	inspector := asynq.NewInspectorFromRedisClient(j.redis)
	for _, row := range rows {
		err := inspector.DeleteTask(j.policy(row.Kind).Queue, taskID(row.ID, row.Generation-1))
		if err != nil && !errors.Is(err, asynq.ErrTaskNotFound) && !errors.Is(err, asynq.ErrQueueNotFound) {
			j.log.WarnContext(ctx, "the dashboard will show some retried jobs as archived", "error", err)
			break
		}
	}
	return len(rows), nil
}

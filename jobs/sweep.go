package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"styleshare/models"
)

const sweepBatch = 500

// sweep looks in Redis for the tasks of rows that should have ended by now, so that no work is lost with Redis's memory.
func (j *Jobs) sweep(ctx context.Context) error {
	s := sweeper{jobs: j, inspector: asynq.NewInspectorFromRedisClient(j.redis), now: j.db.Now()}
	var last models.OutboxRow
	for {
		rows, err := j.db.StaleJobs(ctx, s.now.Add(-j.timing.stale), last, sweepBatch)
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		if err = s.examine(ctx, rows); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		if len(rows) < sweepBatch {
			break
		}
		last = rows[len(rows)-1]
	}
	if s.requeued > 0 {
		j.log.WarnContext(ctx, "tasks were lost and are handed over again", "count", s.requeued)
		j.metrics.lost.Add(float64(s.requeued))
		j.wake()
	}
	return nil
}

// patience is how long a row may go without its task being looked for: its time-out and the wait before this attempt.
func (j *Jobs) patience(row models.OutboxRow) time.Duration {
	policy := j.policy(row.Kind)
	return policy.Timeout + policy.longest(row.Attempts) + j.timing.stale
}

type sweeper struct {
	jobs      *Jobs
	inspector *asynq.Inspector
	now       time.Time
	requeued  int
}

func (s *sweeper) examine(ctx context.Context, rows []models.OutboxRow) error {
	var seen []int64
	for _, row := range rows {
		if s.now.Sub(*row.EnqueuedAt) < s.jobs.patience(row) {
			continue
		}
		queue, task := s.jobs.policy(row.Kind).Queue, taskID(row.ID, row.Generation)
		f, err := s.fateOf(ctx, queue, task)
		if err != nil {
			return err
		}
		switch f {
		case alive:
			seen = append(seen, row.ID)
		case lost:
			err = s.jobs.db.RequeueJob(ctx, row.ID, row.Generation)
			s.requeued++
		case archived:
			err = s.jobs.db.FailJob(ctx, row.ID, row.Generation, "asynq gave up on it: its worker was lost, or somebody archived it", true)
			s.jobs.metrics.died(row.Kind)
		}
		if err != nil {
			return err
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return s.jobs.db.SeenJobs(ctx, seen)
}

// fate is what has become of a task.
type fate int

const (
	alive    fate = iota // asynq will run it or is running it
	lost                 // nobody will run it
	archived             // asynq has given up on it, but the outbox does not know
)

func (s *sweeper) fateOf(ctx context.Context, queue, task string) (fate, error) {
	info, err := s.inspector.GetTaskInfo(queue, task)
	switch {
	case errors.Is(err, asynq.ErrQueueNotFound), errors.Is(err, asynq.ErrTaskNotFound):
		return lost, nil
	case err != nil:
		return alive, err
	case info.State == asynq.TaskStateArchived:
		return archived, nil
	case info.State == asynq.TaskStateActive:
		return s.fateOfActive(ctx, queue, task)
	}
	return alive, nil
}

// fateOfActive sees to a task that is active without a lease, which asynq leaves so for ever: its recoverer looks at
// expired leases only (github.com/hibiken/asynq/issues/1144). With an expired one in place it also clears its own books;
// what it then delivers has an older generation than the row and is not run.
func (s *sweeper) fateOfActive(ctx context.Context, queue, task string) (fate, error) {
	leases := "asynq:{" + queue + "}:lease"
	err := s.jobs.redis.ZScore(ctx, leases, task).Err()
	if !errors.Is(err, redis.Nil) {
		return alive, err
	}
	return lost, s.jobs.redis.ZAddNX(ctx, leases, redis.Z{Member: task}).Err()
}

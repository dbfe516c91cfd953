package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

// process is what asynq calls for each task. It calls release when the handler has returned.
func (j *Jobs) process(ctx context.Context, release func()) error {
	text, _ := asynq.GetTaskID(ctx)
	id, generation, err := parseTaskID(text)
	if err != nil {
		return Permanent(err)
	}
	row, err := j.rows.Ask(ctx, id)
	switch {
	case err != nil:
		return &unavailableError{err}
	case row == nil:
		return nil // done so long ago that it was cleaned up
	case row.DoneAt != nil || row.Generation > generation:
		return nil // delivered a second time, or another task has taken its place
	}
	return j.run(ctx, row, release)
}

func (j *Jobs) loadRows(ctx context.Context, ids []int64) ([]*models.OutboxRow, error) {
	found, err := j.db.Jobs(ctx, ids)
	rows := make([]*models.OutboxRow, len(ids))
	for i, id := range ids {
		rows[i] = found[id]
	}
	return rows, err
}

func (j *Jobs) markDone(ctx context.Context, ids []int64) ([]struct{}, error) {
	return make([]struct{}, len(ids)), j.db.FinishJobs(ctx, ids)
}

// unavailableError says that PostgreSQL did not answer: that is no failure of the job and uses up none of its retries.
type unavailableError struct{ error }

func (e *unavailableError) Unwrap() error { return e.error }

func isFailure(err error) bool {
	_, unavailable := errors.AsType[*unavailableError](err)
	return !unavailable
}

// run calls the handler of a row's kind and marks the row done unless the handler has.
func (j *Jobs) run(ctx context.Context, row *models.OutboxRow, release func()) error {
	handler, ok := j.handlers[row.Kind]
	if !ok {
		// During a rolling update a newer worker may know it: not permanent.
		return fmt.Errorf("this worker has no handler for %s", row.Kind)
	}
	job := j.newJob(row)
	start := time.Now()
	ctx, span := j.traceJob(ctx, row)
	err := j.call(ctx, handler, job)
	release()
	if errors.Is(err, errAlreadyDone) {
		err = nil
		job.finished.Store(true)
	}
	if err == nil && !job.finished.Load() {
		_, err = j.dones.Ask(ctx, row.ID)
	}
	span.End(err)
	switch {
	case err == nil:
		j.metrics.ran(row.Kind, "done", time.Since(start))
	case errors.Is(ctx.Err(), context.Canceled):
		j.metrics.ran(row.Kind, "interrupted", time.Since(start))
	default:
		j.metrics.ran(row.Kind, "failed", time.Since(start))
	}
	return err
}

func (j *Jobs) newJob(row *models.OutboxRow) *Job {
	return &Job{ID: row.ID, Kind: row.Kind, Attempt: row.Attempts + 1, log: j.log, payload: row.Payload, metrics: j.metrics}
}

// call runs the handler within the time-out of its kind.
func (j *Jobs) call(ctx context.Context, handler Handler, job *Job) error {
	return j.guard(ctx, j.policy(job.Kind).Timeout, job.Log, func(ctx context.Context) error { return handler(ctx, job) })
}

// guard runs a handler within a time-out, and makes an error of a panic.
func (j *Jobs) guard(ctx context.Context, timeout time.Duration, log func() *slog.Logger, handle func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			j.metrics.panics.Inc()
			// The value may hold anything; the stack says where to look.
			log().ErrorContext(ctx, "a job's handler panicked", "stack", string(debug.Stack()))
			err = fmt.Errorf("the handler panicked with a %T", v)
		}
	}()
	return handle(ctx)
}

// recordTimeout bounds how long the record of a failure may take: the context of the attempt is often over by then.
const recordTimeout = 5 * time.Second

// failed is called by asynq after each attempt that failed, also by a time-out or a lost lease, and before it decides
// between a retry and the archive, which it does by the same rule.
func (j *Jobs) failed(ctx context.Context, task *asynq.Task, err error) {
	text, _ := asynq.GetTaskID(ctx)
	id, generation, parseErr := parseTaskID(text)
	if parseErr != nil {
		j.log.ErrorContext(ctx, "a task that is not ours failed", "error", parseErr)
		return
	}
	if !isFailure(err) {
		j.log.WarnContext(ctx, "a job could not be loaded and will be tried again", "job_id", id, "error", err)
		return
	}
	retried, _ := asynq.GetRetryCount(ctx)
	maxRetry, _ := asynq.GetMaxRetry(ctx)
	dead := retried >= maxRetry || errors.Is(err, asynq.SkipRetry)
	log := j.log.With("job_id", id, "job_kind", task.Type(), "retried", retried, "error", err)
	switch {
	case dead:
		log.ErrorContext(ctx, "a job is dead")
		j.metrics.died(models.JobKind(task.Type()))
	case !isKnown(err):
		log.WarnContext(ctx, "a job failed and will be tried again")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if err := j.db.FailJob(ctx, id, generation, err.Error(), dead); err != nil {
		// A dead one is found by the leader, in asynq's archive.
		log.ErrorContext(ctx, "could not record the failure of a job", "cause", err)
	}
}

// isKnown tells whether an error says of itself that its cause is in the log already, as of a part that is away for many jobs.
func isKnown(err error) bool {
	known, ok := errors.AsType[interface {
		error
		IsKnown() bool
	}](err)
	return ok && known.IsKnown()
}

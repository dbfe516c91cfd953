package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

// Handler does one piece of work. It may be called again for the same job, after a failure or because a worker was
// lost, even while another call is still running: whatever it changes in PostgreSQL belongs into one transaction with
// Job.Finish, whatever it does elsewhere must be harmless when repeated.
//
// Returning nil ends the job. Any other error is tried again later as the kind's Policy says, unless it is wrapped by
// Permanent. The context ends with the kind's time-out, with the loss of the task's lease and with a shutdown.
//
// The text of an error is stored and logged: it must not hold personal data (addresses, tokens, texts that people wrote).
type Handler func(ctx context.Context, job *Job) error

// GroupHandler does several pieces of work of one kind at once, all or none. Its jobs are not to be finished: a relay, which
// calls it, has their rows locked, and marks them done afterwards.
type GroupHandler func(ctx context.Context, jobs []*Job) error

// One is the handler of a worker.
func (h GroupHandler) One() Handler {
	return func(ctx context.Context, job *Job) error { return h(ctx, []*Job{job}) }
}

// Job is one row of the outbox at work.
type Job struct {
	ID   int64
	Kind models.JobKind
	// Attempt counts from 1: the failures on record and this one.
	Attempt int

	log      *slog.Logger
	payload  json.RawMessage
	metrics  *metrics // nil in some tests
	finished atomic.Bool
}

// Log writes lines that carry the job's id, kind and attempt. It is made when it is asked for: most jobs have nothing to say.
func (job *Job) Log() *slog.Logger {
	return job.log.With("job_id", job.ID, "job_kind", job.Kind, "attempt", job.Attempt)
}

// Bind reads the payload into v, a pointer. A payload that does not fit will never fit: the error is permanent.
func (job *Job) Bind(v any) error {
	if err := json.Unmarshal(job.payload, v); err != nil {
		return Permanent(fmt.Errorf("payload of %s is no %T", job.Kind, v))
	}
	return nil
}

// errAlreadyDone rolls back the transaction of a handler whose work another call has done; to the runner it is success.
var errAlreadyDone = errors.New("the job is done already")

// Finish marks the job done in the handler's transaction. Return its error as it is: where the job is done already,
// the error rolls back what this call has changed and counts as success. Call it last: it holds the row's lock.
func (job *Job) Finish(ctx context.Context, tx *models.Tx) error {
	first, err := tx.FinishJob(ctx, job.ID)
	if err != nil {
		return err
	}
	if !first {
		return errAlreadyDone
	}
	job.finished.Store(true)
	return nil
}

// Permanent marks an error that no retry can mend: the job is dead at once. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ error }

// Unwrap also gives the error by which asynq knows.
func (e *permanentError) Unwrap() []error { return []error{e.error, asynq.SkipRetry} }

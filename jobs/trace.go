package jobs

import (
	"context"

	"styleshare/internal/tracing"
	"styleshare/models"
)

// traceJob has an attempt at a job belong to the trace of what caused the job, where that is recorded; otherwise a trace
// may begin with it.
func (j *Jobs) traceJob(ctx context.Context, row *models.OutboxRow) (context.Context, tracing.Span) {
	ctx, span := tracing.Begin(tracing.Continue(ctx, traceOf(row)), "job", tracing.Consumer)
	if span.Recording() {
		span.Name("job " + string(row.Kind))
		span.Text("job.kind", string(row.Kind))
		span.Text("job.queue", j.policy(row.Kind).Queue)
		span.Number("job.id", row.ID)
		span.Number("job.attempt", int64(row.Attempts+1))
	}
	return ctx, span
}

// traceOf is the traceparent of a row, empty where it has none.
func traceOf(row *models.OutboxRow) string {
	if row.Traceparent == nil {
		return ""
	}
	return *row.Traceparent
}

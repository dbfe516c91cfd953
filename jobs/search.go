package jobs

import (
	"context"

	"styleshare/models"
)

// IndexStale handles models.JobIndexStale: search finds what an older binary wrote. Each batch stays done, so a run that
// was cut short goes on where it ended.
func IndexStale(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		n, err := db.IndexStale(ctx)
		if n > 0 {
			job.Log().InfoContext(ctx, "made findable what was not", "count", n)
		}
		return err
	}
}

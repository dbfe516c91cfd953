package jobs

import (
	"context"

	"styleshare/models"
)

// CleanUpRows handles models.JobCleanUpRows: it deletes ended sessions, used links, old keys, empty notifications and
// done work.
func CleanUpRows(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		deleted, err := db.CleanUpRows(ctx)
		for table, n := range deleted {
			if n > 0 {
				job.Log().InfoContext(ctx, "deleted useless rows", "table", table, "count", n)
			}
		}
		return err
	}
}

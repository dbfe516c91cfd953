package jobs

import (
	"context"
	"time"

	"styleshare/models"
)

// reconcileFor is how long one night's comparison takes at most. It leaves its job time to end.
const reconcileFor = 40 * time.Minute

// Reconcile handles models.JobReconcile: it compares counters, photos and feeds with the rows, mends them, and goes on in
// the next night where this one's time has ended.
func Reconcile(db *models.DB, limits models.FeedLimits) Handler {
	return func(ctx context.Context, job *Job) error {
		mended := map[string]int{}
		err := db.Reconcile(ctx, limits, reconcileFor, func(f models.Finding) {
			// The first of each part; a thousand lines would say no more.
			if mended[f.Part]++; mended[f.Part] <= 10 {
				job.Log().WarnContext(ctx, "mended what was not as the rows say", "part", f.Part, "what", f.What)
			}
		})
		for part, n := range mended {
			job.Log().WarnContext(ctx, "mended", "part", part, "count", n)
		}
		return err
	}
}

package jobs

import (
	"context"

	"styleshare/models"
)

// FanOutStyle handles models.JobFanOutStyle: a published style comes into the feeds of its author's followers.
func FanOutStyle(db *models.DB, limits models.FeedLimits) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.StyleJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		entries, err := db.FanOutStyle(ctx, p.StyleID, limits)
		job.count(func(e effects) { e.fed.Add(float64(entries)) })
		return err
	}
}

// EraseStyle handles models.JobEraseStyle: a deleted style goes, out of the feeds first.
func EraseStyle(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.StyleJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		if err := db.ClearFeeds(ctx, p.StyleID); err != nil {
			return err
		}
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.EraseStyle(ctx, p.StyleID); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
	}
}

// Invalidate handles models.JobInvalidate: what the cache could not be told when it happened.
func Invalidate(tell func(context.Context, models.Changes) error) Handler {
	return func(ctx context.Context, job *Job) error {
		var changes models.Changes
		if err := job.Bind(&changes); err != nil {
			return err
		}
		return tell(ctx, changes)
	}
}

package jobs

import (
	"context"

	"styleshare/models"
)

// ErasePerson handles models.JobErasePerson: everything of somebody who left goes, unless they came back meanwhile.
func ErasePerson(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.PersonJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		due, err := db.BeginErasing(ctx, p.UserID)
		if err != nil || !due {
			return err
		}
		if err = db.EraseTraces(ctx, p.UserID); err != nil {
			return err
		}
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.ErasePerson(ctx, p.UserID); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
	}
}

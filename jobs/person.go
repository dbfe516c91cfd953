package jobs

import (
	"context"

	"styleshare/models"
)

// SettlePerson handles models.JobSettlePerson: what was counted follows what others may see of a person now.
func SettlePerson(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.PersonJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		return db.SettlePerson(ctx, p.UserID)
	}
}

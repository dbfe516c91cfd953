package jobs

import (
	"context"
	"errors"

	"styleshare/internal/backup"
	"styleshare/models"
)

// Backup handles models.JobBackup: the database is copied into its bucket, and then the copies that are too many are
// deleted.
func Backup(db *models.DB, b *backup.Backups) Handler {
	return func(ctx context.Context, job *Job) error {
		m, err := b.Create(ctx)
		if errors.Is(err, backup.ErrPublic) {
			job.Log().ErrorContext(ctx, "the backup is not private", "error", err)
			err = nil
		}
		if err != nil {
			return err
		}
		err = db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.RecordBackup(ctx, BackupOf(m)); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
		if err != nil {
			return err
		}
		job.Log().InfoContext(ctx, "made a backup", "backup", m.Name, "bytes", m.Bytes, "rows", m.Rows(), "duration", m.FinishedAt.Sub(m.TakenAt))
		deleted, err := b.Prune(ctx)
		if err != nil {
			job.Log().ErrorContext(ctx, "old backups could not be deleted: where this process must not, set BACKUP_KEEP=all", "error", err)
		}
		if len(deleted) > 0 {
			job.Log().InfoContext(ctx, "deleted old backups", "backups", deleted)
		}
		return nil
	}
}

// BackupOf is what the database notes of a backup.
func BackupOf(m backup.Manifest) *models.Backup {
	return &models.Backup{Name: m.Name, TakenAt: m.TakenAt, FinishedAt: m.FinishedAt, Bytes: m.Bytes}
}

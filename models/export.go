package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/auth"
	"styleshare/internal/fault"
)

const (
	// ExportTTL is how long an archive can be fetched.
	ExportTTL = 7 * 24 * time.Hour
	// ExportPrefix begins the keys of archives, which are private.
	ExportPrefix = "exports/"
	// maxExports is how many archives a person may ask for within exportPeriod, which is also when one that never got ready
	// is given up.
	maxExports   = 2
	exportPeriod = 24 * time.Hour
	// ExportPurpose is what the signature of a link to an archive is made for.
	ExportPurpose = "export"
)

// Export is an archive of what the service holds about a person.
type Export struct {
	bun.BaseModel `bun:"table:exports"`

	ID          int64 `bun:",pk,autoincrement"`
	UserID      int64
	ObjectToken string // a secret part of the object's key
	CreatedAt   time.Time
	CompletedAt *time.Time
	ExpiresAt   *time.Time
}

// ObjectKey is where the archive is.
func (e *Export) ObjectKey() string {
	return fmt.Sprintf(ExportPrefix+"%d-%s.zip", e.ID, e.ObjectToken)
}

// ExportJob names an archive to make.
type ExportJob struct {
	ExportID int64 `json:"exportId"`
}

// RequestExport has an archive made and its link mailed. While one is in the making, it is that one.
func (db *DB) RequestExport(ctx context.Context, a Attempt) error {
	_, err := Once(ctx, db, a, func(ctx context.Context, tx *Tx) (bool, error) {
		if _, err := tx.NewRaw(`select from users where id = ? for no key update`, a.UserID).Exec(ctx); err != nil {
			return false, fmt.Errorf("request an archive: %w", err)
		}
		var recent []Export
		err := tx.NewSelect().Model(&recent).Where("user_id = ? and created_at > ?", a.UserID, tx.now.Add(-exportPeriod)).Scan(ctx)
		if err != nil {
			return false, fmt.Errorf("request an archive: %w", err)
		}
		for _, e := range recent {
			if e.CompletedAt == nil {
				return true, nil
			}
		}
		if len(recent) >= maxExports {
			return false, fault.Reject("", fault.TooMany, "too_many_exports", maxExports)
		}
		token, _ := auth.NewToken()
		e := &Export{UserID: a.UserID, ObjectToken: token, CreatedAt: tx.now}
		if _, err = tx.NewInsert().Model(e).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
			return false, fmt.Errorf("request an archive: %w", err)
		}
		return true, tx.Record(ctx, JobExport, ExportJob{e.ID})
	})
	return err
}

// Export reads an archive's row; nil where it is gone.
func (db *DB) Export(ctx context.Context, id int64) (*Export, error) {
	e := new(Export)
	err := db.NewSelect().Model(e).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read export: %w", err)
	}
	return e, nil
}

// ExportReady takes note that an archive is in the store, and has its link mailed. It is false where the archive is not
// wanted any more: the person has been erased.
func (tx *Tx) ExportReady(ctx context.Context, e *Export) (bool, error) {
	n, err := affected(tx.NewRaw(`update exports set completed_at = ?, expires_at = ? where id = ? and completed_at is null`,
		tx.now, tx.now.Add(ExportTTL), e.ID).Exec(ctx))
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.Record(ctx, JobMail, MailJob{UserID: e.UserID, Template: MailExportReady, ExportID: e.ID})
}

// CleanUpExports deletes archives that have expired or never got ready; the objects go by a job. It tells how many.
func (db *DB) CleanUpExports(ctx context.Context) (total int, err error) {
	err = db.inBatches(ctx, 0, func(ctx context.Context, tx *Tx, _ int64) (int, error) {
		n, err := tx.eraseExports(ctx, `expires_at <= ? or completed_at is null and created_at <= ?`, tx.now, tx.now.Add(-ExportTTL))
		total += n
		return n, err
	})
	if err != nil {
		return total, fmt.Errorf("clean up exports: %w", err)
	}
	return total, nil
}

// eraseExports takes a batch of the archives that match.
func (tx *Tx) eraseExports(ctx context.Context, match string, args ...any) (int, error) {
	var gone []Export
	err := tx.NewRaw(`delete from exports where id = any(array(select id from exports where `+match+` order by id limit `+exportBatch+` for update))
		returning id, object_token`, args...).Scan(ctx, &gone)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	keys := make([]string, len(gone))
	for i := range gone {
		keys[i] = gone[i].ObjectKey()
	}
	return len(gone), tx.Record(ctx, JobErasePhoto, ObjectsJob{keys})
}

const exportBatch = "100"

func eraseExports(ctx context.Context, tx *Tx, userID int64) (int, error) {
	return tx.eraseExports(ctx, `user_id = ?`, userID)
}

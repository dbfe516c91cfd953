package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

	"styleshare/internal/auth"
	"styleshare/internal/fault"
)

// The limits of an upload.
const (
	MaxPhotoBytes = 30 << 20
	// UploadTTL is how long the file may be sent.
	UploadTTL = time.Hour
	// maxAwaiting is how many uploads a person may have begun and not completed.
	maxAwaiting = 100
)

// PhotoTypes are the media types of files that are taken.
var PhotoTypes = []string{"image/jpeg", "image/png", "image/webp"}

// CreatePhoto makes the row that an upload fills.
func (db *DB) CreatePhoto(ctx context.Context, a Attempt, contentType string, byteSize int64) (int64, error) {
	var faults fault.Users
	if !slices.Contains(PhotoTypes, contentType) {
		faults.Add("contentType", fault.UnsupportedMediaType, "unsupported_media_type")
	}
	switch {
	case byteSize < 1:
		faults.Add("byteSize", fault.Invalid, "invalid")
	case byteSize > MaxPhotoBytes:
		faults.Add("byteSize", fault.TooLarge, "too_large", MaxPhotoBytes>>20)
	}
	if err := faults.Err(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		n, err := tx.NewSelect().Model((*Photo)(nil)).Where("owner_id = ? and state = ?", a.UserID, PhotoAwaitingUpload).Count(ctx)
		if err != nil {
			return 0, fmt.Errorf("create photo: %w", err)
		}
		if n >= maxAwaiting {
			return 0, fault.Reject("", fault.TooMany, "too_many", maxAwaiting)
		}
		token, _ := auth.NewToken()
		p := &Photo{OwnerID: a.UserID, State: PhotoAwaitingUpload, ContentType: contentType, ByteSize: byteSize, ObjectToken: token, CreatedAt: tx.now}
		if _, err = tx.NewInsert().Model(p).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
			return 0, fmt.Errorf("create photo: %w", err)
		}
		return p.ID, nil
	})
}

// OwnPhoto reads a photo of the person, from the database.
func (db *DB) OwnPhoto(ctx context.Context, userID, photoID int64) (*Photo, error) {
	p := new(Photo)
	err := db.NewSelect().Model(p).Where("id = ? and owner_id = ?", photoID, userID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("photoId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("read photo: %w", err)
	}
	return p, nil
}

// CompletePhoto has the renditions made of a file that was sent. Completing again changes nothing.
func (db *DB) CompletePhoto(ctx context.Context, a Attempt, photoID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		n, err := affected(tx.NewRaw(`update photos set state = ?, completed_at = ? where id = ? and owner_id = ? and state = ?`,
			PhotoProcessing, tx.now, photoID, a.UserID, PhotoAwaitingUpload).Exec(ctx))
		if err != nil {
			return 0, fmt.Errorf("complete photo: %w", err)
		}
		if n == 0 {
			return photoID, nil
		}
		if err = tx.photoChanged(ctx, photoID); err != nil {
			return 0, err
		}
		return photoID, tx.Record(ctx, JobProcessPhoto, PhotoJob{photoID})
	})
}

// PhotoResult is what the thumbnails job found in a file.
type PhotoResult struct {
	Width, Height           int
	Blurhash, DominantColor string
}

// PhotoReady takes note that the renditions are made: styles and questions that waited for them appear. It is false where the photo
// has gone meanwhile, with whatever was put into the store.
func (tx *Tx) PhotoReady(ctx context.Context, photoID int64, r PhotoResult) (bool, error) {
	n, err := affected(tx.NewRaw(`update photos set state = ?, rejection = null, width = ?, height = ?, blurhash = ?, dominant_color = ?, ready_at = ?
		where id = ?`, PhotoReady, r.Width, r.Height, r.Blurhash, r.DominantColor, tx.now, photoID).Exec(ctx))
	if err != nil || n == 0 {
		return false, err
	}
	if err = tx.photoChanged(ctx, photoID); err != nil {
		return false, err
	}
	if err = tx.photoDone(ctx, photoID); err != nil {
		return false, err
	}
	return true, tx.questionPhotoDone(ctx, photoID)
}

// PhotoRejected takes note that a file is refused for good.
func (tx *Tx) PhotoRejected(ctx context.Context, photoID int64, rejection string) error {
	_, err := tx.NewRaw(`update photos set state = ?, rejection = ? where id = ? and state <> ?`, PhotoRejected, rejection, photoID, PhotoReady).Exec(ctx)
	if err != nil {
		return fmt.Errorf("reject photo: %w", err)
	}
	return tx.photoChanged(ctx, photoID)
}

// photoChanged has caches and subscribers follow a change of the photo's state.
func (tx *Tx) photoChanged(ctx context.Context, photoID int64) error {
	tx.changes.Photos = append(tx.changes.Photos, photoID)
	return tx.publish(ctx, PhotoTopic(photoID), photoID)
}

// How long a photo may lie around: an upload that is not completed, and a photo that is in no style and no
// question and is no avatar.
const (
	AwaitingTTL    = 24 * time.Hour
	UnusedPhotoTTL = 7 * 24 * time.Hour
)

const photoBatch = 500

// CleanUpPhotos ends uploads that were never completed and erases photos that were never used, in batches that each
// commit; the objects go by a job. It tells how many of each.
func (db *DB) CleanUpPhotos(ctx context.Context) (expired, erased int, err error) {
	expired, err = db.cleanUpPhotos(ctx, `created_at < ? and style_id is null and question_id is null and state = 'AWAITING_UPLOAD'`, db.Now().Add(-AwaitingTTL),
		`update photos set state = 'REJECTED', rejection = 'EXPIRED' where id = any(?) returning id, object_token`)
	if err != nil {
		return expired, 0, err
	}
	erased, err = db.cleanUpPhotos(ctx, `created_at < ? and style_id is null and question_id is null and state in ('READY', 'REJECTED')
		and not exists (select from users u where u.id = photos.owner_id and u.avatar_photo_id = photos.id)`, db.Now().Add(-UnusedPhotoTTL),
		eraseUnusedSQL)
	return expired, erased, err
}

const eraseUnusedSQL = `delete from photos where id = any(?) and not exists (select from users u where u.id = photos.owner_id and u.avatar_photo_id = photos.id)
	returning id, object_token`

// cleanUpPhotos runs a statement on the photos that match, batch by batch.
func (db *DB) cleanUpPhotos(ctx context.Context, match string, before time.Time, statement string) (total int, err error) {
	for found := photoBatch; found == photoBatch; {
		var gone []Photo
		err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
			// Two statements, because what the first waited for or came just before, an avatar for instance, is only
			// seen by the second.
			var ids []int64
			err := tx.NewRaw(`select id from photos where `+match+` order by created_at limit ? for update skip locked`, before, photoBatch).Scan(ctx, &ids)
			if err != nil {
				return err
			}
			found, gone = len(ids), nil
			if err = tx.NewRaw(statement, pgdialect.Array(ids)).Scan(ctx, &gone); err != nil {
				return err
			}
			for _, p := range gone {
				if err = tx.publish(ctx, PhotoTopic(p.ID), p.ID); err != nil {
					return err
				}
			}
			return tx.eraseObjects(ctx, gone)
		})
		if err != nil {
			return total, fmt.Errorf("clean up photos: %w", err)
		}
		total += len(gone)
	}
	return total, nil
}

// eraseObjects records that the objects of photos have to go.
func (tx *Tx) eraseObjects(ctx context.Context, gone []Photo) error {
	for _, p := range gone {
		tx.changes.Photos = append(tx.changes.Photos, p.ID)
		if err := tx.Record(ctx, JobErasePhoto, ObjectsJob{p.ObjectKeys()}); err != nil {
			return err
		}
	}
	return nil
}

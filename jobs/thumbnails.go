package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"

	"styleshare/internal/imaging"
	"styleshare/internal/storage"
	"styleshare/models"
)

// immutable is the Cache-Control of renditions: their keys hold a secret that is never used for another picture.
const immutable = "public, max-age=31536000, immutable"

// mostPhotoMemory is enough for the largest photo of nearly every kind, and for 16 of a phone's.
const mostPhotoMemory = 1 << 30

// photoMemory is how many bytes the photos that are worked on at the same time may take together: half of what GOMEMLIMIT allows, as the
// collector lets garbage lie.
func photoMemory() int64 { return min(debug.SetMemoryLimit(-1)/2, mostPhotoMemory) }

// Thumbnails handles models.JobProcessPhoto: the file's renditions are made and stored, the photo becomes READY or
// REJECTED, and the style that waits for it appears.
func Thumbnails(db *models.DB, store *storage.Store) Handler {
	budget := imaging.NewBudget(photoMemory())
	return func(ctx context.Context, job *Job) error {
		var p models.PhotoJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		photos, err := db.Photos(ctx, []int64{p.PhotoID})
		if err != nil {
			return err
		}
		photo := photos[p.PhotoID]
		if photo == nil || photo.State != models.PhotoProcessing {
			return nil // erased, or done by another worker
		}
		result, err := process(ctx, budget, store, photo)
		if rejection, ok := errors.AsType[*imaging.Rejection](err); ok {
			job.Log().InfoContext(ctx, "photo rejected", "photo", photo.ID, "reason", rejection.Reason, "detail", rejection.Detail)
			job.count(func(e effects) { e.photos.WithLabelValues(string(rejection.Reason)).Inc() })
			return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
				if err := tx.PhotoRejected(ctx, photo.ID, string(rejection.Reason)); err != nil {
					return err
				}
				return job.Finish(ctx, tx)
			})
		}
		if err != nil {
			return err
		}
		return finishPhoto(ctx, db, store, job, photo, result)
	}
}

// process reads the original and stores its renditions; whatever the file itself is to blame for is a Rejection.
func process(ctx context.Context, budget *imaging.Budget, store *storage.Store, photo *models.Photo) (*imaging.Result, error) {
	file, err := store.Get(ctx, photo.OriginalKey(), models.MaxPhotoBytes)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, &imaging.Rejection{Reason: "EXPIRED", Detail: "completed without a file"}
	case errors.Is(err, storage.ErrTooLarge):
		return nil, &imaging.Rejection{Reason: imaging.TooLarge, Detail: "more bytes than any upload may have"}
	case err != nil:
		return nil, fmt.Errorf("read original: %w", err)
	case int64(len(file)) != photo.ByteSize:
		return nil, &imaging.Rejection{Reason: imaging.Mismatch, Detail: "not the length that was announced"}
	}
	result, err := budget.Process(ctx, file, imaging.Format(photo.ContentType), imaging.DefaultLimits())
	if err != nil {
		return nil, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for _, r := range result.Renditions {
		group.Go(func() error {
			return store.Put(groupCtx, photo.RenditionKey(models.PhotoSize(r.Size)), "image/jpeg", immutable, r.JPEG)
		})
	}
	if err = group.Wait(); err != nil {
		return nil, fmt.Errorf("store rendition: %w", err)
	}
	return result, nil
}

func finishPhoto(ctx context.Context, db *models.DB, store *storage.Store, job *Job, photo *models.Photo, result *imaging.Result) error {
	there := true
	err := db.InTx(ctx, func(ctx context.Context, tx *models.Tx) (err error) {
		there, err = tx.PhotoReady(ctx, photo.ID, models.PhotoResult{Width: result.Width, Height: result.Height,
			Blurhash: result.Blurhash, DominantColor: result.DominantColor})
		if err != nil || !there {
			return err
		}
		return job.Finish(ctx, tx)
	})
	if err == nil && there {
		job.count(func(e effects) { e.photos.WithLabelValues(string(models.PhotoReady)).Inc() })
	}
	if err == nil && !there {
		// Erased while its renditions were made. The job is not finished before they are gone.
		return store.Delete(ctx, photo.ObjectKeys()...)
	}
	return err
}

// ErasePhoto handles models.JobErasePhoto: objects whose rows are gone.
func ErasePhoto(store *storage.Store) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.ObjectsJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		return store.Delete(ctx, p.Keys...)
	}
}

// CleanUpPhotos handles models.JobCleanUpPhotos: uploads never completed and photos never used.
func CleanUpPhotos(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		expired, erased, err := db.CleanUpPhotos(ctx)
		if expired+erased > 0 {
			job.Log().InfoContext(ctx, "cleaned up photos", "expired", expired, "erased", erased)
		}
		return err
	}
}

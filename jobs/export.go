package jobs

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"styleshare/internal/storage"
	"styleshare/models"
)

// Export handles models.JobExport: everything the service holds about a person becomes an archive in the store, and its
// link is mailed. It is written while it is made, with one picture in memory at a time. Made twice, it is one object.
func Export(db *models.DB, store *storage.Store) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.ExportJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		e, err := db.Export(ctx, p.ExportID)
		if err != nil || e == nil || e.CompletedAt != nil {
			return err
		}
		reader, writer := io.Pipe()
		go func() { writer.CloseWithError(writeArchive(ctx, writer, db, store, e.UserID)) }()
		err = store.Upload(ctx, e.ObjectKey(), "application/zip", reader)
		_ = reader.CloseWithError(context.Canceled) // ends the writer where the upload has failed
		if err != nil {
			return err
		}
		ready := false
		err = db.InTx(ctx, func(ctx context.Context, tx *models.Tx) (err error) {
			if ready, err = tx.ExportReady(ctx, e); err != nil || !ready {
				return err
			}
			return job.Finish(ctx, tx)
		})
		if err == nil && !ready { // another worker was faster, or the person was erased meanwhile
			there, err := db.Export(ctx, e.ID)
			if err != nil || there != nil {
				return err
			}
			return store.Delete(ctx, e.ObjectKey())
		}
		return err
	}
}

// writeArchive writes the files of the archive: JSON, then pictures, which are compressed already.
func writeArchive(ctx context.Context, w io.Writer, db *models.DB, store *storage.Store, userID int64) error {
	archive := zip.NewWriter(w)
	for _, section := range models.ExportSections {
		file, err := archive.CreateHeader(&zip.FileHeader{Name: section.Name + ".json", Method: zip.Deflate, Modified: db.Now()})
		if err != nil {
			return err
		}
		if err = writeRows(ctx, file, db, section, userID); err != nil {
			return err
		}
	}
	err := db.ExportPhotos(ctx, userID, func(p *models.Photo) error { return writePhoto(ctx, archive, store, p) })
	if err != nil {
		return err
	}
	return archive.Close()
}

func writeRows(ctx context.Context, w io.Writer, db *models.DB, section models.ExportSection, userID int64) error {
	before := "[\n"
	err := db.ExportRows(ctx, section, userID, func(row json.RawMessage) error {
		_, err := fmt.Fprintf(w, "%s%s", before, row)
		before = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, strings.TrimSuffix(before, ",\n")+"\n]\n")
	return err
}

// writePhoto adds the original, or the largest rendition where that is gone.
func writePhoto(ctx context.Context, archive *zip.Writer, store *storage.Store, p *models.Photo) error {
	key, extension := p.OriginalKey(), strings.TrimPrefix(p.ContentType, "image/")
	content, err := store.Get(ctx, key, models.MaxPhotoBytes)
	if errors.Is(err, storage.ErrNotFound) {
		extension = "jpeg"
		content, err = store.Get(ctx, p.RenditionKey(models.PhotoLarge), models.MaxPhotoBytes)
	}
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	file, err := archive.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("photos/%d.%s", p.ID, extension), Method: zip.Store, Modified: p.CreatedAt})
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return err
}

// abandonedAfter is when an upload that has not ended never will.
const abandonedAfter = 24 * time.Hour

// CleanUpExports handles models.JobCleanUpExports: archives that have expired, and what killed workers have left.
func CleanUpExports(db *models.DB, store *storage.Store) Handler {
	return func(ctx context.Context, job *Job) error {
		n, err := db.CleanUpExports(ctx)
		if n > 0 {
			job.Log().InfoContext(ctx, "erased archives", "count", n)
		}
		if err != nil {
			return err
		}
		return store.AbortUploads(ctx, models.ExportPrefix, db.Now().Add(-abandonedAfter))
	}
}

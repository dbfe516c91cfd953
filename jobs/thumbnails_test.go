package jobs

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
	"styleshare/models"
)

func bucket(t *testing.T) *storage.Store {
	t.Helper()
	store, err := storage.New(t.Context(), testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func jpegFile(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload is a photo whose file was sent and completed.
func upload(t *testing.T, db *models.DB, store *storage.Store, owner int64, file []byte) *models.Photo {
	t.Helper()
	p := picture(t, db, owner, models.PhotoAwaitingUpload, len(file))
	if err := store.Put(t.Context(), p.OriginalKey(), p.ContentType, "", file); err != nil {
		t.Fatal(err)
	}
	if _, err := db.CompletePhoto(t.Context(), by(owner), p.ID); err != nil {
		t.Fatal(err)
	}
	return p
}

func reread(t *testing.T, db *models.DB, p *models.Photo) *models.Photo {
	t.Helper()
	photos, err := db.Photos(t.Context(), []int64{p.ID})
	if err != nil {
		t.Fatal(err)
	}
	return photos[p.ID]
}

// stored tells which of a photo's objects are in the store.
func stored(t *testing.T, store *storage.Store, p *models.Photo) (original bool, renditions int) {
	t.Helper()
	for i, key := range p.ObjectKeys() {
		_, err := store.Head(t.Context(), key)
		if err == nil && i == 0 {
			original = true
		} else if err == nil {
			renditions++
		}
	}
	return original, renditions
}

func TestThumbnails(t *testing.T) {
	t.Parallel()
	db, store := newDB(t), bucket(t)
	mina := member(t, db, "mina", "ko")
	p := upload(t, db, store, mina, jpegFile(t, 400, 300))
	waiting := style(t, db, mina, p)
	handler := Thumbnails(db, store)
	expect(t, db, models.JobProcessPhoto, handler, 1)
	got := reread(t, db, p)
	if got.State != models.PhotoReady || *got.Width != 400 || *got.Height != 300 || *got.Blurhash == "" || len(*got.DominantColor) != 7 {
		t.Errorf("%+v", got)
	}
	if original, renditions := stored(t, store, p); !original || renditions != len(models.PhotoSizes) {
		t.Errorf("original %v, %d renditions", original, renditions)
	}
	small, err := store.Get(t.Context(), p.RenditionKey(models.PhotoSmall), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(small)); err != nil || c.Width != 320 || c.Height != 240 {
		t.Errorf("%+v, %v", c, err)
	}
	if tally(t, db, `select count(*) from styles where id = ? and state = 'PUBLISHED'`, waiting) != 1 {
		t.Error("the style still waits")
	}
	var row models.OutboxRow
	if err := db.NewSelect().Model(&row).Where("kind = ?", models.JobProcessPhoto).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := deliver(t, db, row, handler); err != nil || !reread(t, db, p).ReadyAt.Equal(*got.ReadyAt) {
		t.Errorf("delivered again: %v", err)
	}
}

func TestThumbnailsOfWhatIsRefused(t *testing.T) {
	t.Parallel()
	db, store := newDB(t), bucket(t)
	mina := member(t, db, "mina", "ko")
	file := jpegFile(t, 40, 30)
	longer := upload(t, db, store, mina, file)
	if err := store.Put(t.Context(), longer.OriginalKey(), "image/jpeg", "", append(file, 0)); err != nil {
		t.Fatal(err)
	}
	missing := upload(t, db, store, mina, file)
	if err := store.Delete(t.Context(), missing.OriginalKey()); err != nil {
		t.Fatal(err)
	}
	rejections := map[*models.Photo]string{
		upload(t, db, store, mina, []byte("no picture at all")):    "UNSUPPORTED_FORMAT",
		upload(t, db, store, mina, file[:len(file)/2]):             "UNREADABLE",
		upload(t, db, store, mina, []byte("\x89PNG\r\n\x1a\nxxx")): "MISMATCH",
		longer:  "MISMATCH",
		missing: "EXPIRED",
	}
	expect(t, db, models.JobProcessPhoto, Thumbnails(db, store), len(rejections))
	for p, want := range rejections {
		if got := reread(t, db, p); got.State != models.PhotoRejected || got.Rejection == nil || *got.Rejection != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

// A store that does not answer is no fault of the photo.
func TestThumbnailsWithoutTheStore(t *testing.T) {
	t.Parallel()
	db, store := newDB(t), bucket(t)
	p := upload(t, db, store, member(t, db, "mina", "ko"), jpegFile(t, 40, 30))
	handler := Thumbnails(db, store)
	elsewhere, err := storage.New(t.Context(), storage.Config{Endpoint: "http://127.0.0.1:1", Region: "x", Bucket: "x", AccessKeyID: "x", SecretAccessKey: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, errs := perform(t, db, models.JobProcessPhoto, Thumbnails(db, elsewhere)); len(errs) != 1 {
		t.Errorf("%v", errs)
	}
	if got := reread(t, db, p); got.State != models.PhotoProcessing {
		t.Errorf("%+v", got)
	}
	expect(t, db, models.JobProcessPhoto, handler, 1)
	if got := reread(t, db, p); got.State != models.PhotoReady {
		t.Errorf("%+v", got)
	}
}

func TestThumbnailsOfAPhotoErasedMeanwhile(t *testing.T) {
	t.Parallel()
	db, store := newDB(t), bucket(t)
	mina := member(t, db, "mina", "ko")
	p := upload(t, db, store, mina, jpegFile(t, 40, 30))
	erasing, err := db.Begin() // the handler still sees the row, and waits for the end of this when it is ready
	if err != nil {
		t.Fatal(err)
	}
	if _, err = erasing.Exec(`delete from photos`); err != nil {
		t.Fatal(err)
	}
	handler := Thumbnails(db, store)
	done := make(chan error)
	go func() { done <- handler(context.Background(), &Job{payload: fmt.Appendf(nil, `{"photoId":%d}`, p.ID)}) }()
	eventually(t, "the renditions are made", func() bool {
		return tally(t, db, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == 1
	})
	if _, renditions := stored(t, store, p); renditions != len(models.PhotoSizes) {
		t.Errorf("%d renditions", renditions)
	}
	if err = erasing.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if original, renditions := stored(t, store, p); original || renditions != 0 {
		t.Errorf("original %v, %d renditions are left", original, renditions)
	}
	expect(t, db, models.JobProcessPhoto, handler, 1) // nothing to do any more
}

func TestPhotosAreErasedFromTheStore(t *testing.T) {
	t.Parallel()
	db, store := newDB(t), bucket(t)
	mina := member(t, db, "mina", "ko")
	old, kept := upload(t, db, store, mina, jpegFile(t, 40, 30)), upload(t, db, store, mina, jpegFile(t, 40, 30))
	style(t, db, mina, kept)
	expect(t, db, models.JobProcessPhoto, Thumbnails(db, store), 2)
	now := db.Now().Add(models.UnusedPhotoTTL + 1)
	db.Now = clock(now)
	record(t, db, models.JobCleanUpPhotos, struct{}{})
	expect(t, db, models.JobCleanUpPhotos, CleanUpPhotos(db), 1)
	expect(t, db, models.JobErasePhoto, ErasePhoto(store), 1)
	for p, want := range map[*models.Photo]int{old: 0, kept: len(models.PhotoSizes)} {
		if original, renditions := stored(t, store, p); original != (want > 0) || renditions != want {
			t.Errorf("original %v, %d renditions, want %d", original, renditions, want)
		}
	}
}

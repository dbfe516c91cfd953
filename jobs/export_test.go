package jobs

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
	"styleshare/models"
)

// An archive has everything in it, also when its job is run twice, and one mail leads to it.
func TestExport(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	store, err := storage.New(t.Context(), testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	o := newPostOffice(t, db)
	grant := joined(t, db, "en")
	o.send(t, 1)
	photo := picture(t, db, grant.UserID, models.PhotoReady, 100)
	big := bytes.Repeat([]byte("x"), 20<<20) // some parts
	if err = store.Put(t.Context(), photo.OriginalKey(), "image/jpeg", "", big); err != nil {
		t.Fatal(err)
	}
	picture(t, db, grant.UserID, models.PhotoReady, 100) // whose file is gone
	if err = db.RequestExport(t.Context(), by(grant.UserID)); err != nil {
		t.Fatal(err)
	}
	var row models.OutboxRow
	if err = db.NewSelect().Model(&row).Where("kind = ?", models.JobExport).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err = deliver(t, db, row, Export(db, store)); err != nil {
			t.Fatal(err)
		}
	}
	m := o.send(t, 1)[0]
	if !strings.Contains(m.Text, "/export?export=") {
		t.Errorf("%s", m.Text)
	}
	e := new(models.Export)
	if err = db.NewSelect().Model(e).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	address, err := store.PresignGet(t.Context(), e.ObjectKey(), "x.zip", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	content := fetch(t, address)
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int64{}
	for _, f := range archive.File {
		files[f.Name] = int64(f.UncompressedSize64)
		if strings.HasSuffix(f.Name, ".json") {
			checkJSON(t, f)
		}
	}
	if len(files) != len(models.ExportSections)+1 {
		t.Errorf("files %v", files)
	}
	if n := len(content); n < len(big) {
		t.Errorf("%d bytes", n)
	}
	db.Now = clock(db.Now().Add(models.ExportTTL + time.Second))
	job := &Job{log: slog.New(slog.DiscardHandler)}
	if err = CleanUpExports(db, store)(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	expect(t, db, models.JobErasePhoto, ErasePhoto(store), 1)
	if _, err = store.Head(t.Context(), e.ObjectKey()); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the archive is still there: %v", err)
	}
}

func checkJSON(t *testing.T, f *zip.File) {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows []map[string]any
	if err = json.NewDecoder(r).Decode(&rows); err != nil {
		t.Errorf("%s: %v", f.Name, err)
	}
	if f.Name == "account.json" && (len(rows) != 1 || rows[0]["email"] != "mina@example.com") {
		t.Errorf("%s: %v", f.Name, rows)
	}
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	return content
}

// What fails in the middle leaves nothing behind that can be read, and no mail.
func TestExportThatFails(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	part, config := testkit.OwnS3(t)
	store, err := storage.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	mina := member(t, db, "mina", "en")
	if err = db.RequestExport(t.Context(), by(mina)); err != nil {
		t.Fatal(err)
	}
	if err = part.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, errs := perform(t, db, models.JobExport, Export(db, store)); len(errs) != 1 {
		t.Errorf("%v", errs)
	}
	if n := tally(t, db, `select count(*) from outbox where kind = 'mail'`); n != 0 {
		t.Errorf("%d mails", n)
	}
}

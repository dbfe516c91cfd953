package jobs

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"styleshare/internal/testkit"
	"styleshare/models"
)

// newDB is a database alone: handlers are called here as a worker would call them.
func newDB(t *testing.T) *models.DB {
	t.Helper()
	return openDB(t, testkit.Database(t))
}

// perform runs a handler on the open jobs of its kind, and marks those done that succeed.
func perform(t *testing.T, db *models.DB, kind models.JobKind, handler Handler) (done int, errs []error) {
	t.Helper()
	var rows []models.OutboxRow
	if err := db.NewSelect().Model(&rows).Where("kind = ? and done_at is null", kind).OrderExpr("id").Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		err := deliver(t, db, row, handler)
		if err == nil {
			done++
		} else {
			errs = append(errs, err)
		}
	}
	return done, errs
}

// deliver calls a handler once for a row, done or not.
func deliver(t *testing.T, db *models.DB, row models.OutboxRow, handler Handler) error {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	job := &Job{ID: row.ID, Kind: row.Kind, Attempt: row.Attempts + 1, log: log, payload: row.Payload}
	err := handler(t.Context(), job)
	if errors.Is(err, errAlreadyDone) {
		return nil
	}
	if err == nil && !job.finished.Load() {
		err = db.FinishJobs(t.Context(), []int64{row.ID})
	}
	return err
}

// expect is perform where all must succeed.
func expect(t *testing.T, db *models.DB, kind models.JobKind, handler Handler, want int) {
	t.Helper()
	if done, errs := perform(t, db, kind, handler); done != want || len(errs) > 0 {
		t.Errorf("%s: %d done, want %d; %v", kind, done, want, errs)
	}
}

func member(t *testing.T, db *models.DB, username, locale string) int64 {
	t.Helper()
	u := &models.User{Username: username, DisplayName: username, CreatedAt: db.Now()}
	if _, err := db.NewInsert().Model(u).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	verified := db.Now()
	a := &models.Account{UserID: u.ID, Email: username + "@example.com", EmailVerifiedAt: &verified, Locale: locale, TimeZone: models.DefaultTimeZone}
	if _, err := db.NewInsert().Model(a).Returning("NULL").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	return u.ID
}

// clock stands still.
func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

func by(userID int64) models.Attempt { return models.Attempt{UserID: userID, Mutation: "test"} }

func picture(t *testing.T, db *models.DB, owner int64, state models.PhotoState, size int) *models.Photo {
	t.Helper()
	p := &models.Photo{OwnerID: owner, State: state, ContentType: "image/jpeg", ByteSize: int64(size), ObjectToken: strings.ToLower(rand.Text()), CreatedAt: db.Now()}
	if _, err := db.NewInsert().Model(p).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func style(t *testing.T, db *models.DB, author int64, photos ...*models.Photo) int64 {
	t.Helper()
	if len(photos) == 0 {
		photos = append(photos, picture(t, db, author, models.PhotoReady, 1))
	}
	in := models.StyleInput{}
	for _, p := range photos {
		in.PhotoIDs = append(in.PhotoIDs, p.ID)
	}
	id, err := db.PublishStyle(t.Context(), by(author), in)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func record(t *testing.T, db *models.DB, kind models.JobKind, payload any) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error { return tx.Record(ctx, kind, payload) })
	if err != nil {
		t.Fatal(err)
	}
}

func tally(t *testing.T, db *models.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := db.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Every handler refuses for good what it can never read.
func TestHandlersRefuseForeignPayloads(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]Handler{
		"thumbnails": Thumbnails(nil, nil), "erase photo": ErasePhoto(nil), "fan out": FanOutStyle(nil, models.FeedLimits{}),
		"erase style": EraseStyle(nil), "invalidate": Invalidate(nil), "notify": Notify(nil), "push": Push(nil, nil, "", ""), "mail": Mail(Mailer{}),
		"digest": Digest(Mailer{}), "pick digests": PickDigests(nil),
	} {
		_, permanent := errors.AsType[*permanentError](handler(t.Context(), &Job{payload: json.RawMessage(`[]`)}))
		if !permanent {
			t.Errorf("%s would try again", name)
		}
	}
}

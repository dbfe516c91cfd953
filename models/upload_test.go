package models

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

func TestCreatePhoto(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	a := keyed(t, mina, "createUpload", "k", "x")
	id := must(db.CreatePhoto(t.Context(), a, "image/webp", MaxPhotoBytes))
	if again := must(db.CreatePhoto(t.Context(), a, "image/webp", MaxPhotoBytes)); again != id {
		t.Errorf("%d, then %d", id, again)
	}
	p := must(db.OwnPhoto(t.Context(), mina, id))
	if p.State != PhotoAwaitingUpload || p.ByteSize != MaxPhotoBytes || p.ContentType != "image/webp" || len(p.ObjectToken) < 20 {
		t.Errorf("%+v", p)
	}
	for _, c := range []struct {
		contentType string
		size        int64
		want        []string
	}{
		{"image/gif", 1, []string{"contentType UNSUPPORTED_MEDIA_TYPE"}}, {"image/jpeg ", 1, []string{"contentType UNSUPPORTED_MEDIA_TYPE"}},
		{"", 0, []string{"contentType UNSUPPORTED_MEDIA_TYPE", "byteSize INVALID"}}, {"image/png", -1, []string{"byteSize INVALID"}},
		{"image/png", MaxPhotoBytes + 1, []string{"byteSize TOO_LARGE"}}, {"image/png", math.MaxInt64, []string{"byteSize TOO_LARGE"}},
	} {
		_, err := db.CreatePhoto(t.Context(), by(mina), c.contentType, c.size)
		refused(t, err, c.want...)
	}
	_, err := db.OwnPhoto(t.Context(), person(t, db), id)
	refused(t, err, "photoId NOT_FOUND")
	exec(t, db, `insert into photos (owner_id, state, content_type, byte_size, object_token, created_at)
		select ?, 'AWAITING_UPLOAD', '', 1, '', now() from generate_series(2, ?)`, mina, maxAwaiting)
	_, err = db.CreatePhoto(t.Context(), by(mina), "image/png", 1)
	refused(t, err, "TOO_MANY")
}

func TestCompletePhoto(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	id := must(db.CreatePhoto(t.Context(), by(mina), "image/png", 1))
	must(db.CompletePhoto(t.Context(), by(person(t, db)), id)) // not theirs: nothing happens
	if p := photoOf(t, db, id); p.State != PhotoAwaitingUpload || jobs(t, db, JobProcessPhoto) != 0 {
		t.Errorf("%+v", p)
	}
	for _, err := range atOnce(4, func(int) error { _, err := db.CompletePhoto(t.Context(), by(mina), id); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	if p := photoOf(t, db, id); p.State != PhotoProcessing || p.CompletedAt == nil || jobs(t, db, JobProcessPhoto) != 1 {
		t.Errorf("%+v, %d jobs", p, jobs(t, db, JobProcessPhoto))
	}
	result := PhotoResult{Width: 3, Height: 4, Blurhash: "LEHV6nWB2yk8", DominantColor: "#010203"}
	ready(t, db, id, result, true)
	if p := photoOf(t, db, id); p.State != PhotoReady || *p.Width != 3 || *p.Height != 4 || *p.Blurhash != result.Blurhash || *p.DominantColor != "#010203" || p.ReadyAt == nil {
		t.Errorf("%+v", p)
	}
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.PhotoRejected(ctx, id, "UNREADABLE") })
	must(db.CompletePhoto(t.Context(), by(mina), id))
	if p := photoOf(t, db, id); p.State != PhotoReady || p.Rejection != nil {
		t.Errorf("what is ready stays: %+v", p)
	}
}

func ready(t testing.TB, db *DB, photoID int64, result PhotoResult, want bool) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		there, err := tx.PhotoReady(ctx, photoID, result)
		if there != want {
			t.Errorf("photo there: %v, want %v", there, want)
		}
		return err
	})
}

// erasedObjects are the keys of all objects that have to go.
func erasedObjects(t testing.TB, db *DB) []string {
	t.Helper()
	var payloads []json.RawMessage
	if err := db.NewRaw(`select payload from outbox where kind = ? order by id`, JobErasePhoto).Scan(t.Context(), &payloads); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, p := range payloads {
		var job ObjectsJob
		if err := json.Unmarshal(p, &job); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, job.Keys...)
	}
	return keys
}

func TestCleanUpPhotos(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	abandoned, awaiting := photoIn(t, db, mina, PhotoAwaitingUpload), photoIn(t, db, mina, PhotoAwaitingUpload)
	exec(t, db, `update photos set created_at = ? where id = ?`, db.Now().Add(time.Minute), awaiting)
	unused, rejected, working := readyPhoto(t, db, mina), photoIn(t, db, mina, PhotoRejected), photoIn(t, db, mina, PhotoProcessing)
	used := styleOf(t, db, published(t, db, mina, "")).PhotoIDs[0]
	clean := func(wantExpired, wantErased int) {
		t.Helper()
		if expired, erased, err := db.CleanUpPhotos(t.Context()); expired != wantExpired || erased != wantErased || err != nil {
			t.Errorf("%d expired, %d erased, %v; want %d and %d", expired, erased, err, wantExpired, wantErased)
		}
	}
	clean(0, 0)
	want := photoOf(t, db, abandoned).ObjectKeys()
	move(db, AwaitingTTL+time.Second)
	clean(1, 0)
	if p := photoOf(t, db, abandoned); p.State != PhotoRejected || *p.Rejection != "EXPIRED" {
		t.Errorf("%+v", p)
	}
	must(db.CompletePhoto(t.Context(), by(mina), abandoned))
	if p := photoOf(t, db, abandoned); p.State != PhotoRejected {
		t.Errorf("too late, and yet %s", p.State)
	}
	if got := erasedObjects(t, db); !slices.Equal(got, want) || len(got) != 5 {
		t.Errorf("objects %v, want %v", got, want)
	}
	clean(0, 0)
	for _, id := range []int64{unused, rejected, abandoned} { // its object may have come late
		want = append(want, photoOf(t, db, id).ObjectKeys()...)
	}
	move(db, UnusedPhotoTTL-AwaitingTTL)
	clean(1, 3)
	for id, there := range map[int64]bool{used: true, working: true, awaiting: true, unused: false, rejected: false, abandoned: false} {
		if p := photoOf(t, db, id); (p != nil) != there {
			t.Errorf("photo %d: %+v", id, p)
		}
	}
	for _, key := range want {
		if !slices.Contains(erasedObjects(t, db), key) {
			t.Errorf("%s stays in the store", key)
		}
	}
	ready(t, db, unused, PhotoResult{}, false)
}

func TestCleanUpOfManyPhotos(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	const n = 2*photoBatch + 1
	exec(t, db, `insert into photos (owner_id, state, content_type, byte_size, object_token, created_at)
		select ?, 'READY', '', 1, '', ? from generate_series(1, ?)`, mina, db.Now().Add(-UnusedPhotoTTL-time.Hour), n)
	erased := make([]int, 2)
	for _, err := range atOnce(2, func(i int) (err error) { _, erased[i], err = db.CleanUpPhotos(t.Context()); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	if left := one[int](t, db, `select count(*) from photos`); left != 0 || erased[0]+erased[1] != n || jobs(t, db, JobErasePhoto) != n {
		t.Errorf("%d left, %v erased, %d jobs", left, erased, jobs(t, db, JobErasePhoto))
	}
}

// A photo that somebody takes at the very moment of the clean-up is either theirs or gone, never half of both.
func TestCleanUpWhilePhotosAreTaken(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	var photos []int64
	for range 12 {
		photos = append(photos, readyPhoto(t, db, mina))
	}
	move(db, UnusedPhotoTTL+time.Second)
	atOnce(len(photos)+1, func(i int) error {
		switch {
		case i == len(photos):
			_, _, err := db.CleanUpPhotos(t.Context())
			return err
		case i%2 == 0:
			return db.UpdateProfile(t.Context(), by(mina), ProfileChange{AvatarPhotoID: &photos[i]})
		}
		_, err := db.PublishStyle(t.Context(), by(mina), StyleInput{PhotoIDs: photos[i : i+1]})
		return err
	})
	checkCounters(t, db)
	lost := `select count(*) from outbox o join photos p on o.payload->'keys'->>0 like 'originals/' || p.id || '-%' where o.kind = ?`
	if n := one[int](t, db, lost, JobErasePhoto); n != 0 {
		t.Errorf("the objects of %d photos that are used are erased", n)
	}
}

// A photo that becomes an avatar while the clean-up has it in its hands stays.
func TestCleanUpSeesAnAvatarOfThisMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	photo := readyPhoto(t, db, mina)
	move(db, UnusedPhotoTTL+time.Second)
	// What the clean-up does between its two statements, when the photo was found unused.
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		_, err := tx.NewRaw(`update users set avatar_photo_id = ? where id = ?`, photo, mina).Exec(ctx)
		if err != nil {
			return err
		}
		var gone []Photo
		if err = tx.NewRaw(eraseUnusedSQL, pgdialect.Array([]int64{photo})).Scan(ctx, &gone); len(gone) != 0 {
			t.Errorf("erased %v", gone)
		}
		return err
	})
}

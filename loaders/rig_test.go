package loaders_test

import (
	"context"
	"fmt"
	"testing"

	"styleshare/internal/cache"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// rig is a database with a memcached over it and the loaders of one process.
type rig struct {
	db      *models.DB
	loaders *loaders.Loaders
	cache   *cache.Cache
}

func newRig(t testing.TB, memcached ...string) *rig {
	t.Helper()
	return newProcess(t, testkit.Database(t), memcached...)
}

// newProcess is another process on the same database.
func newProcess(t testing.TB, database string, memcached ...string) *rig {
	t.Helper()
	return newProcessWith(t, database, cache.Config{Servers: memcached})
}

func newProcessWith(t testing.TB, database string, cfg cache.Config) *rig {
	t.Helper()
	db, err := models.Open(database, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	c, err := cache.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &rig{db, loaders.New(loaders.Config{DB: db, Cache: c, PublicURL: "https://pictures.example/"}), c}
}

// as is the context of a request of the person; 0 is nobody.
func as(t testing.TB, userID int64) context.Context {
	t.Helper()
	return loaders.WithCaller(t.Context(), loaders.Caller{UserID: userID, Language: "en"})
}

func (r *rig) person(t testing.TB, name string) int64 {
	t.Helper()
	grant, err := r.db.SignUp(t.Context(), models.SignUpInput{Username: name, Email: name + "@example.com",
		Password: "correct horse " + name, Locale: "en", TimeZone: "Asia/Seoul"})
	if err != nil {
		t.Fatal(err)
	}
	return grant.UserID
}

// style publishes a style of one READY photo.
func (r *rig) style(t testing.TB, author int64, caption string) int64 {
	t.Helper()
	ctx, a := t.Context(), models.Attempt{UserID: author}
	photo, err := r.db.CreatePhoto(ctx, a, "image/jpeg", 100)
	if err != nil {
		t.Fatal(err)
	}
	err = r.db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
		_, err := tx.PhotoReady(ctx, photo, models.PhotoResult{Width: 3, Height: 4, Blurhash: "x", DominantColor: "#123456"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.db.PublishStyle(ctx, a, models.StyleInput{PhotoIDs: []int64{photo}, Caption: caption})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// community is authors with two styles each; every style has a comment by every author and a like by the reader.
func (r *rig) community(t testing.TB, size int) (reader int64, styles []int64) {
	t.Helper()
	reader = r.person(t, "reader")
	var authors []int64
	for i := range size {
		authors = append(authors, r.person(t, fmt.Sprintf("author%d", i)))
	}
	for i, author := range authors {
		for n := range 2 {
			styles = append(styles, r.style(t, author, fmt.Sprintf("#tag%d of %d", n, i)))
		}
		if _, err := r.db.Follow(t.Context(), models.Attempt{UserID: reader}, author); err != nil {
			t.Fatal(err)
		}
	}
	for _, style := range styles {
		for _, author := range authors {
			if _, err := r.db.AddComment(t.Context(), models.Attempt{UserID: author}, style, "nice", 0); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.db.LikeStyle(t.Context(), models.Attempt{UserID: reader}, style); err != nil {
			t.Fatal(err)
		}
	}
	return reader, styles
}

func ptr[T any](v T) *T { return &v }

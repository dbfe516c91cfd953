package loaders_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"styleshare/internal/cache"
	"styleshare/internal/testkit"
	"styleshare/models"
)

// page is the rows of a page of the feed: 20 styles, their authors, 60 photos and 40 comments.
type page struct {
	styles, users, photos, comments []int64
}

func (r *rig) page(b *testing.B) (p page) {
	b.Helper()
	for i := range 20 {
		author := r.person(b, fmt.Sprint("author", i))
		style := r.style(b, author, fmt.Sprint("look #", i))
		p.users, p.styles = append(p.users, author), append(p.styles, style)
		for range 3 {
			photo, err := r.db.CreatePhoto(b.Context(), models.Attempt{UserID: author}, "image/jpeg", 100)
			if err != nil {
				b.Fatal(err)
			}
			p.photos = append(p.photos, photo)
		}
		for range 2 {
			comment, err := r.db.AddComment(b.Context(), models.Attempt{UserID: author}, style, "where is that coat from?", 0)
			if err != nil {
				b.Fatal(err)
			}
			p.comments = append(p.comments, comment.CommentID)
		}
	}
	return p
}

// BenchmarkPage reads those rows from this process's memory, from memcached and from PostgreSQL. On a busy machine only
// cpu-µs/op, user and system of this process, tells something; what the other two processes spend is not in it.
func BenchmarkPage(b *testing.B) {
	database, memcached := testkit.Database(b), testkit.Memcached(b)
	p := newProcess(b, database).page(b)
	for name, cfg := range map[string]cache.Config{
		"local":      {Servers: []string{memcached}, LocalBytes: 32 << 20},
		"memcached":  {Servers: []string{memcached}},
		"postgresql": {},
	} {
		b.Run(name, func(b *testing.B) {
			r := newProcessWith(b, database, cfg)
			users, styles := cache.NewTyped(r.cache, "u:", models.UserFields), cache.NewTyped(r.cache, "s:", models.StyleFields)
			photos, comments := cache.NewTyped(r.cache, "p:", models.PhotoFields), cache.NewTyped(r.cache, "c:", models.CommentFields)
			read := func() {
				for _, err := range []error{
					get(b.Context(), users, p.users, r.db.Users), get(b.Context(), styles, p.styles, r.db.Styles),
					get(b.Context(), photos, p.photos, r.db.Photos), get(b.Context(), comments, p.comments, r.db.Comments),
				} {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			read()
			if err := r.cache.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			before := processTime(b)
			for b.Loop() {
				read()
			}
			b.ReportMetric(float64((processTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

func get[V any](ctx context.Context, t *cache.Typed[V], ids []int64, load func(context.Context, []int64) (map[int64]*V, error)) error {
	rows, err := t.GetMany(ctx, ids, load)
	if err == nil && len(rows) != len(ids) {
		err = errors.New("rows are missing")
	}
	return err
}

func processTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

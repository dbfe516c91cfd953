package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/graph"
	"styleshare/graph/transport"
	"styleshare/internal/config"
	"styleshare/internal/mail"
	"styleshare/internal/relay"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

// writing is a server without HTTP, with its relay, and people who write.
type writing struct {
	*app
	executor *transport.Executor
	people   []int64
}

func newWriting(b *testing.B) *writing {
	b.Helper()
	bucket := testkit.S3(b)
	a, err := openApp(b.Context(), config.Config{
		DatabaseURL: testkit.Database(b), DatabaseMaxConns: 8, RedisURL: testkit.Redis(b), MemcachedServers: []string{testkit.Memcached(b)},
		S3Endpoint: bucket.Endpoint, S3Bucket: bucket.Bucket, S3PublicURL: bucket.PublicURL, Region: bucket.Region,
		AccessKeyID: bucket.AccessKeyID, SecretAccessKey: bucket.SecretAccessKey, LogFormat: "text", CostPerRequest: 1000, CostPerMinute: 1 << 30,
		WorkerConcurrency: 1, Mail: mail.Config{URL: "smtp://127.0.0.1:1025?tls=none", From: "StyleShare <no-reply@example.com>"},
	}, role{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.close)
	w := &writing{app: a, executor: a.executor()}
	err = a.db.NewRaw(`insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count,
		feed_merged, created_at) select 'person' || n, 'Person', '', false, 0, 0, 0, false, now() from generate_series(1, 101) n returning id`).Scan(b.Context(), &w.people)
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// inBackground runs a loop until the benchmark ends.
func (w *writing) inBackground(b *testing.B, run func(context.Context) error) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
}

// readyPhotos are photos of a person that may be published.
func (w *writing) readyPhotos(b *testing.B, owner int64, n int) (ids []int64) {
	b.Helper()
	err := w.db.NewRaw(`insert into photos (owner_id, state, content_type, byte_size, object_token, width, height, blurhash, dominant_color, created_at, completed_at, ready_at)
		select ?, 'READY', 'image/jpeg', 1, md5(random()::text), 3, 4, 'x', '#123456', now(), now(), now() from generate_series(1, ?) returning id`, owner, n).Scan(b.Context(), &ids)
	if err != nil {
		b.Fatal(err)
	}
	return ids
}

func (w *writing) publish(b *testing.B, author int64) string {
	b.Helper()
	in := models.StyleInput{PhotoIDs: w.readyPhotos(b, author, 1), Caption: "look"}
	id, err := w.db.PublishStyle(b.Context(), models.Attempt{UserID: author}, in)
	if err != nil {
		b.Fatal(err)
	}
	return relay.ID("Style", id)
}

// run asks for an operation of the apps.
func (w *writing) run(b *testing.B, viewer int64, document string, input map[string]any) {
	b.Helper()
	ctx := loaders.WithCaller(graphql.StartOperationTrace(b.Context()), loaders.Caller{UserID: viewer, Language: "ko"})
	op, errs := w.executor.CreateOperationContext(ctx, &graphql.RawParams{Query: document, Variables: map[string]any{"input": input}})
	if errs != nil {
		b.Fatal(errs)
	}
	respond, ctx := w.executor.DispatchOperation(ctx, op)
	if r := respond(ctx); len(r.Errors) > 0 || !strings.HasSuffix(string(r.Data), `"userErrors":[]}}`) {
		b.Fatal(string(r.Data), r.Errors)
	}
}

// measure reports the processor time of this process and, on Linux, of PostgreSQL's for each of n calls.
func (w *writing) measure(b *testing.B, f func(i int)) {
	b.Helper()
	own, postgres, n := processorTime(b), w.postgresTime(b), 0
	b.ReportAllocs()
	for b.Loop() {
		f(n)
		n++
	}
	b.ReportMetric(float64((processorTime(b)-own).Microseconds())/float64(n), "server-µs/op")
	if d := w.postgresTime(b) - postgres; d > 0 {
		b.ReportMetric(float64(d.Microseconds())/float64(n), "postgres-µs/op")
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// postgresTime adds up the backends of the pool, which live as long as the benchmark.
func (w *writing) postgresTime(b *testing.B) (sum time.Duration) {
	b.Helper()
	var pids []int
	if err := w.db.NewRaw(`select pid from pg_stat_activity where datname = current_database()`).Scan(b.Context(), &pids); err != nil {
		b.Fatal(err)
	}
	for _, pid := range pids {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
		var ns int64
		_, _ = fmt.Sscan(string(text), &ns)
		sum += time.Duration(ns)
	}
	return sum
}

// BenchmarkLike likes and unlikes through GraphQL, with everything that the server does about it: the answer, the cache, and
// the relay that hands over what was recorded.
func BenchmarkLike(b *testing.B) {
	w := newWriting(b)
	w.inBackground(b, w.jobs.RunRelay)
	author, fans := w.people[0], w.people[1:]
	styles := make([]string, 20)
	for i := range styles {
		styles[i] = w.publish(b, author)
	}
	like := graph.Documents()["Like"]
	unlike := strings.NewReplacer("LikeStyleInput", "UnlikeStyleInput", "likeStyle", "unlikeStyle").Replace(like)
	w.measure(b, func(i int) {
		document := like
		if i/(len(fans)*len(styles))%2 == 1 {
			document = unlike
		}
		w.run(b, fans[i%len(fans)], document, map[string]any{"styleId": styles[i/len(fans)%len(styles)], "clientMutationId": rand.Text()})
	})
}

// BenchmarkLikesWithWorker likes with 16 people at a time, and has what that causes done: the notifications of the authors,
// and their events. Redis's time is all of the server's.
func BenchmarkLikesWithWorker(b *testing.B) {
	w := newWriting(b)
	if err := w.registerJobs(b.Context()); err != nil {
		b.Fatal(err)
	}
	w.inBackground(b, w.jobs.RunRelay)
	w.inBackground(b, w.jobs.RunWorker)
	exec := func(statement string) {
		if _, err := w.db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	exec(`insert into accounts (user_id, email, password_hash, locale, time_zone) select id, id || '@example.com', '', 'ko', 'Asia/Seoul' from users`)
	authors, fans := w.people[:20], w.people[20:]
	var styles []string
	for i := range 100 {
		styles = append(styles, w.publish(b, authors[i%len(authors)]))
	}
	settle := func() {
		for left := true; left; {
			if err := w.db.NewRaw(`select exists (select from outbox where done_at is null)`).Scan(b.Context(), &left); err != nil {
				b.Fatal(err)
			}
			<-time.After(5 * time.Millisecond)
		}
	}
	settle()
	like := graph.Documents()["Like"]
	redis := w.redisTime(b)
	w.measure(b, func(i int) {
		if i > 0 && i%(len(fans)*len(styles)) == 0 {
			exec(`delete from likes`)
		}
		w.run(b, fans[i%len(fans)], like, map[string]any{"styleId": styles[i/len(fans)%len(styles)], "clientMutationId": rand.Text()})
		if i%16 == 15 {
			settle()
		}
	})
	b.ReportMetric(float64((w.redisTime(b)-redis).Microseconds())/float64(b.N), "redis-µs/op")
}

// redisTime is the processor time of the Redis server.
func (w *writing) redisTime(b *testing.B) (sum time.Duration) {
	b.Helper()
	info, err := w.redis.InfoMap(b.Context(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"used_cpu_sys", "used_cpu_user"} {
		seconds, err := strconv.ParseFloat(info["CPU"][name], 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(seconds * float64(time.Second))
	}
	return sum
}

// BenchmarkPublish publishes a photo with a caption that names a tag.
func BenchmarkPublish(b *testing.B) {
	w := newWriting(b)
	w.inBackground(b, w.jobs.RunRelay)
	publish := graph.Documents()["Publish"]
	photos := w.readyPhotos(b, w.people[0], 10_000)
	w.measure(b, func(i int) {
		w.run(b, w.people[0], publish, map[string]any{"photoIds": []any{relay.ID("Photo", photos[i])}, "caption": "오늘 #데일리룩",
			"clientMutationId": rand.Text()})
	})
}

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/graph"
	"styleshare/graph/transport"
	"styleshare/internal/config"
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
		WorkerConcurrency: 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.close)
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- a.jobs.RunRelay(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	w := &writing{app: a, executor: a.executor()}
	err = a.db.NewRaw(`insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count,
		feed_merged, created_at) select 'person' || n, 'Person', '', false, 0, 0, 0, false, now() from generate_series(1, 101) n returning id`).Scan(b.Context(), &w.people)
	if err != nil {
		b.Fatal(err)
	}
	return w
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

// BenchmarkPublish publishes a photo with a caption that names a tag.
func BenchmarkPublish(b *testing.B) {
	w := newWriting(b)
	publish := graph.Documents()["Publish"]
	photos := w.readyPhotos(b, w.people[0], 10_000)
	w.measure(b, func(i int) {
		w.run(b, w.people[0], publish, map[string]any{"photoIds": []any{relay.ID("Photo", photos[i])}, "caption": "오늘 #데일리룩",
			"clientMutationId": rand.Text()})
	})
}

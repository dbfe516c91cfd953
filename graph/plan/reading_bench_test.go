package plan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	graphqls "styleshare/graph"
	"styleshare/graph/generated"
	"styleshare/graph/transport"
	"styleshare/internal/cache"
	"styleshare/internal/relay"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
	"styleshare/resolvers"
)

// BenchmarkReading is what the apps' screens cost from plan to PostgreSQL, without HTTP: wall time, and the CPU time of this
// process (go-µs), of PostgreSQL (pg-µs) and of memcached (mc-µs) for each. There are 1,000 people, who follow 50 others
// each, and 5,000 styles with two photos, five comments and twenty likes.
func BenchmarkReading(b *testing.B) {
	address := testkit.Database(b)
	memcached := []string{testkit.Memcached(b)}
	for _, caches := range []struct {
		name string
		cache.Config
	}{{"none", cache.Config{}}, {"memcached", cache.Config{Servers: memcached}}, {"all", cache.Config{Servers: memcached, LocalBytes: 64 << 20}}} {
		r := newReading(b, address, caches.Config)
		for _, name := range []string{"HomeFeed", "StyleDetail", "Profile", "Me"} {
			b.Run(fmt.Sprintf("%s/caches=%s", name, caches.name), func(b *testing.B) { r.measure(b, name) })
		}
	}
}

type reading struct {
	executor  *transport.Executor
	cache     *cache.Cache
	postgres  string // the process id of the server
	viewers   []int64
	variables map[string][]map[string]any // by operation
	documents map[string]string
}

func newReading(b *testing.B, address string, caches cache.Config) *reading {
	b.Helper()
	db, err := models.Open(address, 8)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	c, err := cache.New(caches)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	r := &reading{cache: c, documents: graphqls.Documents(), variables: map[string][]map[string]any{}}
	r.populate(b, db)
	l := loaders.New(loaders.Config{DB: db, Cache: c, PublicURL: "https://pictures.example/"})
	config := generated.Config{Resolvers: &resolvers.Resolver{DB: db, Loaders: l}}
	r.executor = transport.NewExecutor(generated.NewExecutableSchema(config), transport.Config{})
	r.executor.AroundRootFields(generated.NewPlanner(config))
	return r
}

func (r *reading) populate(b *testing.B, db *models.DB) {
	b.Helper()
	ctx := b.Context()
	there, err := db.NewSelect().Model((*models.Style)(nil)).Exists(ctx)
	if err != nil {
		b.Fatal(err)
	}
	if !there {
		script, err := os.ReadFile("testdata/reading.sql")
		if err != nil {
			b.Fatal(err)
		}
		if _, err = db.Pool.Exec(ctx, string(script)); err != nil { // no arguments: the simple protocol takes several statements
			b.Fatal(err)
		}
	}
	var usernames []string
	var styles []int64
	if err = db.NewRaw(`select id, username from users order by id limit 100`).Scan(ctx, &r.viewers, &usernames); err != nil {
		b.Fatal(err)
	}
	if err = db.NewRaw(`select id from styles order by id limit 100`).Scan(ctx, &styles); err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		r.variables["StyleDetail"] = append(r.variables["StyleDetail"], map[string]any{"id": relay.ID("Style", styles[i])})
		r.variables["Profile"] = append(r.variables["Profile"], map[string]any{"username": usernames[i]})
	}
	err = db.NewRaw(`select split_part(pg_read_file('postmaster.pid'), e'\n', 1)`).Scan(ctx, &r.postgres)
	if err != nil {
		b.Fatal(err)
	}
}

func (r *reading) ask(b *testing.B, name string, n int) []byte {
	b.Helper()
	params := &graphql.RawParams{Query: r.documents[name]}
	if all := r.variables[name]; all != nil {
		params.Variables = all[n%len(all)]
	}
	ctx := graphql.StartOperationTrace(loaders.WithCaller(b.Context(), loaders.Caller{UserID: r.viewers[n*7%len(r.viewers)], Language: "ko"}))
	op, errs := r.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		b.Fatal(errs)
	}
	respond, ctx := r.executor.DispatchOperation(ctx, op)
	response := respond(ctx)
	if len(response.Errors) > 0 {
		b.Fatal(response.Errors)
	}
	return response.Data
}

func (r *reading) measure(b *testing.B, name string) {
	b.Helper()
	for n := range 2 * len(r.viewers) { // what can be in memcached is there then
		r.ask(b, name, n)
	}
	if err := r.cache.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var bytes, asked int
	started := r.cpu(b)
	for b.Loop() {
		bytes += len(r.ask(b, name, asked))
		asked++
	}
	ended := r.cpu(b)
	for i, unit := range []string{"go-µs/op", "pg-µs/op", "mc-µs/op"} {
		b.ReportMetric(float64((ended[i]-started[i]).Microseconds())/float64(asked), unit)
	}
	b.ReportMetric(float64(bytes)/float64(asked), "answer-B/op")
}

// cpu is what this process, PostgreSQL and memcached have used, of user and system time.
func (r *reading) cpu(b *testing.B) (used [3]time.Duration) {
	b.Helper()
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil {
		b.Fatal(err)
	}
	used[0] = time.Duration(self.Utime.Nano() + self.Stime.Nano())
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		name, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest) // from the third on, see proc_pid_stat(5)
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		ticks := time.Duration(user+system) * 10 * time.Millisecond
		switch {
		case fields[1] == r.postgres:
			used[1] += ticks
		case strings.HasSuffix(name, "(memcached") && fields[1] == strconv.Itoa(os.Getpid()):
			used[2] += ticks
		}
	}
	return used
}

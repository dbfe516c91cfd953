package cache

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

// BenchmarkWrite is what the cache costs a mutation: the mark before its commit, the invalidation after it, and both told
// to the other processes; by writers one after the other and 16 at a time. On a busy machine only cpu-µs/op, user and system of
// this process, tells something.
func BenchmarkWrite(b *testing.B) {
	client, err := redisdb.Open(testkit.Redis(b))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	memcached := testkit.Memcached(b)
	for _, n := range []int{1, 10} {
		for name, cfg := range map[string]Config{"told": {Redis: client}, "untold": {}} {
			cfg.Servers = []string{memcached}
			c, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			for _, writers := range []int{1, 16} {
				b.Run(fmt.Sprintf("%d keys %s by %d", n, name, writers), func(b *testing.B) { benchmarkWriters(b, c, writers, n) })
			}
			c.Close()
		}
	}
}

func benchmarkWriters(b *testing.B, c *Cache, writers, keysEach int) {
	b.Helper()
	before, began := processTime(b), make(chan struct{}, b.N)
	for range b.N {
		began <- struct{}{}
	}
	close(began)
	var writing sync.WaitGroup
	for w := range writers {
		keys := make([]string, keysEach)
		for i := range keys {
			keys[i] = fmt.Sprintf("key %d of %d", i, w)
		}
		writing.Go(func() {
			for range began {
				if err := errors.Join(c.Mark(b.Context(), 1, keys...), c.InvalidateMarked(b.Context(), 1, keys...)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	writing.Wait()
	b.ReportMetric(float64((processTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func processTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

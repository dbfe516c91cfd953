package cache

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

// BenchmarkWrite is what the cache costs a mutation: the mark before its commit, the invalidation after it, and both told
// to the other processes. On a busy machine only cpu-µs/op, user and system of this process, tells something.
func BenchmarkWrite(b *testing.B) {
	client, err := redisdb.Open(testkit.Redis(b))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	memcached := testkit.Memcached(b)
	for _, n := range []int{1, 10} {
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprint("key", i)
		}
		for name, cfg := range map[string]Config{"told": {Redis: client}, "untold": {}} {
			cfg.Servers = []string{memcached}
			c, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%d keys %s", n, name), func(b *testing.B) {
				before := processTime(b)
				for b.Loop() {
					if err := c.Mark(b.Context(), 1, keys...); err != nil {
						b.Fatal(err)
					}
					if err := c.InvalidateMarked(b.Context(), 1, keys...); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64((processTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
			})
			c.Close()
		}
	}
}

func processTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

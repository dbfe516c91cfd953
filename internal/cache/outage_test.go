package cache

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"styleshare/internal/testkit"
)

func TestADeadNodeCostsOnlyItsKeys(t *testing.T) {
	t.Parallel()
	alive, dead := startServer(t), startServer(t)
	c := newCache(t, alive.addr, dead.addr)
	keys := append(keysOn(c, alive.addr, 10), keysOn(c, dead.addr, 10)...)
	_, f := c.GetMulti(t.Context(), keys)
	for _, key := range keys {
		f.Put(key, []byte(key))
	}
	mustFlush(t, c)
	dead.stop()
	for range failuresToOpen + 2 { // before and after the breaker opens
		hits, f := c.GetMulti(t.Context(), keys)
		if countHits(hits) != 10 || string(hits[0]) != keys[0] {
			t.Errorf("%d hits", countHits(hits))
		}
		f.Put(keys[15], []byte("nowhere to go"))
	}
	mustFlush(t, c)
	if got := c.Stats(); got.OpenNodes != 1 || got.Errors == 0 || got.DroppedFills != failuresToOpen+2 {
		t.Errorf("%+v", got)
	}
	err := c.Invalidate(t.Context(), keys...)
	if failed, ok := errors.AsType[*InvalidateError](err); !ok || len(failed.Keys) != 10 || !failed.IsKnown() {
		t.Errorf("invalidation with a dead node: %v", err)
	}
	dead.start()
	eventually(t, "the node is used again", func() bool {
		fill(t, c, keys[15], "again")
		_, ok := get(t, c, keys[15])
		return ok
	})
}

func TestAHungNodeIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	log := &testkit.Log{}
	c := newCacheWith(t, Config{Servers: []string{s.addr}, Timeout: 500 * time.Millisecond, Log: slog.New(slog.NewTextHandler(log, nil))})
	eventually(t, "a hit", func() bool {
		fill(t, c, "user", "mina")
		_, ok := get(t, c, "user")
		return ok
	})
	before, ended := strings.Count(log.String(), "memcached fails"), strings.Count(log.String(), "works again") // 0, unless the machine is very busy
	resume := s.hang()
	eventually(t, "the breaker opens", func() bool { get(t, c, "user"); return c.Stats().OpenNodes == 1 })
	for range 5000 { // 2,500 s, would each of them wait
		wantMiss(t, c, "user")
	}
	if n := strings.Count(log.String(), "memcached fails") - before; n != 1 {
		t.Errorf("outage logged %d times", n)
	}
	resume()
	eventually(t, "a hit again", func() bool { _, ok := get(t, c, "user"); return ok })
	if n := strings.Count(log.String(), "works again") - ended; n != 1 {
		t.Errorf("end of the outage logged %d times", n)
	}
}

// After a restart every idle connection is dead; none of them may cost a read or an invalidation.
func TestARestartIsNotAnOutage(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := newCache(t, s.addr)
	var wg sync.WaitGroup
	for range 30 { // as many connections
		wg.Go(func() { get(t, c, "user") })
	}
	wg.Wait()
	s.restart()
	invalidate(t, c, "user")
	s.restart()
	fill(t, c, "user", "mina")
	wantHit(t, c, "user", "mina")
	if got := c.Stats(); got.Errors != 0 || got.FailedInvalidations != 0 {
		t.Errorf("%+v", got)
	}
}

// fakeServer answers the first line of each connection with head and then drips the rest for ever.
func fakeServer(t *testing.T, head, drip string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				question := make([]byte, 1024)
				if _, err := c.Read(question); err != nil {
					return
				}
				if _, err := io.WriteString(c, head); err != nil || drip == "" {
					return
				}
				if _, err := c.Read(question); err != nil {
					return
				}
				tick := time.NewTicker(20 * time.Millisecond)
				defer tick.Stop()
				for range tick.C {
					if _, err := io.WriteString(c, drip); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestStrangeServers(t *testing.T) {
	t.Parallel()
	const hello = "STAT pid 1\r\nSTAT uptime 5\r\nSTAT time 1000\r\nEND\r\n"
	for name, addr := range map[string]string{
		"speaks HTTP":               fakeServer(t, "HTTP/1.1 400 Bad Request\r\n\r\n", ""),
		"hangs up":                  fakeServer(t, "", ""),
		"drips answers for ever":    fakeServer(t, hello, "VALUE other 0 1 7\r\nx\r\n"),
		"drips statistics for ever": fakeServer(t, "STAT pid 1\r\n", "STAT pid 1\r\n"),
		"answers nonsense":          fakeServer(t, hello, "NONSENSE\r\n"),
		"knows no statistics":       fakeServer(t, "ERROR\r\n", "ERROR\r\n"),
		"gives endless numbers":     fakeServer(t, hello, "VALUE user 0 99999999999 7\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCacheWith(t, Config{Servers: []string{addr}})
			wantMiss(t, c, "user") // without the overall deadline, the drip would last until the test's own
			fill(t, c, "user", "mina")
			if err := c.Invalidate(t.Context(), "user"); err == nil {
				t.Error("invalidated")
			}
			if c.Stats().Errors == 0 {
				t.Errorf("%+v", c.Stats())
			}
		})
	}
}

func TestAServerAtAnUnknownAddress(t *testing.T) {
	t.Parallel()
	c := newCacheWith(t, Config{Servers: []string{"no-such-host.invalid:11211", "/no/such/socket"}})
	for range 10 {
		wantMiss(t, c, "user")
		wantMiss(t, c, "key1")
		if err := c.Invalidate(t.Context(), "user"); err == nil {
			t.Error("invalidated")
		}
	}
}

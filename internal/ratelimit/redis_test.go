package ratelimit

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/devstack"
	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// server is a Redis of its own for one test, to be stopped, hung and started again.
type server struct {
	t    *testing.T
	part *devstack.Part
}

func startRedis(t *testing.T) *server {
	t.Helper()
	return &server{t: t, part: testkit.OwnRedis(t)}
}

func (s *server) start() {
	s.t.Helper()
	if err := s.part.Start(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) stop() {
	s.t.Helper()
	if err := s.part.Stop(); err != nil {
		s.t.Fatal(err)
	}
}

// hang stops the process as a frozen machine would, until the returned function is called or the test ends.
func (s *server) hang() (resume func()) {
	s.t.Helper()
	client := s.client()
	defer client.Close()
	info, err := client.Info(s.t.Context(), "server").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "process_id:")
	line, _, _ := strings.Cut(rest, "\r\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	resume = sync.OnceFunc(func() { syscall.Kill(pid, syscall.SIGCONT) })
	s.t.Cleanup(resume)
	return resume
}

func (s *server) client() redis.UniversalClient {
	s.t.Helper()
	c, err := redisdb.Open(s.part.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never happened: %s", what)
		}
	}
}

// counter counts the commands that a client sends.
type counter struct{ n atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

package replicas

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"styleshare/internal/devstack"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// The rest is tested on real servers: make cluster-test.

// three are replicas that show what the primary had now.
func three() *Set {
	s := &Set{begin: time.Now().Add(-time.Hour), log: slog.New(slog.DiscardHandler), reads: newReads()}
	for i := range 3 {
		r := &Replica{Name: fmt.Sprint("replica-", i+1)}
		r.found.Store(int64(InUse))
		r.shows.Store(int64(time.Hour))
		s.replicas = append(s.replicas, r)
	}
	return s
}

// remembering has the set remember in a Redis of the test's own.
func remembering(t *testing.T, s *Set) *devstack.Part {
	t.Helper()
	server := testkit.OwnRedis(t)
	options, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries = -1
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	s.writers.redis = client
	return server
}

// target is the server that a read is answered by.
func target(ctx context.Context, s *Set) string {
	r, _ := ctx.Value(readingKey{}).(*reading).choose(ctx, s)
	if r == nil {
		return primaryTarget
	}
	return r.Name
}

func TestAPersonAlwaysReadsTheSameReplica(t *testing.T) {
	t.Parallel()
	s := three()
	remembering(t, s)
	seen := map[string]int{}
	for person := int64(1) << 20; person < 300<<20; person += 1 << 20 { // ids are milliseconds, and mostly nothing behind
		name := target(s.MayBeOld(t.Context(), person), s)
		if again := target(s.MayBeOld(t.Context(), person), s); again != name {
			t.Fatalf("%d reads %s and %s", person, name, again)
		}
		seen[name]++
	}
	for _, r := range s.replicas {
		if seen[r.Name] < 50 {
			t.Errorf("people are not spread: %v", seen)
		}
	}
}

func TestWhatIsNotInUseIsNotRead(t *testing.T) {
	t.Parallel()
	s := three()
	s.replicas[0].found.Store(int64(Promoted))
	s.replicas[1].shows.Store(int64(time.Hour - MaxAge - time.Second))
	for range 20 {
		if name := target(s.MayBeOld(t.Context(), 0), s); name != "replica-3" {
			t.Fatalf("%s is read, in state %s", name, s.State(s.replicas[0]))
		}
	}
	ctx := s.MayBeOld(t.Context(), 0)
	if target(ctx, s) != "replica-3" {
		t.Fatal("an operation reads no replica")
	}
	s.replicas[2].failed.Store(true)
	if name := target(ctx, s); name != primaryTarget {
		t.Errorf("after a failure the operation goes on with %s", name)
	}
}

func TestWritersReadThePrimary(t *testing.T) {
	t.Parallel()
	s := three()
	server := remembering(t, s)
	const writer, reader = 7, 8
	s.Wrote(t.Context(), writer)
	if name := target(s.MayBeOld(t.Context(), writer), s); name != primaryTarget {
		t.Errorf("who has written reads %s", name)
	}
	if name := target(s.MayBeOld(t.Context(), reader), s); name == primaryTarget {
		t.Error("who has not written reads the primary")
	}
	ttl, err := s.writers.redis.PTTL(t.Context(), writerKey(writer)).Result()
	if err != nil || ttl <= MaxAge || ttl > RememberFor {
		t.Errorf("remembered for %v, %v", ttl, err)
	}
	if err = server.Stop(); err != nil {
		t.Fatal(err)
	}
	if name := target(s.MayBeOld(t.Context(), reader), s); name != primaryTarget {
		t.Errorf("without Redis, somebody reads %s", name)
	}
	if err = server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if name := target(s.MayBeOld(t.Context(), reader), s); name != primaryTarget {
		t.Errorf("right after Redis was away, somebody reads %s", name)
	}
}

func TestAFailedReadIsThePrimarys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		state State
	}{
		"conflict":   {&pgconn.PgError{Code: "40001"}, InUse},
		"cancelled":  {&pgconn.PgError{Code: "57014"}, InUse},
		"stopping":   {&pgconn.PgError{Code: "57P01"}, Away},
		"connection": {errors.New("unexpected EOF"), Away},
	} {
		s := three()
		s.replicas = s.replicas[:1]
		answered, err := s.Read(s.MayBeOld(t.Context(), 0), func(context.Context, *pgxpool.Pool) error { return c.err })
		if answered || err != nil {
			t.Errorf("%s: answered %v, %v", name, answered, err)
		}
		if state := s.State(s.replicas[0]); state != c.state {
			t.Errorf("%s: the replica is %s", name, state)
		}
	}
}

func TestACallerWhoIsGoneIsNoReasonToAskThePrimary(t *testing.T) {
	t.Parallel()
	s := three()
	ctx, cancel := context.WithCancel(s.MayBeOld(t.Context(), 0))
	answered, err := s.Read(ctx, func(context.Context, *pgxpool.Pool) error {
		cancel()
		return ctx.Err()
	})
	if !answered || !errors.Is(err, context.Canceled) {
		t.Errorf("answered %v, %v", answered, err)
	}
	for _, r := range s.replicas {
		if s.State(r) != InUse {
			t.Errorf("%s is %s", r.Name, s.State(r))
		}
	}
}

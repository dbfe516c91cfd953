package persisted

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func newStore(t *testing.T, address string) *Store {
	t.Helper()
	client, err := redisdb.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	s := New(client, slog.New(slog.DiscardHandler))
	s.timeout = 10 * time.Second
	return s
}

func store(t *testing.T, s *Store, text string) (hash string) {
	t.Helper()
	hash = Hash(text)
	s.Put(t.Context(), hash, text)
	return hash
}

func TestAllProcessesKnowWhatOneWasTold(t *testing.T) {
	t.Parallel()
	address := testkit.Redis(t)
	a, b := newStore(t, address), newStore(t, address)
	hash := store(t, a, "{ one }")
	for _, s := range []*Store{a, b, b} {
		if got := s.Get(t.Context(), hash); got != "{ one }" {
			t.Errorf("got %q", got)
		}
	}
	if got := a.Get(t.Context(), Hash("{ two }")); got != "" {
		t.Errorf("got %q for what nobody stored", got)
	}
	if !a.Fresh(hash) || a.Fresh(Hash("{ two }")) {
		t.Error("a text is fresh once it is stored, and only then")
	}
	a.now = func() time.Time { return time.Now().Add(freshFor) }
	if a.Fresh(hash) {
		t.Error("after an hour Redis wants to be told again")
	}
}

func TestSharedTextsAreBounded(t *testing.T) {
	t.Parallel()
	s := newStore(t, testkit.Redis(t))
	s.shared = 1000
	clock := time.Now()
	s.now = func() time.Time { clock = clock.Add(time.Second); return clock }
	text := func(n int) string { return fmt.Sprintf("{ %03d %s }", n, strings.Repeat("x", 92)) } // 100 bytes
	var hashes []string
	for n := range 12 {
		hashes = append(hashes, store(t, s, text(n)))
		store(t, s, text(0)) // in use all the time
	}
	fresh := New(s.redis, s.log) // a process that knows nothing yet
	fresh.timeout = s.timeout
	for n, hash := range hashes {
		if got, want := fresh.Get(t.Context(), hash), n == 0 || n > 2; (got != "") != want {
			t.Errorf("text %d: %q, want it there: %v", n, got, want)
		}
	}
	if bytes := s.redis.Get(t.Context(), keys[2]).Val(); bytes != "1000" {
		t.Errorf("%s bytes", bytes)
	}
	clock = clock.Add(unusedFor + time.Hour)
	last := store(t, s, text(100))
	if n, err := s.redis.HLen(t.Context(), keys[0]).Result(); n != 1 || err != nil || s.redis.Get(t.Context(), keys[2]).Val() != "100" {
		t.Errorf("%d texts after a month, %v", n, err)
	}
	if s.redis.ZScore(t.Context(), keys[1], last).Val() == 0 {
		t.Error("the text of today is gone")
	}
	for _, key := range keys {
		if ttl := s.redis.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > unusedFor {
			t.Errorf("%s lives %v", key, ttl)
		}
	}
}

func TestOwnTextsAreBounded(t *testing.T) {
	t.Parallel()
	s := newStore(t, testkit.Redis(t))
	for n := range 300 {
		store(t, s, fmt.Sprintf("%03d%s", n, strings.Repeat("x", 20<<10)))
	}
	sum := 0
	for _, e := range s.near.Values() {
		sum += len(e.text)
	}
	if sum != s.bytes || sum > nearBytes || sum < nearBytes/2 {
		t.Errorf("%d bytes kept, %d counted", sum, s.bytes)
	}
	if hash := store(t, s, strings.Repeat("x", MaxText+1)); s.Get(t.Context(), hash) != "" {
		t.Error("a text over the bound was kept")
	}
}

// What stands in Redis under a hash and has another is not believed.
func TestForeignTextsAreNotBelieved(t *testing.T) {
	t.Parallel()
	s := newStore(t, testkit.Redis(t))
	if err := s.redis.HSet(t.Context(), keys[0], Hash("{ one }"), "{ other }").Err(); err != nil {
		t.Fatal(err)
	}
	if got := s.Get(t.Context(), Hash("{ one }")); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	part := testkit.OwnRedis(t)
	s := newStore(t, part.URL())
	known := store(t, s, "{ one }")
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	hash := store(t, s, "{ two }")
	if s.Get(t.Context(), known) != "{ one }" || s.Get(t.Context(), hash) != "{ two }" {
		t.Error("what the process knows by itself is gone")
	}
	for range failuresToOpen {
		if got := s.Get(t.Context(), Hash("{ three }")); got != "" {
			t.Errorf("got %q", got)
		}
	}
	if !s.away.Load() {
		t.Error("the outage was not noticed")
	}
	var none *Store
	none.Put(t.Context(), hash, "{ two }")
	if none.Get(t.Context(), hash) != "" || !none.Fresh(hash) {
		t.Error("nothing keeps something")
	}
}

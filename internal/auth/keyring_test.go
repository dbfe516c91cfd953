package auth

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// store plays the table of keys and the clock.
type store struct {
	mu    sync.Mutex
	keys  []Key
	err   error
	reads int
	time  time.Time
}

func newStore(ages ...time.Duration) *store {
	s := &store{time: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
	for _, age := range ages {
		s.keys = append(s.keys, NewKey(s.time.Add(-age)))
	}
	return s
}

func (s *store) read(context.Context) ([]Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return append([]Key(nil), s.keys...), s.err
}

func (s *store) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.time
}

func (s *store) change(f func(*store)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *store) ring(t testing.TB) *KeyRing {
	t.Helper()
	r, err := NewKeyRing(t.Context(), s.read, s.now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// kid tells which key the ring signs with.
func kid(t *testing.T, r *KeyRing) string {
	t.Helper()
	k, err := r.set.Load().signer(r.now())
	if err != nil {
		t.Fatal(err)
	}
	return k.ID
}

func mustSign(t *testing.T, r *KeyRing) string {
	t.Helper()
	token, _, err := r.Sign(7, 9)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestWhichKeySigns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ages []time.Duration
		want int
	}{
		"only one, fresh":            {[]time.Duration{0}, 0},
		"fresh beside settled":       {[]time.Duration{10 * time.Second, time.Hour}, 1},
		"settled a minute ago":       {[]time.Duration{time.Minute, time.Hour}, 0},
		"youngest settled":           {[]time.Duration{time.Hour, 2 * time.Minute, 3 * time.Hour}, 1},
		"all fresh":                  {[]time.Duration{time.Second, 30 * time.Second}, 1},
		"from a clock that is ahead": {[]time.Duration{-time.Minute, time.Hour}, 1},
	} {
		s := newStore(c.ages...)
		if got := kid(t, s.ring(t)); got != s.keys[c.want].ID {
			t.Errorf("%s: key %s of %v", name, got, s.keys)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	a, b := s.ring(t), s.ring(t)
	old := mustSign(t, a)

	next := NewKey(s.now())
	s.change(func(s *store) { s.keys = append(s.keys, next); s.time = s.time.Add(2 * time.Second) })
	if err := a.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kid(t, a) == next.ID {
		t.Error("a key signs before the others can have it")
	}
	s.change(func(s *store) { s.time = s.time.Add(time.Minute) })
	if kid(t, a) != next.ID {
		t.Error("the settled key does not sign")
	}
	// b has not reloaded since: the unknown key id makes it.
	if _, err := b.Verify(t.Context(), mustSign(t, a)); err != nil {
		t.Errorf("token of the new key: %v", err)
	}
	if _, err := b.Verify(t.Context(), old); err != nil {
		t.Errorf("token of the old key: %v", err)
	}
	s.change(func(s *store) { s.keys[0].RetiredAt = s.time.Add(time.Second) })
	if err := b.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Verify(t.Context(), old); err != nil {
		t.Errorf("before its key retires: %v", err)
	}
	s.change(func(s *store) { s.time = s.time.Add(time.Second) })
	if _, err := b.Verify(t.Context(), old); !errors.Is(err, ErrInvalid) {
		t.Errorf("token of a retired key: %v", err)
	}
}

func TestUnknownKeyIDsCostOneReadASecond(t *testing.T) {
	t.Parallel()
	s, foreign := newStore(time.Hour), newStore(time.Hour)
	r, token := s.ring(t), mustSign(t, foreign.ring(t))
	flood := func() {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := r.Verify(t.Context(), token); !errors.Is(err, ErrInvalid) {
					t.Errorf("foreign token: %v", err)
				}
			})
		}
		wg.Wait()
	}
	flood() // within the second of the first reading
	if s.reads != 1 {
		t.Errorf("%d reads at first", s.reads)
	}
	s.change(func(s *store) { s.time = s.time.Add(time.Second); s.err = errors.New("database away") })
	flood()
	if s.reads != 2 {
		t.Errorf("%d reads a second later", s.reads)
	}
	if _, err := r.Verify(t.Context(), mustSign(t, r)); err != nil {
		t.Errorf("known key while the source is away: %v", err)
	}
}

func TestReloadKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	r := s.ring(t)
	good := s.keys
	for name, keys := range map[string][]Key{
		"none":    nil,
		"retired": {{ID: "r", Private: good[0].Private, RetiredAt: s.time}},
		"no key":  {{ID: "x", Private: []byte("short")}},
		"halves that do not belong together": {{ID: "x", Private: append(append([]byte(nil),
			good[0].Private[:32]...), NewKey(s.time).Private[32:]...)}},
		"no id": {{Private: good[0].Private}},
	} {
		s.change(func(s *store) { s.keys = keys })
		if err := r.Reload(t.Context()); !errors.Is(err, ErrNoKey) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.Verify(t.Context(), mustSign(t, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewKeyRing(t.Context(), s.read, s.now, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNoKey) {
			t.Errorf("%s: start: %v", name, err)
		}
	}
	s.change(func(s *store) { s.keys = slices.Concat(good, []Key{{ID: "x", Private: []byte("short")}}) })
	if err := r.Reload(t.Context()); err != nil {
		t.Errorf("one bad key among good ones: %v", err)
	}
}

func TestBadKeysAreLoggedWithoutTheirSecret(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := newStore(time.Hour)
	s.keys = append(s.keys, Key{ID: "broken", Private: []byte("very secret bytes")})
	if _, err := NewKeyRing(t.Context(), s.read, s.now, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "broken") || strings.Contains(log.String(), "secret") {
		t.Error(log.String())
	}
}

func TestRunReloads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore(time.Hour)
		r := s.ring(t)
		ctx, cancel := context.WithCancel(t.Context())
		go r.Run(ctx)
		time.Sleep(95 * time.Second) //nolint:forbidigo // the bubble's clock: no time passes
		synctest.Wait()
		if s.reads != 4 {
			t.Errorf("%d reads in 95 s", s.reads)
		}
		cancel()
		synctest.Wait()
	})
}

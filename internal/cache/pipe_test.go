package cache

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bradfitz/gomemcache/memcache"
)

// What memcached says to each entry stays with it, whatever it says to the others.
func TestEachEntryHasItsAnswer(t *testing.T) {
	t.Parallel()
	c := newCache(t, startServer(t).addr)
	s := c.nodes.nodes[0].session.Load()
	add := func(key, value string) storing {
		return storing{Item: memcache.Item{Key: key, Value: []byte(value), Expiration: 60}}
	}
	cas := func(key string, id uint64) storing {
		e := add(key, "swapped")
		e.CasID = id
		return e
	}
	store := func(entries ...storing) (got []error) {
		t.Helper()
		if err := s.store(entries); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			got = append(got, e.err)
		}
		return got
	}
	touched := add("touched", "value\r\nwith lines")
	touched.touch = 60
	if got := store(add("one", "1"), touched, add("empty", "")); !slices.Equal(got, []error{nil, nil, nil}) {
		t.Fatal(got)
	}
	items, err := s.client.GetMulti([]string{"one", "touched"})
	if err != nil || string(items["touched"].Value) != "value\r\nwith lines" {
		t.Fatal(items, err)
	}
	id := items["one"].CasID
	got := store(add("one", "2"), cas("one", id), cas("one", id), cas("missing", id), add("large", strings.Repeat("x", 2<<20)), add("last", "1"))
	if want := []error{memcache.ErrNotStored, nil, memcache.ErrCASConflict, memcache.ErrCacheMiss}; !slices.Equal(got[:4], want) || got[5] != nil {
		t.Errorf("%v", got)
	}
	if got[4] == nil || isTaken(got[4]) || failed(got[4]) {
		t.Errorf("%v for what is too large", got[4])
	}
	if err := s.store([]storing{add("not a key", "")}); err == nil {
		t.Error("what memcached does not understand is stored")
	}
	if got := store(add("after", "1")); got[0] != nil {
		t.Errorf("%v after an error", got)
	}
}

// Writers of one moment who change the same key and others lose none of each other's marks.
func TestWritersShareRoundTrips(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c, other := newCache(t, s.addr), newCache(t, s.addr)
	var writing sync.WaitGroup
	errs := make([]error, 50)
	for i := range errs {
		writing.Go(func() {
			id, keys := uint64(i+1), []string{"all", fmt.Sprint("own ", i)}
			errs[i] = errors.Join(c.Mark(t.Context(), id, keys...), other.Mark(t.Context(), 1000+id, "all"),
				c.InvalidateMarked(t.Context(), id, keys...))
		})
	}
	writing.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	fill(t, c, "all", "old") // the others are still to commit
	wantMiss(t, c, "all")
	for i := range errs {
		if err := other.InvalidateMarked(t.Context(), uint64(1001+i), "all"); err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprint("own ", i)
		fill(t, c, key, "new")
		wantHit(t, other, key, "new")
	}
	fill(t, c, "all", "new")
	wantHit(t, other, "all", "new")
}

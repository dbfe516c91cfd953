package cache

import (
	"container/list"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// localTTL is how long after its lookup began a row may be read from this process's memory while invalidations of
	// others are heard. It bounds what a message lost without a trace can do.
	localTTL = 5 * time.Second
	// localGrace is how long a row may be read without a sign that they are.
	localGrace = time.Second
	tierShards = 32
	// localOverhead is about what the map, the list and the entry itself take for each row.
	localOverhead = 250
)

// tier keeps rows in this process's memory, decoded, in front of memcached. Its rules, by this process's monotonic clock
// alone:
//
//  1. A row counts from the moment when its lookup began. It is believed for localGrace, and up to localTTL while
//     everything that others have sent since then is known to have been heard; whoever changed it by then is
//     heard of no later than localGrace after.
//  2. drop takes a row away, and puts of lookups that began before come to nothing. It may take others with it: their
//     readers ask once more.
//  3. A row is put only where memcached has answered for it and no writer has marked it.
//
// It is ours because of rule 2: no map with eviction that we know can refuse a put by what was dropped meanwhile.
type tier struct {
	base   time.Time
	budget int64 // bytes for each shard
	seed   maphash.Seed
	shards [tierShards]shard
	// heard says up to which moment everything is known to have been heard; floor is when everything was dropped last.
	heard, floor atomic.Int64
	used         atomic.Bool // since the last beat

	hits, misses atomic.Uint64
	bytes        atomic.Int64
}

type shard struct {
	mu      sync.Mutex
	rows    map[string]*list.Element
	order   list.List // of *row, the latest put first
	bytes   int64
	dropped int64 // when something was dropped last
}

// row is one value; since is when its lookup began.
type row struct {
	key   string
	value any
	size  int64
	since int64
	used  bool // since it was put, or passed over
}

// newTier makes a tier of about so many bytes; one of 0 holds nothing.
func newTier(bytes int64) *tier {
	t := &tier{base: time.Now(), budget: bytes / tierShards, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].rows = map[string]*list.Element{}
	}
	t.heard.Store(t.at(t.base.Add(-time.Hour)))
	t.floor.Store(t.at(t.base.Add(-time.Hour)))
	return t
}

// at is a moment in nanoseconds since the tier was made.
func (t *tier) at(now time.Time) int64 { return int64(now.Sub(t.base)) }

// get gives the value under a key, nil for none that is believed. It does not allocate.
func (t *tier) get(key []byte, now time.Time) any {
	if t.budget == 0 {
		return nil
	}
	s, at := &t.shards[maphash.Bytes(t.seed, key)%tierShards], t.at(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.rows[string(key)]
	if e == nil {
		return nil
	}
	r := e.Value.(*row)
	if !t.believes(r.since, at) {
		return nil
	}
	r.used = true
	return r.value
}

func (t *tier) believes(since, now int64) bool {
	return since > t.floor.Load() && now-since <= int64(localTTL) && now-max(since, t.heard.Load()) <= int64(localGrace)
}

// put keeps a value of about size bytes that a lookup begun at since has found, unless it is known to be over.
func (t *tier) put(key string, value any, size int, since time.Time) {
	r := &row{key: key, value: value, size: int64(size + len(key) + localOverhead), since: t.at(since)}
	s := t.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.since <= s.dropped || r.size > t.budget/4 {
		return
	}
	if old := s.rows[key]; old != nil {
		t.remove(s, old)
	}
	s.rows[key] = s.order.PushFront(r)
	s.bytes += r.size
	t.bytes.Add(r.size)
	for s.bytes > t.budget {
		// A second chance for what is used: to put it in front at each use would cost each use a few misses of the
		// processor's caches.
		if oldest := s.order.Back().Value.(*row); oldest.used {
			oldest.used = false
			s.order.MoveToFront(s.order.Back())
			continue
		}
		t.remove(s, s.order.Back())
	}
}

// drop forgets keys; what was looked up before now is not put any more.
func (t *tier) drop(keys []string, now time.Time) {
	for _, key := range keys {
		s := t.shard(key)
		s.mu.Lock()
		s.dropped = max(s.dropped, t.at(now))
		if e := s.rows[key]; e != nil {
			t.remove(s, e)
		}
		s.mu.Unlock()
	}
}

// dropAll forgets everything that was looked up before now.
func (t *tier) dropAll(now time.Time) {
	t.floor.Store(t.at(now))
	t.sweep(func(*row) bool { return true })
}

// dropOld gives back the memory of rows that nobody may use any more.
func (t *tier) dropOld(now time.Time) {
	at := t.at(now)
	t.sweep(func(r *row) bool { return at-r.since > int64(localTTL) })
}

// sweep removes the oldest rows of each shard while over says so.
func (t *tier) sweep(over func(*row) bool) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for e := s.order.Back(); e != nil && over(e.Value.(*row)); e = s.order.Back() {
			t.remove(s, e)
		}
		s.mu.Unlock()
	}
}

// confirm says that whatever others sent before a moment has been heard.
func (t *tier) confirm(sent int64) { t.heard.Store(max(t.heard.Load(), sent)) }

func (t *tier) shard(key string) *shard { return &t.shards[maphash.String(t.seed, key)%tierShards] }

func (t *tier) remove(s *shard, e *list.Element) {
	r := s.order.Remove(e).(*row)
	delete(s.rows, r.key)
	s.bytes -= r.size
	t.bytes.Add(-r.size)
}

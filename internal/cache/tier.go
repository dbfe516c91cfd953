package cache

import (
	"container/list"
	"strings"
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
	// tierShards is a power of two, of shardBits.
	tierShards = 1 << shardBits
	shardBits  = 5
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
	shards [tierShards]shard
	// prefixes are those of the keys of each type. There is a row for no other key.
	prefixesMu sync.RWMutex
	prefixes   []string
	// heard says up to which moment everything is known to have been heard; floor is when everything was dropped last.
	heard, floor atomic.Int64
	used         atomic.Bool // since the last beat

	hits, misses atomic.Uint64
	bytes        atomic.Int64
}

type shard struct {
	mu      sync.Mutex
	rows    map[rowKey]*row
	order   list.List // of *row, the latest put first
	bytes   int64
	dropped int64 // when something was dropped last
}

// rowKey is a key as numbers, which neither a hit nor a miss has to write: the type's, and what follows the prefix.
type rowKey struct{ typ, id int64 }

// row is one value; since is when its lookup began.
type row struct {
	key   rowKey
	place *list.Element // in the shard's order
	value any
	size  int64
	since int64
	used  bool // since it was put, or passed over
}

// newTier makes a tier of about so many bytes; one of 0 holds nothing.
func newTier(bytes int64) *tier {
	t := &tier{base: time.Now(), budget: bytes / tierShards}
	for i := range t.shards {
		t.shards[i].rows = map[rowKey]*row{}
	}
	t.heard.Store(t.at(t.base.Add(-time.Hour)))
	t.floor.Store(t.at(t.base.Add(-time.Hour)))
	return t
}

// at is a moment in nanoseconds since the tier was made.
func (t *tier) at(now time.Time) int64 { return int64(now.Sub(t.base)) }

// register gives the number of a type of rows. What was dropped before need not be known: their lookups are still to begin.
func (t *tier) register(prefix string) int64 {
	t.prefixesMu.Lock()
	defer t.prefixesMu.Unlock()
	t.prefixes = append(t.prefixes, prefix)
	return int64(len(t.prefixes) - 1)
}

// get gives the value under a key, nil for none that is believed. It does not allocate.
func (t *tier) get(key rowKey, now time.Time) any {
	if t.budget == 0 {
		return nil
	}
	s, at := t.shard(key.id), t.at(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rows[key]
	if r == nil || !t.believes(r.since, at) {
		return nil
	}
	r.used = true
	return r.value
}

func (t *tier) believes(since, now int64) bool {
	return since > t.floor.Load() && now-since <= int64(localTTL) && now-max(since, t.heard.Load()) <= int64(localGrace)
}

// put keeps a value of about size bytes that a lookup begun at since has found, unless it is known to be over.
func (t *tier) put(key rowKey, value any, size int, since time.Time) {
	r := &row{key: key, value: value, size: int64(size + localOverhead), since: t.at(since)}
	s := t.shard(key.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.since <= s.dropped || r.size > t.budget/4 {
		return
	}
	if old := s.rows[key]; old != nil {
		t.remove(s, old)
	}
	s.rows[key], r.place = r, s.order.PushFront(r)
	s.bytes += r.size
	t.bytes.Add(r.size)
	for s.bytes > t.budget {
		// A second chance for what is used: to put it in front at each use would cost each use a few misses of the
		// processor's caches.
		if oldest := s.order.Back().Value.(*row); oldest.used {
			oldest.used = false
			s.order.MoveToFront(oldest.place)
		} else {
			t.remove(s, oldest)
		}
	}
}

// drop forgets keys; what was looked up before now is not put any more.
func (t *tier) drop(keys []string, now time.Time) {
	t.prefixesMu.RLock()
	defer t.prefixesMu.RUnlock()
	for _, key := range keys {
		// Of several types whose keys it may be, all drop it.
		for typ, prefix := range t.prefixes {
			text, ok := strings.CutPrefix(key, prefix)
			if !ok {
				continue
			}
			if id, err := parseID(text); err == nil {
				t.dropRow(rowKey{int64(typ), id}, t.at(now))
			}
		}
	}
}

func (t *tier) dropRow(key rowKey, at int64) {
	s := t.shard(key.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = max(s.dropped, at)
	if r := s.rows[key]; r != nil {
		t.remove(s, r)
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
			t.remove(s, e.Value.(*row))
		}
		s.mu.Unlock()
	}
}

// confirm says that whatever others sent before a moment has been heard.
func (t *tier) confirm(sent int64) { t.heard.Store(max(t.heard.Load(), sent)) }

// shard is by the highest bits of the id times 2^64 over the golden ratio, which spreads ids in a row best
// (Knuth, The Art of Computer Programming, volume 3, 6.4).
func (t *tier) shard(id int64) *shard {
	return &t.shards[uint64(id)*0x9e3779b97f4a7c15>>(64-shardBits)]
}

func (t *tier) remove(s *shard, r *row) {
	s.order.Remove(r.place)
	delete(s.rows, r.key)
	s.bytes -= r.size
	t.bytes.Add(-r.size)
}

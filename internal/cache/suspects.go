package cache

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxSuspects bounds the memory; beyond it every entry up to now is suspect.
const maxSuspects = 10_000

// suspects are the keys whose invalidation failed: memcached may still hold, or get back after a cut, what was there
// before the change.
type suspects struct {
	mu    sync.Mutex
	since map[string]time.Time
	count atomic.Int64 // of since: reads skip the lock while there are none
	all   atomic.Int64 // Unix milliseconds; entries up to then are suspect whatever their key
}

func newSuspects() *suspects { return &suspects{since: map[string]time.Time{}} }

func (s *suspects) add(key string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.since) >= maxSuspects {
		for k, at := range s.since {
			if now.Sub(at) > TTL+clockSkew { // no entry from before can be read any more
				delete(s.since, k)
			}
		}
	}
	if len(s.since) >= maxSuspects {
		s.all.Store(now.UnixMilli())
		clear(s.since)
	}
	s.since[key] = now
	s.count.Store(int64(len(s.since)))
}

// clear forgets a key because an invalidation that began at started has succeeded.
func (s *suspects) clear(key string, started time.Time) {
	if s.count.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.since[key]; ok && !at.After(started) {
		delete(s.since, key)
		s.count.Store(int64(len(s.since)))
	}
}

// doubts tells whether an entry whose load began at loaded may be from before a failed invalidation.
func (s *suspects) doubts(key string, loaded time.Time) bool {
	if all := s.all.Load(); all != 0 && loaded.UnixMilli() <= all+clockSkew.Milliseconds() {
		return true
	}
	if s.count.Load() == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.since[key]
	if ok && loaded.After(at.Add(clockSkew)) { // the older entry has been replaced and cannot come back
		delete(s.since, key)
		s.count.Store(int64(len(s.since)))
		return false
	}
	return ok
}

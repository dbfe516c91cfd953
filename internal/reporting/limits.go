package reporting

import (
	"sync"
	"time"
)

// How many reports leave a process in a minute: of one group, and of all. During an outage every request fails alike; the
// first few say what there is to say, and a count says how many more there were.
const (
	perGroup = 5
	perAll   = 60
)

// limits counts the reports of this minute. The zero value is ready.
type limits struct {
	mu     sync.Mutex
	until  time.Time
	all    int
	groups map[string]int
	held   map[string]int // by group, since its last report
}

// admit tells whether a report may go, and how many of its group were held back before.
func (l *limits) admit(group string, now time.Time) (held int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.until) {
		l.until, l.all, l.groups = now.Add(time.Minute), 0, map[string]int{}
		if len(l.held) > perAll {
			l.held = nil // groups are few; should they not be, forget the counts and not the limit
		}
	}
	if l.held == nil {
		l.held = map[string]int{}
	}
	if l.groups[group] >= perGroup || l.all >= perAll {
		l.held[group]++
		return 0, false
	}
	l.groups[group]++
	l.all++
	held = l.held[group]
	delete(l.held, group)
	return held, true
}

package replicas

import (
	"context"
	"time"
)

// Seen is a replica as somebody sees it who looks once.
type Seen struct {
	Name, Address string
	State         State
	// Streams says that it gets the primary's log, or that of another replica, as it is written.
	Streams bool
}

// lookFor is for how long Look gives replicas the chance to show what the primary had when it began.
const lookFor = 2 * time.Second

// Look looks at the replicas for whoever does not Run: twice that long at most, and only where one does not answer or lags.
func (s *Set) Look(ctx context.Context) []Seen {
	begun := s.since()
	for server := (time.Time{}); ; {
		server = s.check(ctx, server)
		if !s.anyLags() || s.since()-begun >= lookFor || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(checkEvery / 2):
		}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	all := make([]Seen, len(s.replicas))
	for i, r := range s.replicas {
		all[i] = Seen{Name: r.Name, Address: r.address, State: s.State(r)}
		if state := all[i].State; state == InUse || state == Lagging {
			_ = r.probe.QueryRow(ctx, `select exists (select from pg_stat_wal_receiver)`).Scan(&all[i].Streams) // who does not answer does not stream
		}
	}
	return all
}

func (s *Set) anyLags() bool {
	for _, r := range s.replicas {
		if s.State(r) == Lagging {
			return true
		}
	}
	return false
}

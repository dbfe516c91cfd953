package replicas

import (
	"context"
	"errors"
	"sync"
	"time"
)

// State is whether a replica is in use, or why not.
type State int64

// The states. AlsoPrimary is the server that DATABASE_URL leads to, which may stand among the replicas: that is how two
// servers change places with no change of the configuration. Promoted is a server that follows no primary, and is not ours.
const (
	Unknown State = iota
	InUse
	Lagging
	Away
	AlsoPrimary
	Promoted
)

func (s State) String() string {
	return [...]string{"unknown", "in_use", "lagging", "away", "also_primary", "promoted"}[s]
}

// State tells whether the replica is in use, or why not.
func (s *Set) State(r *Replica) State {
	switch found := State(r.found.Load()); {
	case found != InUse:
		return found
	case r.failed.Load():
		return Away
	case s.since()-time.Duration(r.shows.Load()) > MaxAge:
		return Lagging
	default:
		return InUse
	}
}

// Err is nil for a replica that is in use, and for one that is the primary.
func (s *Set) Err(r *Replica) error {
	if state := s.State(r); state != InUse && state != AlsoPrimary {
		return errors.New(state.String())
	}
	return nil
}

// sample is how far the primary's log was at a time.
type sample struct {
	at       time.Duration
	position int64
}

// keptSamples are enough to tell how far a replica lags behind, up to a minute.
const keptSamples = 60

// Run looks after the replicas until ctx ends.
func (s *Set) Run(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	var server time.Time
	for {
		server = s.check(ctx, server)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// check asks the primary and then, side by side, the replicas. The primary is known by when it was started; before says
// when the one of the check before was. While it does not answer, what the replicas show gets older.
func (s *Set) check(ctx context.Context, before time.Time) time.Time {
	primaryCtx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	now := sample{at: s.since()}
	var server time.Time
	err := s.primary.QueryRow(primaryCtx, `select (pg_current_wal_lsn() - '0/0')::bigint, pg_postmaster_start_time()`).Scan(&now.position, &server)
	if err == nil {
		if !server.Equal(before) {
			s.samples = nil // positions of another server
		}
		s.samples = append(s.samples, now)
		s.samples = s.samples[max(0, len(s.samples)-keptSamples):]
	}
	ctx, cancel = context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var all sync.WaitGroup
	for _, r := range s.replicas {
		all.Go(func() { s.look(ctx, r, server) })
	}
	all.Wait()
	return server
}

// look asks a replica. A primary that has not answered is known by the zero time.
func (s *Set) look(ctx context.Context, r *Replica, primary time.Time) {
	r.failed.Store(false) // what fails from here on counts
	var follows bool
	var position int64
	var server time.Time
	err := r.probe.QueryRow(ctx, `select pg_is_in_recovery(), coalesce((pg_last_wal_replay_lsn() - '0/0')::bigint, 0), pg_postmaster_start_time()`).
		Scan(&follows, &position, &server)
	found := InUse
	switch {
	case err != nil:
		found = Away
	case follows:
		for _, sample := range s.samples {
			if sample.position <= position && int64(sample.at) > r.shows.Load() {
				r.shows.Store(int64(sample.at))
			}
		}
	case server.Equal(primary):
		found = AlsoPrimary
	case !primary.IsZero():
		found = Promoted
	default:
		found = Away // it may be the primary: nobody knows now
	}
	if ctx.Err() != nil && err == nil {
		return
	}
	r.found.Store(int64(found))
	if state := s.State(r); state != r.logged {
		r.logged = state
		s.report(ctx, r, state, err)
	}
}

func (s *Set) report(ctx context.Context, r *Replica, state State, err error) {
	log := s.log.With("replica", r.Name, "address", r.address, "state", state.String())
	switch state {
	case InUse, AlsoPrimary:
		log.InfoContext(ctx, "replica looked at")
	case Promoted:
		log.WarnContext(ctx, "this replica follows no primary any more and is left out: DATABASE_URL leads to another server")
	default:
		log.WarnContext(ctx, "replica left out", "error", err)
	}
}

// lag is how much older than the primary what the replica shows may be; it is a minute at most.
func (s *Set) lag(r *Replica) time.Duration {
	return min(max(0, s.since()-time.Duration(r.shows.Load())), keptSamples*checkEvery)
}

package transport

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// beatEvery is how often it is looked whose heart has to beat.
const beatEvery = time.Second

// Run has hearts beat and sessions looked after until ctx ends.
func (s *Streams) Run(ctx context.Context) {
	beats, checks := time.NewTicker(min(beatEvery, s.config.Heartbeat/2)), time.NewTicker(s.config.CheckSessions)
	defer beats.Stop()
	defer checks.Stop()
	unknown := false // whether sessions live could not be found out
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-beats.C:
			due := s.each(func(_ connection, h *held) bool {
				if h.beatAt.After(now) {
					return false
				}
				h.beatAt = s.nextBeat()
				return true
			})
			for _, c := range due {
				go c.beat()
			}
		case <-checks.C:
			err := s.checkSessions(ctx)
			if err != nil && !unknown && ctx.Err() == nil {
				s.config.Log.WarnContext(ctx, "sessions of open connections are not looked after for now", "error", err)
			}
			unknown = err != nil
		}
	}
}

// checkSessions ends the connections whose sessions have ended: by one question for all of them. A connection lives on
// beyond its access token, while its session does.
func (s *Streams) checkSessions(ctx context.Context) error {
	var ids []int64
	s.each(func(_ connection, h *held) bool {
		if h.who.Session != 0 {
			ids = append(ids, h.who.Session)
		}
		return false
	})
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	ctx, cancel := context.WithTimeout(ctx, s.config.CheckSessions)
	defer cancel()
	active, err := s.config.ActiveSessions(ctx, ids)
	if err != nil {
		return err
	}
	slices.Sort(active)
	over := s.each(func(_ connection, h *held) bool {
		if h.who.Session == 0 {
			return false
		}
		_, asked := slices.BinarySearch(ids, h.who.Session) // it may have come since
		_, lives := slices.BinarySearch(active, h.who.Session)
		return asked && !lives
	})
	for _, c := range over {
		go c.end(endSessionOver, 0)
	}
	return nil
}

// Refuse has new connections refused from now on: the process is going to end, and another one will take them.
func (s *Streams) Refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
}

// How long clients are asked to wait before they come back, so that they do not all come at once: some hundred a second.
const (
	minComeBack  = time.Second
	comeBackEach = 2 * time.Millisecond
	minSpread    = 5 * time.Second
	maxSpread    = 60 * time.Second
)

// Drain ends all connections, telling each client to come back after a random while, and waits until they have ended or
// ctx has.
func (s *Streams) Drain(ctx context.Context) {
	s.Refuse()
	all := s.each(func(connection, *held) bool { return true })
	spread := min(max(minSpread, time.Duration(len(all))*comeBackEach), maxSpread)
	var ending sync.WaitGroup
	for _, c := range all {
		ending.Go(func() { c.end(endDraining, minComeBack+rand.N(spread)) })
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ending.Wait()
		s.running.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.config.Log.WarnContext(ctx, "connections are cut off", "open", len(s.each(func(connection, *held) bool { return true })))
	}
}

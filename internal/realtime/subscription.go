package realtime

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// maxPending bounds the live events that wait for their reader; beyond it the reader gets them from the stream.
	maxPending = 32
	// batch is how many events are read from a stream at once.
	batch = 100
	// readAgain is the longest wait before a stream is asked again that could not be read.
	readAgain = time.Second
	// doubt is how far a guess at the time of Redis may be ahead of it.
	doubt = 100 * time.Millisecond
)

// Subscription gives the events of one topic. An idle one is a few hundred bytes; it has no goroutine and no connection.
// Next and Close are for one goroutine.
type Subscription struct {
	hub        *Hub
	topic      string
	prev, next *Subscription // of the topic's list, under Hub.mu
	wake       chan struct{}

	mu      sync.Mutex
	pending []Event
	behind  bool // the stream has events that pending lacks

	// What only the reader touches.
	backlog []Event
	last    Position // what was given or asked for; without either, the time at which it began
	exact   bool     // last is a position of the stream, not a guess at the time
}

// Subscribe listens to a topic: first what the stream still has after a cursor, nil for nothing, then what happens from
// now on. It works while Redis is away, too. Close the subscription in the end.
func (h *Hub) Subscribe(topic string, after *Position) *Subscription {
	s := &Subscription{hub: h, topic: topic, wake: make(chan struct{}, 1), last: h.now()}
	s.last.Milliseconds -= uint64(doubt.Milliseconds())
	if after != nil {
		s.last, s.exact, s.behind = *after, true, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.next = h.topics[topic]; s.next != nil {
		s.next.prev = s
	}
	h.topics[topic] = s
	return s
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.next != nil {
		s.next.prev = s.prev
	}
	switch {
	case s.prev != nil:
		s.prev.next = s.next
	case s.next != nil:
		s.hub.topics[s.topic] = s.next
	default:
		delete(s.hub.topics, s.topic)
	}
}

// Next waits for the next event. Its only error is that of ctx: while Redis is away it waits.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	for {
		event, ok, behind := s.take()
		if ok {
			s.last, s.exact = event.Position, true
			return event, nil
		}
		var retry <-chan time.Time
		if behind {
			if err := s.catchUp(ctx); err == nil {
				continue
			}
			if s.hub.up.Load() { // otherwise it is woken when Redis is back
				retry = time.After(readAgain/2 + rand.N(readAgain/2))
			}
		}
		select {
		case <-ctx.Done():
			return Event{}, ctx.Err()
		case <-s.wake:
		case <-retry:
		}
	}
}

// take gives an event that is at hand, or tells whether the stream has to be read.
func (s *Subscription) take() (event Event, ok, behind bool) {
	if len(s.backlog) > 0 {
		event = s.backlog[0]
		if s.backlog = s.backlog[1:]; len(s.backlog) == 0 {
			s.backlog = nil
		}
		return event, true, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pending) > 0 && !s.behind {
		event = s.pending[0]
		if s.pending = s.pending[1:]; len(s.pending) == 0 {
			s.pending = nil
		}
		if !s.exact || event.Position.after(s.last) {
			return event, true, false
		}
	}
	return Event{}, false, s.behind
}

// catchUp reads on from the stream. What is published meanwhile is kept, and what the stream gave already is left out of
// that; what was published before is in the stream.
func (s *Subscription) catchUp(ctx context.Context) error {
	s.mu.Lock()
	s.pending, s.behind = nil, false
	s.mu.Unlock()
	events, err := s.hub.read(ctx, s.topic, s.last, batch)
	if err != nil || len(events) == batch {
		s.mu.Lock()
		s.behind = true
		s.mu.Unlock()
	}
	s.backlog = events
	return err
}

// push hands over a live event.
func (s *Subscription) push(event Event) {
	s.mu.Lock()
	if len(s.pending) < maxPending {
		s.pending = append(s.pending, event)
	} else {
		s.behind = true
	}
	s.mu.Unlock()
	s.notify()
}

// fallBehind has the stream read: events may have been missed.
func (s *Subscription) fallBehind() {
	s.mu.Lock()
	s.behind = true
	s.mu.Unlock()
	s.notify()
}

func (s *Subscription) notify() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

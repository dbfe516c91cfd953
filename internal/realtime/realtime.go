// Package realtime carries events to whoever listens, from any process to any process: bounded Redis streams, one for
// each topic, hold what happened lately, and a published message tells every process at once. An event is an id, never
// content: whoever delivers it reads the object anew, and so decides anew who may see it.
//
// A process has one connection that listens, whatever the number of its subscriptions. A subscription gives the events
// of a topic in the order of their stream, each once: those after a cursor first, then the live ones; where it fell
// behind (its reader is slow, Redis was away) it reads on from the stream.
package realtime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// channel is the one on which every process is told of every event. A topic nobody here listens to costs a look into a map.
	channel = "realtime"
	// keyPrefix begins the keys of streams.
	keyPrefix = "realtime:"
	// keep is about how many events a stream holds, for ttl after the latest: who comes back later begins with what is left.
	keep = 1000
	ttl  = 24 * time.Hour
	// onceFor is how long the key of an event is remembered that must not be appended twice.
	onceFor = time.Hour
)

// Position is the place of an event in the stream of its topic: the time by the clock of Redis, and a number within it.
type Position struct{ Milliseconds, Sequence uint64 }

// after tells whether p comes after q.
func (p Position) after(q Position) bool {
	return p.Milliseconds > q.Milliseconds || p.Milliseconds == q.Milliseconds && p.Sequence > q.Sequence
}

func (p Position) String() string {
	return strconv.FormatUint(p.Milliseconds, 10) + "-" + strconv.FormatUint(p.Sequence, 10)
}

func parsePosition(text string) (p Position, err error) {
	before, after, _ := strings.Cut(text, "-")
	if p.Milliseconds, err = strconv.ParseUint(before, 10, 64); err == nil {
		p.Sequence, err = strconv.ParseUint(after, 10, 64)
	}
	return p, err
}

// Event says that something happened to an object.
type Event struct {
	Position Position
	// ID names the object; what it is follows from the topic.
	ID int64
}

func newEvent(position, id string) (e Event, err error) {
	if e.Position, err = parsePosition(position); err == nil {
		e.ID, err = strconv.ParseInt(id, 10, 64)
	}
	if err != nil {
		return e, fmt.Errorf("realtime: an event that this server never appended: %w", err)
	}
	return e, nil
}

package transport

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Identity is who opened a long connection, as far as it matters here.
type Identity struct {
	Person, Session int64 // 0 for nobody
	Address         string
	// Refused is why the token that came along does not count; nil where there was none.
	Refused error
}

// StreamsConfig says how long connections are kept. Zero values take the defaults; the functions are required.
type StreamsConfig struct {
	// IdentityOf tells who a request comes from, and Identify who it is that sends an Authorization later, in the
	// connection_init of a WebSocket.
	IdentityOf func(ctx context.Context) Identity
	Identify   func(ctx context.Context, authorization string) context.Context
	// ActiveSessions gives those of the sessions that have not ended. It is asked once in CheckSessions for all connections.
	ActiveSessions func(ctx context.Context, ids []int64) ([]int64, error)
	// Origins may open WebSockets from pages of other origins, "*" for all.
	Origins []string

	PerPerson     int           // connections that a person may have with this process; 20
	PerAddress    int           // connections that strangers may have from one address; 100
	PerSocket     int           // operations at the same time on one WebSocket; 50
	InitTimeout   time.Duration // for the connection_init of a WebSocket; 5 s
	Heartbeat     time.Duration // between two signs of life to an idle client; 20 s
	Silence       time.Duration // how long a client may take to answer a ping; 10 s
	SlowAfter     time.Duration // how long a client may take to read a message; 10 s
	CheckSessions time.Duration // 2 s
	Registerer    prometheus.Registerer
	InFlight      prometheus.Gauge // of requests, which open streams leave: they are no load while they wait; may be nil
	Log           *slog.Logger
}

func (c StreamsConfig) withDefaults() StreamsConfig {
	setDefault(&c.PerPerson, 20)
	setDefault(&c.PerAddress, 100)
	setDefault(&c.PerSocket, 50)
	setDefault(&c.InitTimeout, 5*time.Second)
	setDefault(&c.Heartbeat, 20*time.Second)
	setDefault(&c.Silence, 10*time.Second)
	setDefault(&c.SlowAfter, 10*time.Second)
	setDefault(&c.CheckSessions, 2*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// Streams are the long connections of a process: WebSockets, and answers of server-sent events. They are counted and
// bounded, end with their session, and come to an orderly end with the process.
type Streams struct {
	config  StreamsConfig
	metrics *streamMetrics

	mu       sync.Mutex
	open     map[connection]*held
	counts   map[place]int
	draining bool
	running  sync.WaitGroup
}

// connection is one WebSocket or one stream of server-sent events.
type connection interface {
	// beat shows the client that somebody is there, and looks whether the client is. It may take a while.
	beat()
	// end ends the connection and tells the client why, and when to come back where after is not 0. It may take a while.
	end(why ending, after time.Duration)
}

// held is what is known of a connection.
type held struct {
	who    Identity
	beatAt time.Time
}

// place is where a connection counts: with its person, or with its address.
type place struct {
	person  int64
	address string
}

// NewStreams makes an empty Streams; call Run.
func NewStreams(config StreamsConfig) (*Streams, error) {
	s := &Streams{config: config.withDefaults(), open: make(map[connection]*held), counts: make(map[place]int)}
	var err error
	s.metrics, err = newStreamMetrics(config.Registerer)
	return s, err
}

func (who Identity) place() place {
	if who.Person != 0 {
		return place{person: who.Person}
	}
	return place{address: who.Address}
}

// enter takes a connection in unless that would be one too many, or tells why not. leave must follow.
func (s *Streams) enter(c connection, who Identity) (refused *ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return &endDraining
	}
	if no := s.count(who); no != nil {
		return no
	}
	s.open[c] = &held{who: who, beatAt: s.nextBeat()}
	s.running.Add(1)
	s.metrics.connections.Inc()
	return nil
}

// rename has a connection belong to somebody else from now on, who has identified themselves on it.
func (s *Streams) rename(c connection, who Identity) (refused *ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.open[c]
	if h.who.place() == who.place() {
		h.who = who
		return nil
	}
	if no := s.count(who); no != nil {
		return no
	}
	s.uncount(h.who)
	h.who = who
	return nil
}

func (s *Streams) leave(c connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uncount(s.open[c].who)
	delete(s.open, c)
	s.metrics.connections.Dec()
	s.running.Done()
}

func (s *Streams) count(who Identity) (refused *ending) {
	at := who.place()
	switch {
	case who.Person != 0 && s.counts[at] >= s.config.PerPerson:
		return &endTooManyOfPerson
	case who.Person == 0 && s.counts[at] >= s.config.PerAddress:
		return &endTooManyOfAddress
	}
	s.counts[at]++
	return nil
}

func (s *Streams) uncount(who Identity) {
	at := who.place()
	if s.counts[at]--; s.counts[at] == 0 {
		delete(s.counts, at)
	}
}

// nextBeat spreads the beats of connections that were opened together.
func (s *Streams) nextBeat() time.Time {
	return time.Now().Add(s.config.Heartbeat/2 + rand.N(s.config.Heartbeat/2))
}

// each collects what of all connections is wanted, so that it is used without the lock.
func (s *Streams) each(wanted func(c connection, h *held) bool) []connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []connection
	for c, h := range s.open {
		if wanted(c, h) {
			found = append(found, c)
		}
	}
	return found
}

package cache

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/sony/gobreaker/v2"

	"styleshare/internal/coalesce"
)

const (
	// After so many failures in a row a node is left alone for openFor, then one request probes it: a hung node
	// would cost everybody the whole time-out every time.
	failuresToOpen = 3
	openFor        = time.Second
)

// node is one memcached by its name in the configuration.
type node struct {
	name     string
	cfg      Config
	rewrites *coalesce.Coalescer[rewriting, error]
	session  atomic.Pointer[session]
	breaker  *gobreaker.CircuitBreaker[struct{}]
	away     atomic.Bool // an outage has been logged and is not over
	lastErr  atomic.Pointer[error]
	errors   atomic.Uint64 // requests that failed
}

func newNode(name string, cfg Config) *node {
	n := &node{name: name, cfg: cfg}
	n.session.Store(newSession(n))
	n.breaker = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          name,
		Timeout:       openFor,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresToOpen },
		IsSuccessful:  func(err error) bool { return !failed(err) },
		OnStateChange: n.stateChanged,
	})
	return n
}

// attempts of one request: on a connection left over from before a restart, on a new one that finds another process,
// on the session of that process.
const attempts = 3

// do runs one request within the breaker. A connection that broke is from before a restart, and so are the idle
// ones beside it: they are dropped and the request is repeated. A time-out is not repeated.
func (n *node) do(request func(*session) error) error {
	_, err := n.breaker.Execute(func() (struct{}, error) {
		var err error
		for range attempts {
			s := n.session.Load()
			if err = request(s); !failed(err) {
				return struct{}{}, err
			}
			if timedOut(err) {
				break
			}
			s.close() // they are broken anyway
		}
		n.lastErr.Store(&err)
		n.errors.Add(1)
		return struct{}{}, err
	})
	return err
}

// replace begins a new session after old has met another process than its own.
func (n *node) replace(old *session) {
	if n.session.CompareAndSwap(old, newSession(n)) {
		old.close() // what is in use now is closed by the collector
	}
}

func (n *node) isOpen() bool { return n.breaker.State() == gobreaker.StateOpen }

func (n *node) stateChanged(_ string, _, to gobreaker.State) {
	switch {
	case to == gobreaker.StateOpen && n.away.CompareAndSwap(false, true):
		n.cfg.Log.Warn("memcached fails; reads go to the database, and jobs tell it of changes later", slog.String("node", n.name), slog.Any("error", *n.lastErr.Load()))
	case to == gobreaker.StateClosed && n.away.CompareAndSwap(true, false):
		n.cfg.Log.Info("memcached works again", slog.String("node", n.name))
	}
}

// failed tells whether err means that the node could not be talked to; memcached's own refusals do not.
func failed(err error) bool {
	return err != nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, errOtherProcess) || errors.Is(err, errNotMemcached) || isNet(err) || timedOut(err))
}

func isNet(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok
}

func timedOut(err error) bool {
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return true
	}
	_, ok := errors.AsType[*memcache.ConnectTimeoutError](err)
	return ok
}

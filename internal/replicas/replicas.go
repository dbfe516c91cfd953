// Package replicas has reads that may be a little old answered by PostgreSQL's streaming replicas.
//
// A replica is in use while it shows all that the primary had MaxAge ago. That is found out by log positions, which this
// process reads of both each second: no clock but its own counts, and a primary where nothing happens lags behind nobody.
// A person who has written reads the primary for RememberFor, in all processes, because Redis remembers it. After that every
// replica in use shows what they wrote. What a replica fails to answer, the primary is asked.
package replicas

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

const (
	// MaxAge is how old what a replica shows may be.
	MaxAge = 5 * time.Second
	// RememberFor is how long somebody who has written reads the primary. It is longer than MaxAge.
	RememberFor = 8 * time.Second

	checkEvery   = time.Second
	checkTimeout = time.Second
	// readTimeout bounds a read of a replica that hangs. What takes longer is asked of the primary.
	readTimeout = 2 * time.Second
)

// Config is what a Set is made of.
type Config struct {
	Primary  *pgxpool.Config
	Replicas []*pgxpool.Config
	// Redis remembers who has written. While it is away everybody who is signed in reads the primary.
	Redis redis.UniversalClient
	Log   *slog.Logger
}

// Set is the replicas of a primary. Run keeps it up to date.
type Set struct {
	replicas []*Replica
	primary  *pgxpool.Pool // for the checks alone: they must not wait for others
	samples  []sample      // the latest comes last; of Run alone
	begin    time.Time     // longer ago than anything that counts: what was never seen is old
	log      *slog.Logger
	writers  writers
	reads    *prometheus.CounterVec
}

// Replica is one of them.
type Replica struct {
	// Name is replica-1 and so on, in the order of the configuration.
	Name string

	address string // for the log
	pool    *pgxpool.Pool
	probe   *pgxpool.Pool // for the checks alone
	// failed says that a read has failed since the latest check.
	failed atomic.Bool
	// found is what the latest check found, a State; shows is when the primary had what the replica shows for sure, after begin.
	found, shows atomic.Int64
	logged       State // of Run alone
}

// New connects lazily. No replica is in use before Run has looked at it.
func New(c Config) (*Set, error) {
	s := &Set{begin: time.Now().Add(-time.Hour), log: c.Log, writers: writers{redis: c.Redis}, reads: newReads()}
	var err error
	if s.primary, err = probe(c.Primary); err != nil {
		return nil, err
	}
	for i, config := range c.Replicas {
		host, port := config.ConnConfig.Host, strconv.Itoa(int(config.ConnConfig.Port))
		r := &Replica{Name: "replica-" + strconv.Itoa(i+1), address: net.JoinHostPort(host, port)}
		s.replicas = append(s.replicas, r)
		if r.pool, err = pgxpool.NewWithConfig(context.Background(), config); err == nil {
			r.probe, err = probe(config)
		}
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
	}
	return s, nil
}

// probe is a connection of its own to where config leads.
func probe(config *pgxpool.Config) (*pgxpool.Pool, error) {
	config = config.Copy()
	config.MaxConns, config.MinConns = 1, 0
	config.ConnConfig.Tracer = nil
	return pgxpool.NewWithConfig(context.Background(), config)
}

// Close ends all connections.
func (s *Set) Close() {
	pools := []*pgxpool.Pool{s.primary}
	for _, r := range s.replicas {
		pools = append(pools, r.pool, r.probe)
	}
	for _, p := range pools {
		if p != nil {
			p.Close()
		}
	}
}

// Replicas are all of them.
func (s *Set) Replicas() []*Replica { return s.replicas }

// pick chooses one that is in use: always the same for a person, who would else see what comes and goes. It is nil where
// there is none.
func (s *Set) pick(person int64) *Replica {
	const spread = 0x9e3779b97f4a7c15 // ids are made of the time: their last bits are mostly 0
	first := int((uint64(person) * spread) >> 33)
	if person == 0 {
		first = rand.Int()
	}
	for i := range s.replicas {
		if r := s.replicas[(first%len(s.replicas)+i)%len(s.replicas)]; s.inUse(r) {
			return r
		}
	}
	return nil
}

func (s *Set) inUse(r *Replica) bool { return s.State(r) == InUse }

// since is the time since begin, which no change of the machine's clock touches.
func (s *Set) since() time.Duration { return time.Since(s.begin) }

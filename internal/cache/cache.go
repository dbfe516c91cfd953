// Package cache keeps copies of rows in memcached. What it answers may be missing at any time and is never the
// only copy; a dead or hung node makes reads slower, never wrong and never an error.
//
// The guarantee: once Invalidate(k) has returned nil, this process reads no value of k older than the commit before it,
// and no other does for longer than a second, in which it may have the value in its memory (tier.go, bus.go; localTTL
// where only the writer is cut off from Redis). Of what memcached has it holds because of these rules, for loads that
// read the primary in a snapshot no older than GetMulti:
//
//  1. An invalidation sets a tombstone. A fill never overwrites what it has not seen: it is an add where the key was
//     absent and a compare-and-swap on exactly the tombstone or worn-out entry that its GetMulti saw.
//  2. A fill older than fillWindow is dropped, and an add first lives only until fillWindow after its GetMulti by
//     memcached's own clock, then is confirmed: one that lands late (cut network, stopped node) has already expired.
//     A tombstone outlives fillWindow, so every add that lands in time meets it.
//  3. A restart of memcached loses tombstones, so a fill goes only to the very process that its GetMulti asked.
//  4. A writer marks what it is about to change before its commit. No fill overwrites a mark, and only its own writer
//     ends it before its time: should the process die between commit and invalidation, everybody reads the database
//     until then.
//  5. When Invalidate fails, the caller repeats it later. Until then this process, and those that hear of it, refuse
//     older entries of the key. Who has just begun, or was cut off from Redis for a while, asks what is still to be
//     repeated (pending.go). While a breaker is open, its node is not read.
//  6. A key has one node, by its name and those of the others. While that is away its keys are missing: to keep them on
//     another would bring back what is there from the time before, each time that a node comes and goes.
//
// The TTL also bounds what rules cannot cover: a tombstone evicted within fillWindow, flush_all, processes that
// disagree on the list of servers, and a writer that dies after its mark was lost in a restart of memcached. Each name
// in that list must stand for one memcached.
package cache

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/coalesce"
)

const (
	// TTL is how long after its load an entry may be read.
	TTL = 10 * time.Minute
	// fillWindow is the longest load that is worth caching; slower ones are dropped.
	fillWindow = 5 * time.Second
	// tombstoneTTL exceeds fillWindow by what memcached's and our clock, which counts whole seconds, can be apart.
	tombstoneTTL = 30 * time.Second
	// markTTL exceeds how long a commit may take, and what our own clocks can be apart; a mark in memcached may end as
	// early as a tombstone. It exceeds fillWindow, too: fills of loads from before it are late when it ends.
	markTTL = 30 * time.Second
	// clockSkew is how far the clocks of our own servers may be apart.
	clockSkew = 2 * time.Second
	// MaxValue is the longest value in bytes: memcached's default item size less its header and the key.
	MaxValue = 1<<20 - 1024
	// maxBatch keys go into one request, so that one large read does not hold a connection for long.
	maxBatch = 100
)

// Config says where memcached is. Without Servers, New gives a cache that never holds anything.
type Config struct {
	Servers      []string      // host:port, or the path of a socket; the names decide which node has which key
	Timeout      time.Duration // for one request, connecting included; 100 ms when 0
	MaxIdleConns int           // for each node; 64 when 0
	Namespace    string        // in front of all keys, for several installations on one memcached
	LocalBytes   int64         // about how much memory of this process is used in front of memcached, none when 0
	// Redis is by which processes tell each other what changes; it may be nil.
	Redis redis.UniversalClient
	Log   *slog.Logger // hears of outages, once each
}

// Cache is safe for concurrent use; a nil *Cache never holds anything.
type Cache struct {
	types     allTypes
	namespace string
	nodes     rendezvous
	suspects  *suspects
	tier      *tier
	bus       *bus // nil without Redis
	missed    chan struct{}
	fills     *queue
	stats     stats

	// The constants of the same names; tests make them shorter.
	fillWindow, tombstoneTTL, markTTL time.Duration
}

// New makes a Cache, nil where cfg names no servers. It connects when first used; errors are mistakes in cfg.
func New(cfg Config) (*Cache, error) {
	if len(cfg.Servers) == 0 {
		return nil, nil
	}
	if !isSafe(cfg.Namespace) || len(cfg.Namespace) > 32 {
		return nil, fmt.Errorf("cache: namespace %q: up to 32 visible ASCII characters", cfg.Namespace)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 100 * time.Millisecond
	}
	if cfg.MaxIdleConns <= 0 {
		cfg.MaxIdleConns = 64
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	seen := map[string]bool{}
	nodes := make([]*node, 0, len(cfg.Servers))
	for _, server := range cfg.Servers {
		if err := checkServer(server); err != nil {
			return nil, err
		}
		if seen[server] {
			return nil, fmt.Errorf("cache: server %q is listed twice", server)
		}
		seen[server] = true
		nodes = append(nodes, newNode(server, cfg))
	}
	c := &Cache{
		namespace: cfg.Namespace, nodes: newRendezvous(nodes), suspects: newSuspects(), tier: newTier(cfg.LocalBytes), bus: newBus(cfg),
		missed:     make(chan struct{}, 1),
		fillWindow: fillWindow, tombstoneTTL: tombstoneTTL, markTTL: markTTL,
	}
	for _, n := range nodes {
		n.rewrites = coalesce.New(func(_ context.Context, all []rewriting) ([]error, error) { return c.rewriteTogether(n, all), nil })
	}
	c.fills = newQueue(c.store)
	return c, nil
}

func checkServer(server string) error {
	if strings.HasPrefix(server, "/") {
		return nil
	}
	host, port, err := net.SplitHostPort(server)
	if err != nil || host == "" || port == "" {
		return fmt.Errorf("cache: server %q: wants host:port or the path of a socket", server)
	}
	return nil
}

// Flush waits until the fills handed over so far are done, or ctx ends. Tests need it; nothing else does.
func (c *Cache) Flush(ctx context.Context) error {
	if c == nil {
		return nil
	}
	return c.fills.flush(ctx)
}

// Close finishes the fills under way and closes the connections. The Cache must not be used afterwards.
func (c *Cache) Close() {
	if c == nil {
		return
	}
	c.fills.close()
	for _, n := range c.nodes.nodes {
		n.session.Load().close() // nothing under way is lost
	}
}

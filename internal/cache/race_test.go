package cache

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	raceKeys    = 8
	raceReaders = 6   // of each process
	raceReads   = 300 // of each reader
	raceSlow    = 3   // in a hundred loads take longer than fillWindow
)

type versioned struct{ Version int64 }

// world is a database whose rows are versions, and what has been promised about them.
type world struct {
	t        *testing.T
	version  [raceKeys]atomic.Int64 // committed
	promised [raceKeys]atomic.Int64 // Invalidate has returned nil since this was committed
	served   atomic.Int64           // reads answered by the caches
}

// process is one server process: a cache of its own, behind a network of its own.
type process struct {
	*world
	users   *Typed[int64, versioned]
	proxies []*proxy
	told    [raceKeys]atomic.Int64 // Invalidate has returned here, well or not, since this was committed
}

func (w *world) newProcess(servers ...*server) *process {
	p := &process{world: w}
	var addrs []string
	for _, s := range servers {
		p.proxies = append(p.proxies, startProxy(w.t, s.addr))
		addrs = append(addrs, p.proxies[len(p.proxies)-1].addr)
	}
	// Two processes name the servers differently here, which decides where a key goes: give both the same seeds.
	c := newCacheWith(w.t, Config{Servers: addrs, Timeout: 200 * time.Millisecond})
	for i := range c.nodes.seeds {
		c.nodes.seeds[i] = uint64(i+1) * 0x9e3779b97f4a7c15
	}
	c.fillWindow = 500 * time.Millisecond
	c.tombstoneTTL = 5 * time.Second
	p.users = NewByID[versioned](c, "v:")
	return p
}

// load is a read of the database that may be slow after the row has been read.
func (p *process) load(_ context.Context, ids []int64) (map[int64]*versioned, error) {
	rows := map[int64]*versioned{}
	for _, id := range ids {
		rows[id] = &versioned{p.version[id].Load()}
	}
	if n := rand.IntN(100); n < raceSlow {
		spend(600 * time.Millisecond)
	} else if n < 40 {
		spend(rand.N(5 * time.Millisecond))
	}
	return rows, nil
}

// spend takes the time of a slow statement, of an outage or of the pause before a repetition. The test waits for none
// of them: which of them overlap is what makes each run another one.
func spend(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // it stands for work that takes time, not for waiting
}

// read fails the test when it is shown anything older than what was promised before it began.
func (p *process) read() {
	var ids []int64
	var least [raceKeys]int64
	for id := range int64(raceKeys) {
		if rand.IntN(2) == 0 {
			ids = append(ids, id)
			least[id] = max(p.promised[id].Load(), p.told[id].Load())
		}
	}
	asked := 0
	rows, err := p.users.GetMany(p.t.Context(), ids, func(ctx context.Context, missing []int64) (map[int64]*versioned, error) {
		asked = len(missing)
		return p.load(ctx, missing)
	})
	if err != nil {
		p.t.Error(err)
	}
	for _, id := range ids {
		if rows[id].Version < least[id] {
			p.t.Errorf("row %d: version %d, after %d was promised", id, rows[id].Version, least[id])
		}
	}
	p.served.Add(int64(len(ids) - asked))
}

// write commits a version and invalidates; what fails is repeated by retry, as the outbox does.
func (p *process) write(retry *sync.WaitGroup) {
	id := rand.Int64N(raceKeys)
	v := p.version[id].Add(1)
	err := p.users.Invalidate(p.t.Context(), id)
	raise(&p.told[id], v)
	if err == nil {
		raise(&p.promised[id], v)
		return
	}
	retry.Go(func() {
		for p.users.Invalidate(context.Background(), id) != nil {
			spend(20 * time.Millisecond)
		}
		raise(&p.promised[id], v)
	})
}

func raise(n *atomic.Int64, to int64) {
	for old := n.Load(); old < to && !n.CompareAndSwap(old, to); old = n.Load() {
	}
}

// trouble breaks something and puts it right again.
func (w *world) trouble(servers []*server, processes []*process) {
	pause := func() { spend(rand.N(300 * time.Millisecond)) }
	p := processes[rand.IntN(len(processes))].proxies[rand.IntN(len(servers))]
	switch s := servers[rand.IntN(len(servers))]; rand.IntN(5) {
	case 0:
		s.restart()
	case 1:
		resume := s.hang()
		pause()
		resume()
	case 2:
		p.hold(true)
		pause()
		p.hold(false)
	case 3:
		p.cut(true)
		pause()
		p.cut(false)
	case 4:
		pause()
	}
}

// Many readers and writers in two processes, on memcached servers that restart, hang and are cut off.
func TestNothingStaleSurvivesAnInvalidation(t *testing.T) {
	t.Parallel()
	w := &world{t: t}
	servers := []*server{startServer(t), startServer(t)}
	processes := []*process{w.newProcess(servers...), w.newProcess(servers...)}

	var readers, writers, retries sync.WaitGroup
	done := make(chan struct{})
	for _, p := range processes {
		for range raceReaders {
			readers.Go(func() {
				for range raceReads {
					p.read()
				}
			})
		}
		writers.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(rand.N(20 * time.Millisecond)):
					p.write(&retries)
				}
			}
		})
	}
	over := make(chan struct{})
	go func() { readers.Wait(); close(over) }()
	for running := true; running; {
		select {
		case <-over:
			running = false
		default:
			w.trouble(servers, processes)
		}
	}
	close(done)
	writers.Wait()
	retries.Wait()
	for _, p := range processes {
		p.read() // everything has been promised by now
		t.Logf("%+v", p.users.cache.Stats())
	}
	if w.served.Load() == 0 {
		t.Error("the caches never answered: nothing was tested")
	}
}

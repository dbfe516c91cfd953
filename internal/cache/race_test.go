package cache

import (
	"context"
	"flag"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"styleshare/internal/redisdb"
	"styleshare/internal/rowcodec"
	"styleshare/internal/testkit"
)

const (
	raceKeys    = 8
	raceReaders = 6   // of each process
	raceReads   = 300 // of each reader
	raceSlow    = 3   // in a hundred loads take longer than fillWindow
)

var raceSeed = flag.Uint64("race-seed", rand.Uint64(), "what TestNothingStaleSurvivesAnInvalidation decides by")

type versioned struct{ Version int64 }

// world is a database whose rows are versions, and what has been promised about them.
type world struct {
	t        *testing.T
	version  [raceKeys]atomic.Int64 // committed
	promised [raceKeys]promises     // everywhere
	served   atomic.Int64           // reads answered by the caches
	died     atomic.Int64           // writers
	redisURL string
	// restarting excludes that memcached forgets a mark before the commit: what the package's comment leaves to the TTL.
	restarting sync.RWMutex

	mu     sync.Mutex
	random *rand.Rand
}

func (w *world) intN(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

// upTo is a while below d.
func (w *world) upTo(d time.Duration) time.Duration { return time.Duration(w.intN(int(d))) }

// promises are the versions below which nothing may be read, and since when.
type promises struct {
	mu  sync.Mutex
	all []promise
}

type promise struct {
	version int64
	at      time.Time
}

func (p *promises) make(version int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, promise{version, time.Now()})
}

// until is the highest version promised by then.
func (p *promises) until(then time.Time) (version int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.all {
		if !one.at.After(then) {
			version = max(version, one.version)
		}
	}
	return version
}

// process is one server process: a cache of its own, behind a network of its own.
type process struct {
	*world
	users   *Typed[versioned]
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
	client, err := redisdb.Open(w.redisURL)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = client.Close() })
	// Two processes name the servers differently here, which decides where a key goes: give both the same seeds.
	c := newCacheWith(w.t, Config{Servers: addrs, Timeout: 200 * time.Millisecond, LocalBytes: 1 << 20, Redis: client})
	for i := range c.nodes.seeds {
		c.nodes.seeds[i] = uint64(i+1) * 0x9e3779b97f4a7c15
	}
	c.fillWindow = 500 * time.Millisecond
	c.tombstoneTTL, c.markTTL = 5*time.Second, 2*time.Second
	p.users = NewTyped(c, "v:", func(v *versioned, f *rowcodec.Fields) { f.Int64(&v.Version) })
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { c.Run(ctx, nothingPending) })
	w.t.Cleanup(func() { stop(); running.Wait() })
	return p
}

// load is a read of the database that may be slow after the row has been read.
func (p *process) load(_ context.Context, ids []int64) (map[int64]*versioned, error) {
	rows := map[int64]*versioned{}
	for _, id := range ids {
		rows[id] = &versioned{p.version[id].Load()}
	}
	if n := p.intN(100); n < raceSlow {
		spend(600 * time.Millisecond)
	} else if n < 40 {
		spend(p.upTo(5 * time.Millisecond))
	}
	return rows, nil
}

// spend takes the time of a slow statement, of an outage or of the pause before a repetition. The test waits for none
// of them: which of them overlap is what makes each run another one.
func spend(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // it stands for work that takes time, not for waiting
}

// read fails the test when it is shown anything older than what was promised a second before it began, or what this
// process itself has invalidated.
func (p *process) read() {
	var ids []int64
	var least [raceKeys]int64
	began := time.Now()
	for id := range int64(raceKeys) {
		if p.intN(2) == 0 {
			ids = append(ids, id)
			least[id] = max(p.promised[id].until(began.Add(-localGrace)), p.told[id].Load())
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

// write marks, commits a version and invalidates; what fails is repeated by retry, as the outbox does.
func (p *process) write(retry *sync.WaitGroup) {
	id, writer := int64(p.intN(raceKeys)), p.writer()
	_ = p.users.cache.Mark(p.t.Context(), writer, p.users.Key(id)) // where it fails, the outbox has the invalidation
	v := p.version[id].Add(1)
	err := p.users.cache.InvalidateMarked(p.t.Context(), writer, p.users.Key(id))
	raise(&p.told[id], v)
	if err == nil {
		p.promise(id, v)
		return
	}
	retry.Go(func() {
		for p.users.Invalidate(context.Background(), id) != nil {
			spend(20 * time.Millisecond)
		}
		p.promise(id, v)
	})
}

// promise says that a version is the least that may be read, a second from now: later where Redis could not be told, as may
// happen on a busy machine.
func (p *process) promise(id, version int64) {
	if p.users.cache.bus.reliable(localTTL) {
		p.promised[id].make(version)
	} else {
		time.AfterFunc(localTTL, func() { p.promised[id].make(version) })
	}
}

// die is a write of a process that is killed after the commit: nobody invalidates.
func (p *process) die() {
	p.restarting.RLock()
	defer p.restarting.RUnlock()
	id := int64(p.intN(raceKeys))
	if p.users.cache.Mark(p.t.Context(), p.writer(), p.users.Key(id)) == nil {
		p.promise(id, p.version[id].Add(1))
		p.died.Add(1)
	}
}

func (w *world) writer() uint64 { return uint64(w.intN(1<<62)) + 1 }

func raise(n *atomic.Int64, to int64) {
	for old := n.Load(); old < to && !n.CompareAndSwap(old, to); old = n.Load() {
	}
}

// trouble breaks something and puts it right again.
func (w *world) trouble(servers []*server, processes []*process) {
	pause := func() { spend(w.upTo(300 * time.Millisecond)) }
	n := w.intN(len(servers))
	p, s := processes[w.intN(len(processes))].proxies[n], servers[n]
	switch w.intN(9) {
	case 0:
		w.restarting.Lock()
		s.restart()
		for _, p := range processes {
			p.proxies[n].forget()
		}
		w.restarting.Unlock()
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
		p.replay()
	default:
		pause()
	}
}

// repeat does something now and then until done.
func (w *world) repeat(group *sync.WaitGroup, done <-chan struct{}, between time.Duration, do func()) {
	group.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(w.upTo(between)):
				do()
			}
		}
	})
}

// Many readers and writers in two processes and writers in a third that get killed, on memcached servers that restart,
// hang, are cut off and get the fills of before once more.
func TestNothingStaleSurvivesAnInvalidation(t *testing.T) {
	t.Parallel()
	t.Logf("-race-seed %d", *raceSeed)
	w := &world{t: t, redisURL: testkit.Redis(t), random: rand.New(rand.NewPCG(*raceSeed, 0))}
	servers := []*server{startServer(t), startServer(t), startServer(t)}
	processes := []*process{w.newProcess(servers...), w.newProcess(servers...), w.newProcess(servers...)}

	var readers, writers, retries sync.WaitGroup
	done := make(chan struct{})
	for _, p := range processes[:2] {
		for range raceReaders {
			readers.Go(func() {
				for range raceReads {
					p.read()
					spend(w.upTo(2 * time.Millisecond))
				}
			})
		}
		w.repeat(&writers, done, 20*time.Millisecond, func() { p.write(&retries) })
	}
	mortal := processes[2]
	w.repeat(&writers, done, time.Second, mortal.die)
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
	local := uint64(0)
	for _, p := range processes[:2] {
		p.read()
		t.Logf("%+v", p.users.cache.Stats())
		local += p.users.cache.Stats().LocalHits
	}
	if w.served.Load() == 0 || local == 0 || w.died.Load() == 0 {
		t.Errorf("nothing was tested: %d served, %d of them from memory, %d writers died", w.served.Load(), local, w.died.Load())
	}
}

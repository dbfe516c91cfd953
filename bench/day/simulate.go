package main

import (
	"math"
	"time"
)

// Five minutes without any worker, in the evening: Redis moves, or a release was bad.
const (
	workersAwayFrom = 22*time.Hour + 15*time.Minute
	workersAwayFor  = 5 * time.Minute
)

// warmUp is simulated before the day, so that it does not begin with a fleet that nobody has scaled.
const warmUp = 2 * time.Hour

// moment is the state of a fleet after a step.
type moment struct {
	servers, workers   int     // wanted
	serverUse, workUse float64 // share of the cores that are there
	answer             float64 // seconds that a request takes, on average
	age                float64 // of the oldest job that waits, in seconds
}

// replicas are the processes of one kind.
type replicas struct {
	policy
	scaler scaler
	wanted int
	coming []time.Duration // when those that boot will be ready
	ready  int
}

func newReplicas(p policy, s scaler) *replicas {
	return &replicas{policy: p, scaler: s, wanted: p.min, ready: p.min}
}

// look lets those that have booted work, and asks the scaler.
func (r *replicas) look(now time.Duration, s signals) {
	for len(r.coming) > 0 && r.coming[0] <= now {
		r.coming = r.coming[1:]
		r.ready++
	}
	if now%every != 0 {
		return
	}
	wanted := r.scaler.want(now, r.wanted, r.ready, s)
	for ; r.wanted < wanted; r.wanted++ {
		r.coming = append(r.coming, now+r.boot)
	}
	for ; r.wanted > wanted; r.wanted-- { // the youngest first
		if len(r.coming) > 0 {
			r.coming = r.coming[:len(r.coming)-1]
		} else {
			r.ready--
		}
	}
}

// queue is work in the order in which it came.
type queue struct {
	parts []part
	sum   float64
}

type part struct {
	at   time.Duration
	work float64
}

func (q *queue) put(now time.Duration, work float64) {
	q.parts = append(q.parts, part{now, work})
	q.sum += work
}

// do works for so many seconds of a core and gives what it took.
func (q *queue) do(capacity float64) (done float64) {
	for len(q.parts) > 0 && done < capacity {
		take := math.Min(q.parts[0].work, capacity-done)
		done += take
		if q.parts[0].work -= take; q.parts[0].work > 1e-12 {
			break
		}
		q.parts = q.parts[1:]
	}
	q.sum -= done
	return done
}

// age is how long the oldest part has waited.
func (q *queue) age(now time.Duration) float64 {
	if len(q.parts) == 0 {
		return 0
	}
	return (now - q.parts[0].at).Seconds()
}

// simulate gives each step of a day, and the seconds of work that are left at its end.
func simulate(f fleet, growth float64, seed uint64) (moments []moment, left float64) {
	crowd := newCrowd(growth, seed)
	servers, workers := newReplicas(f.server, f.newScaler(f.server)), newReplicas(f.worker, f.newScaler(f.worker))
	var requests, jobs queue
	var toServers, toWorkers recent
	for now := -warmUp; now < day; now += lookAt {
		d := crowd.step(now)
		var m moment
		cores := float64(servers.ready) * servers.cores
		requests.put(now, d.cores)
		busy := requests.do(cores * lookAt.Seconds())
		m.serverUse = busy / (cores * lookAt.Seconds())
		m.answer = answer(d, m.serverUse, servers.cores, requests.sum/cores)
		toServers.add(signals{busy: busy / lookAt.Seconds(), inFlight: d.requests / lookAt.Seconds() * m.answer})

		cores = float64(workers.ready) * workers.cores
		if now >= workersAwayFrom && now < workersAwayFrom+workersAwayFor {
			cores = 0
		}
		jobs.put(now, d.jobs)
		worked := jobs.do(cores * lookAt.Seconds())
		m.workUse = worked / math.Max(cores*lookAt.Seconds(), 1e-9)
		m.age = jobs.age(now)
		toWorkers.add(signals{busy: worked / lookAt.Seconds(), age: m.age})

		servers.look(now, toServers.mean())
		workers.look(now, toWorkers.mean())
		m.servers, m.workers = servers.wanted, workers.wanted
		if now >= 0 {
			moments = append(moments, m)
		}
	}
	return moments, math.Max(0, requests.sum+jobs.sum)
}

// answer is how long a request takes: its own time, longer the busier the cores are (as of a queue that shares c cores among
// all who wait), that of the other machines, and what was left over from steps before.
func answer(d demand, use, cores, backlog float64) float64 {
	if d.requests == 0 {
		return 0
	}
	const busiest = 0.99
	own := d.cores / d.requests / (1 - math.Pow(math.Min(use, busiest), math.Max(cores, 1)))
	return own + d.waits/d.requests + backlog
}

// recent are the signals of the last half minute.
type recent []signals

func (r *recent) add(s signals) {
	const steps = int(30 * time.Second / lookAt)
	*r = append(*r, s)
	*r = (*r)[max(0, len(*r)-steps):]
}

// mean is that of CPU and requests; the age is the present one.
func (r *recent) mean() (m signals) {
	for _, s := range *r {
		m.busy += s.busy / float64(len(*r))
		m.inFlight += s.inFlight / float64(len(*r))
		m.age = s.age
	}
	return m
}

package main

import (
	"math"
	"time"
)

// The alarms that target tracking makes: one goes off after three minutes above the target, the other one after fifteen minutes
// below nine tenths of it. CloudWatch makes one value a minute.
const (
	minutesAbove = 3
	minutesBelow = 15
	enough       = 0.9
)

// group is an Auto Scaling group with target tracking and, for workers, step scaling.
type group struct {
	policy
	now     []signals // since the last whole minute
	minutes []minute
	warm    time.Duration // until when no machine goes: the last one that came counts then, or the alarm goes off again
}

// minute is one value of each metric, as shares of what is aimed at; the age is in seconds.
type minute struct{ load, age float64 }

func newGroup(p policy) scaler { return &group{policy: p} }

func (g *group) want(now time.Duration, replicas, ready int, s signals) int {
	g.now = append(g.now, s)
	if now%time.Minute != 0 {
		return replicas
	}
	g.minutes = append(g.minutes, g.sum(ready))
	g.now = g.now[:0]
	n := max(g.track(now, replicas, ready), g.step(replicas, ready))
	if n > replicas {
		g.warm = now + g.boot
	}
	return min(max(n, g.min), g.max)
}

// sum makes a minute of samples. The metrics are means of those that are ready.
func (g *group) sum(ready int) (m minute) {
	for _, s := range g.now {
		load := s.busy / g.cores / g.cpu
		if g.inFlight > 0 {
			load = max(load, s.inFlight/g.inFlight)
		}
		m.load += load / float64(max(ready, 1)) / float64(len(g.now))
		m.age = max(m.age, s.age)
	}
	return m
}

// track is target tracking. Of several policies the one that wants most counts, and machines go only when all agree.
func (g *group) track(now time.Duration, replicas, ready int) int {
	last := func(n int, is func(float64) bool) bool {
		if len(g.minutes) < n {
			return false
		}
		for _, m := range g.minutes[len(g.minutes)-n:] {
			if !is(m.load) {
				return false
			}
		}
		return true
	}
	load := g.minutes[len(g.minutes)-1].load
	switch wanted := int(math.Ceil(float64(ready) * load)); {
	case last(minutesAbove, func(l float64) bool { return l > 1 }):
		return max(replicas, wanted)
	case now > g.warm && last(minutesBelow, func(l float64) bool { return l < enough }):
		if wanted < replicas { // AWS says no more than that it takes machines away gradually
			g.warm = now + minutesBelow*time.Minute
			return max(wanted, replicas-max(1, replicas/4))
		}
	}
	return replicas
}

// step is step scaling: what the step adds to the machines that count, less what is on its way.
func (g *group) step(replicas, ready int) int {
	over := g.minutes[len(g.minutes)-1].age - g.age
	for _, s := range g.steps {
		if over >= s.From && (s.To == nil || over < *s.To) {
			return max(replicas, ready+s.Add)
		}
	}
	return 0
}

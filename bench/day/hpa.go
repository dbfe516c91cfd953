package main

import (
	"math"
	"time"
)

// signals are what a scaler is told of one kind of process, as means of the last half minute (Kubernetes) or as what there is
// now; it does its own averaging over longer.
type signals struct {
	busy     float64 // cores
	inFlight float64 // requests, of all
	age      float64 // seconds
}

// scaler says how many replicas there should be. It is asked every 15 seconds.
type scaler interface {
	want(now time.Duration, replicas, ready int, s signals) int
}

// every is how often Kubernetes' autoscaler looks, and the time between two samples of metrics.
const every = 15 * time.Second

// tolerance is the autoscaler's default: a ratio closer to 1 changes nothing.
const tolerance = 0.1

// hpa is Kubernetes' HorizontalPodAutoscaler, which is also what KEDA has made.
type hpa struct {
	policy
	late    signals // of the look before: metrics arrive one scrape late
	advice  []advice
	changes []advice // what was added or, negative, taken away
}

type advice struct {
	at time.Duration
	n  int
}

func newHPA(p policy) scaler { return &hpa{policy: p} }

func (h *hpa) want(now time.Duration, replicas, _ int, s signals) int {
	s, h.late = h.late, s
	n := h.by(replicas, s.busy/h.cores/h.cpu/float64(replicas))
	if h.inFlight > 0 {
		n = max(n, h.by(replicas, s.inFlight/h.inFlight/float64(replicas)))
	}
	if h.age > 0 {
		n = max(n, h.by(replicas, s.age/h.age))
	}
	n = min(max(n, h.min), h.max)
	h.advice = append(h.advice, advice{now, n})
	switch {
	case n > replicas:
		n = min(n, h.bound(now, replicas, h.behavior.ScaleUp, 1))
	case n < replicas:
		since := now - time.Duration(h.behavior.ScaleDown.StabilizationWindowSeconds)*time.Second
		for _, a := range h.advice {
			if a.at >= since {
				n = max(n, min(a.n, replicas))
			}
		}
		n = max(n, h.bound(now, replicas, h.behavior.ScaleDown, -1))
	}
	if n != replicas {
		h.changes = append(h.changes, advice{now, n - replicas})
	}
	return n
}

func (h *hpa) by(replicas int, ratio float64) int {
	if math.Abs(ratio-1) <= tolerance {
		return replicas
	}
	return int(math.Ceil(float64(replicas)*ratio - 1e-9))
}

// bound is how far one look may go up (sign 1) or down (-1): the farthest that one of the policies allows.
func (h *hpa) bound(now time.Duration, replicas int, c change, sign int) int {
	farthest := replicas
	for _, p := range c.Policies {
		before := replicas
		for _, made := range h.changes {
			if made.at > now-time.Duration(p.PeriodSeconds)*time.Second && made.n*sign > 0 {
				before -= made.n
			}
		}
		by := p.Value
		if p.Type == "Percent" {
			by = int(math.Ceil(float64(before*p.Value) / 100))
		}
		if to := before + sign*by; to*sign > farthest*sign {
			farthest = to
		}
	}
	return farthest
}

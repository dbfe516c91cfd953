package main

import (
	"fmt"
	"time"
)

// verdict is what came of a day.
type verdict struct {
	servers, workers   span
	answer, age        float64 // the most, in seconds
	meanServers        float64
	meanWorkers        float64
	serverTurns, turns int     // the most turns within an hour, from more to less or back, of servers and workers
	left               float64 // seconds of work that were not done by the end of the day
	night              moment  // at half past five
}

// span are the least and the most.
type span struct{ least, most int }

// judge sums a day up.
func judge(moments []moment, left float64) verdict {
	v := verdict{servers: span{moments[0].servers, 0}, workers: span{moments[0].workers, 0}, left: left}
	for _, m := range moments {
		v.servers = span{min(v.servers.least, m.servers), max(v.servers.most, m.servers)}
		v.workers = span{min(v.workers.least, m.workers), max(v.workers.most, m.workers)}
		v.answer, v.age = max(v.answer, m.answer), max(v.age, m.age)
		v.meanServers += float64(m.servers) / float64(len(moments))
		v.meanWorkers += float64(m.workers) / float64(len(moments))
	}
	v.serverTurns = turns(moments, func(m moment) int { return m.servers })
	v.turns = turns(moments, func(m moment) int { return m.workers })
	v.night = moments[int((5*time.Hour+30*time.Minute)/lookAt)]
	return v
}

// turns counts how often a number turns from growing to shrinking or back, at most within an hour.
func turns(moments []moment, of func(moment) int) (most int) {
	var at []int
	last := 0
	for i := 1; i < len(moments); i++ {
		change := of(moments[i]) - of(moments[i-1])
		if change == 0 {
			continue
		}
		if change*last < 0 {
			at = append(at, i)
		}
		last = change
	}
	for i := range at {
		n := 0
		for _, other := range at[i:] {
			if other-at[i] < int(time.Hour/lookAt) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func (v verdict) String() string {
	return fmt.Sprintf("servers %d to %d, %.1f on average; workers %d to %d, %.1f on average; a request takes %.0f ms at most; "+
		"the oldest job waits %.0f s at most; %d and %d turns within an hour at most; %.3f s of work left",
		v.servers.least, v.servers.most, v.meanServers, v.workers.least, v.workers.most, v.meanWorkers,
		1000*v.answer, v.age, v.serverTurns, v.turns, v.left)
}

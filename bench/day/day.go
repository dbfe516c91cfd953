package main

import (
	"math"
	"math/rand/v2"
	"time"
)

// What a day holds, as the issue and the product say. Times are Korea's.
const (
	publishes = 10_000
	comments  = 50_000
	day       = 24 * time.Hour
	// lookAt is the length of one step of the simulation.
	lookAt = 5 * time.Second
)

// What nobody counted and the simulation assumes.
const (
	people         = 300_000 // who open the app on that day
	screens        = 60      // that each of them looks at
	likesForOne    = 10      // likes for one comment
	photosForStyle = 2
	// A celebrity publishes at half past nine. A tenth of the day's screens and a fifth of its comments follow; the news takes
	// ten minutes to its peak, and fades. Feeds have the style at once, without a job for each follower: it is merged in.
	celebrityAt       = 21*time.Hour + 30*time.Minute
	celebrityScreens  = 0.1
	celebrityComments = 0.2
	celebrityPeaks    = 10 * time.Minute
)

// hours are how busy each hour is, to the others: the evening from 21 to 23 is the peak.
var hours = [24]float64{6, 3, 2, 1, 1, 1, 2, 4, 6, 5, 5, 5, 7, 6, 5, 5, 5, 6, 7, 8, 9, 12, 12, 9}

// Seconds of a core of a server process, from bench/RESULTS.md ("this server, all caches", column "of it: server"), and those
// that a request waits for the database and the caches (the columns behind it). Comments were not measured: they cost what a
// like does, the nearest of the measured.
var (
	feed    = cost{0.00087, 0.00055}
	detail  = cost{0.00041, 0.00027}
	profile = cost{0.00039, 0.00029}
	me      = cost{0.00024, 0.00016}
	write   = cost{0.00051, 0.00076}
	publish = cost{0.00255, 0.00391}
)

// Seconds of a core of a worker. A photo: the mean of RainDrops, Storm and TwoWings ("Thumbnails"), one in ten progressive.
// A fan-out: the time that 1000 followers take ("Jobs"), all of it counted as the worker's. A notification, an event or a
// push: what a job costs that does nothing ("this worker").
const (
	photoCost  = 0.9*0.020 + 0.1*0.137
	fanOutCost = 0.074
	jobCost    = 0.000201
)

// cost is what a request takes: of the server process, and elsewhere.
type cost struct{ server, elsewhere float64 }

// demand is what one step brings.
type demand struct {
	requests float64
	cores    float64 // seconds of servers' cores
	waits    float64 // seconds that requests wait for other machines, of all
	jobs     float64 // seconds of workers' cores
}

// crowd makes the day: the same for the same seed. growth multiplies everything.
type crowd struct {
	growth float64
	random *rand.Rand
	mood   float64 // how much busier than usual it is just now
}

func newCrowd(growth float64, seed uint64) *crowd {
	return &crowd{growth: growth, random: rand.New(rand.NewPCG(seed, seed))}
}

// share is the part of the day's work that comes in a step.
func share(now time.Duration) float64 {
	sum := 0.0
	for _, h := range hours {
		sum += h
	}
	// Between the middles of two hours the line is straight.
	at := now.Hours() - 0.5 + 24
	from, part := int(at), at-math.Floor(at)
	return (hours[from%24]*(1-part) + hours[(from+1)%24]*part) / sum * lookAt.Hours()
}

// storm is the part of what follows the celebrity's style that comes in a step.
func storm(now time.Duration) float64 {
	since := now - celebrityAt
	if since < 0 {
		return 0
	}
	at := since.Seconds() / celebrityPeaks.Seconds()
	return at * math.Exp(-at) * lookAt.Seconds() / celebrityPeaks.Seconds()
}

// step gives what comes in one step.
func (c *crowd) step(now time.Duration) (d demand) {
	c.mood = 0.98*c.mood + 0.01*c.random.NormFloat64()
	usual, extra := share(now)*c.growth*(1+c.mood), storm(now)*c.growth
	seen := people * screens * (1 - celebrityScreens) * usual
	burst := people * screens * celebrityScreens * extra
	said := comments * ((1-celebrityComments)*usual + celebrityComments*extra)
	published := c.some(publishes * usual)
	d.add(c.some(0.4*seen), feed)
	d.add(c.some(0.35*seen+burst), detail)
	d.add(c.some(0.15*seen), profile)
	d.add(c.some(0.1*seen), me)
	said = c.some(said)
	liked := c.some(said * likesForOne)
	d.add(said+liked, write)
	d.add(published, publish)
	// For each comment a notification, an event and a push; for each like no push.
	d.jobs = published*(photosForStyle*photoCost+fanOutCost) + (3*said+2*liked)*jobCost
	return d
}

func (d *demand) add(n float64, c cost) {
	d.requests += n
	d.cores += n * c.server
	d.waits += n * c.elsewhere
}

// some is a whole number that is mean on average, as of arrivals that know nothing of each other.
func (c *crowd) some(mean float64) float64 {
	const normalFrom = 30
	if mean > normalFrom {
		return math.Max(0, math.Round(mean+math.Sqrt(mean)*c.random.NormFloat64()))
	}
	n, p := 0.0, math.Exp(-mean)
	for u := c.random.Float64(); u > p; n++ {
		u -= p
		p *= mean / (n + 1)
	}
	return n
}

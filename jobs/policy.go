package jobs

import (
	"math/rand/v2"
	"time"

	"styleshare/models"
)

// The queues by urgency. A worker takes six jobs from the first for three from the second and one from the third while
// all have some, so that none starves.
const (
	QueueCritical = "critical" // a person is looking at the screen
	QueueDefault  = "default"  // a person will notice within a minute
	QueueLow      = "low"      // nobody waits

	// QueuePhotos has workers of its own, one for each core: pictures take a core and much memory each, and a hundred of
	// them must not hold up everything else.
	QueuePhotos = "photos"
)

var (
	queues      = map[string]int{QueueCritical: 6, QueueDefault: 3, QueueLow: 1}
	photoQueues = map[string]int{QueuePhotos: 1}
)

// allQueues are those of both kinds of workers.
var allQueues = []string{QueuePhotos, QueueCritical, QueueDefault, QueueLow}

// Policy is how jobs of one kind are run.
type Policy struct {
	Queue string
	// Timeout is how long one attempt may take.
	Timeout time.Duration
	// MaxRetry is how often a failed job is tried again before it is dead. It is never 0: a killed worker counts as a failure.
	MaxRetry int
	// Backoff is the longest wait before the first retry; it doubles with each one, up to MaxBackoff. The wait is random
	// between half of that and all of it.
	Backoff, MaxBackoff time.Duration
}

// policies holds every kind of models.JobKind: queue, time-out, retries, first and longest wait. The retries outlast a
// service that is away for some hours.
var policies = map[models.JobKind]Policy{
	models.JobProcessPhoto:   {QueuePhotos, time.Minute, 40, 2 * time.Second, 10 * time.Minute},
	models.JobInvalidate:     {QueueCritical, 10 * time.Second, 100, 2 * time.Second, 5 * time.Minute},
	models.JobMail:           {QueueCritical, time.Minute, 20, 5 * time.Second, time.Hour},
	models.JobFanOutStyle:    {QueueDefault, 5 * time.Minute, 20, 2 * time.Second, 10 * time.Minute},
	models.JobEvent:          {QueueCritical, 10 * time.Second, 20, time.Second, 5 * time.Minute},
	models.JobNotify:         {QueueDefault, 30 * time.Second, 20, 2 * time.Second, 10 * time.Minute},
	models.JobSettlePerson:   {QueueDefault, 5 * time.Minute, 40, 2 * time.Second, 10 * time.Minute},
	models.JobPush:           {QueueDefault, 30 * time.Second, 12, 5 * time.Second, 30 * time.Minute},
	models.JobDigest:         {QueueLow, time.Minute, 20, 10 * time.Second, time.Hour},
	models.JobDigestBatch:    {QueueLow, 2 * time.Minute, 40, 5 * time.Second, 10 * time.Minute},
	models.JobBeginDigests:   {QueueLow, 2 * time.Minute, 10, 5 * time.Second, 10 * time.Minute},
	models.JobEraseStyle:     {QueueLow, 5 * time.Minute, 40, 10 * time.Second, time.Hour},
	models.JobExport:         {QueueLow, 30 * time.Minute, 20, 10 * time.Second, time.Hour},
	models.JobCleanUpExports: {QueueLow, 15 * time.Minute, 5, 10 * time.Second, 10 * time.Minute},
	models.JobErasePerson:    {QueueLow, 15 * time.Minute, 100, 10 * time.Second, time.Hour},
	models.JobErasePhoto:     {QueueLow, 5 * time.Minute, 40, 10 * time.Second, time.Hour},
	models.JobCleanUpPhotos:  {QueueLow, 15 * time.Minute, 5, 10 * time.Second, 10 * time.Minute},
	models.JobIndexStale:     {QueueLow, time.Hour, 40, 10 * time.Second, 10 * time.Minute},
	models.JobReconcile:      {QueueLow, time.Hour, 5, 10 * time.Second, 10 * time.Minute},
	models.JobBackup:         {QueueLow, 6 * time.Hour, 10, time.Minute, 30 * time.Minute},
	models.JobCleanUpRows:    {QueueLow, 15 * time.Minute, 5, 10 * time.Second, 10 * time.Minute},
}

// defaultPolicy is for kinds that a newer process records and this one relays, during a rolling update.
var defaultPolicy = Policy{QueueDefault, time.Minute, 20, 5 * time.Second, 10 * time.Minute}

func (j *Jobs) policy(kind models.JobKind) Policy {
	if p, ok := j.policies[kind]; ok {
		return p
	}
	return defaultPolicy
}

// longest is the upper bound of the wait after so many failures; the first failure is number 0.
func (p Policy) longest(failures int) time.Duration {
	const enough = 20 // doublings make 12 days of a second; some more would overflow
	return min(p.Backoff<<min(failures, enough), p.MaxBackoff)
}

func (p Policy) delay(failures int) time.Duration { return withJitter(p.longest(failures)) }

// withJitter is a random wait between d/2 and d, so that what failed together does not come back together.
func withJitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

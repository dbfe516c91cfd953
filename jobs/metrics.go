package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"styleshare/models"
)

// durationBuckets are in seconds: from one statement to the longest time-out.
var durationBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900}

// metrics are the series of this process; those about the outbox are there in the process that leads.
type metrics struct {
	duration *prometheus.HistogramVec
	deaths   *prometheus.CounterVec
	panics   prometheus.Counter
	lost     prometheus.Counter
	oldest   *prometheus.GaugeVec
	waiting  *prometheus.GaugeVec
	dead     *prometheus.GaugeVec
	load     load
	effects  effects
	backup   backupMetrics
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "job_duration_seconds", Help: "Time that attempts at jobs took; result is done, failed or interrupted.", Buckets: durationBuckets,
		}, []string{"kind", "result"}),
		deaths: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "job_deaths_total", Help: "Jobs that nothing will try again.",
		}, []string{"kind"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "job_panics_total", Help: "Attempts at jobs that ended in a panic.",
		}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "job_lost_tasks_total", Help: "Tasks that Redis or asynq had lost and that were handed over again.",
		}),
		oldest: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "outbox_oldest_waiting_seconds", Help: "For how long the oldest job of a queue has been due; from the leader only.",
		}, []string{"queue"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "outbox_waiting", Help: "Jobs that are due and have not ended; from the leader only.",
		}, []string{"kind"}),
		dead: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "outbox_dead", Help: "Jobs that nothing will try again; from the leader only.",
		}, []string{"kind"}),
		load:    newLoad(),
		effects: newEffects(),
		backup:  newBackupMetrics(),
	}
	if registerer == nil {
		return m, nil
	}
	for kind := range policies {
		m.deaths.WithLabelValues(string(kind)) // so that the first one is an increase
	}
	for _, c := range append([]prometheus.Collector{m.duration, m.deaths, m.panics, m.lost, m.oldest, m.waiting, m.dead, m.load.untaken, m.load.oldest,
		m.backup.taken, m.backup.took, m.backup.size}, m.effects.collectors()...) {
		if err := registerer.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) ran(kind models.JobKind, result string, took time.Duration) {
	m.duration.WithLabelValues(string(kind), result).Observe(took.Seconds())
}

func (m *metrics) died(kind models.JobKind) { m.deaths.WithLabelValues(string(kind)).Inc() }

// forget drops what another leader will tell from now on.
func (m *metrics) forget() {
	m.oldest.Reset()
	m.waiting.Reset()
	m.dead.Reset()
	m.load.forget()
	m.backup.forget()
}

// measure sets the gauges from the outbox.
func (j *Jobs) measure(ctx context.Context) error {
	running, err := j.running(ctx)
	if err != nil {
		j.log.WarnContext(ctx, "what runs counts as waiting, too: Redis does not answer", "error", err)
	}
	gauges, err := j.db.JobGauges(ctx, running)
	if err != nil {
		return err
	}
	last, err := j.db.LastBackup(ctx)
	if err != nil {
		return err
	}
	j.metrics.forget()
	j.metrics.load.set(gauges, func(kind models.JobKind) string { return j.policy(kind).Queue }, j.db.Now())
	j.metrics.backup.set(last, slices.ContainsFunc(j.schedule, func(t Tick) bool { return t.Kind == models.JobBackup }))
	ages := map[string]time.Duration{}
	for _, queue := range allQueues {
		ages[queue] = 0
	}
	for _, g := range gauges {
		j.metrics.waiting.WithLabelValues(string(g.Kind)).Set(float64(g.Waiting))
		j.metrics.dead.WithLabelValues(string(g.Kind)).Set(float64(g.Dead))
		if g.Oldest != nil {
			queue := j.policy(g.Kind).Queue
			ages[queue] = max(ages[queue], j.db.Now().Sub(*g.Oldest))
		}
	}
	for queue, age := range ages {
		j.metrics.oldest.WithLabelValues(queue).Set(age.Seconds())
	}
	return nil
}

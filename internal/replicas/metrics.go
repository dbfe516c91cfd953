package replicas

import "github.com/prometheus/client_golang/prometheus"

const primaryTarget = "primary"

// Why the primary is asked, of operations that might ask a replica.
const (
	reasonCached = "cached" // rows that caches keep
	reasonWrote  = "wrote"  // the person has just written, or Redis does not know
	reasonNone   = "none"   // no replica is in use
	reasonFailed = "failed" // a replica did not answer
)

func newReads() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "database_reads_total",
		Help: "Reads of queries by the server that answered; reason says why it was the primary.",
	}, []string{"target", "reason"})
}

func (s *Set) count(target, reason string) { s.reads.WithLabelValues(target, reason).Inc() }

var (
	lagDesc = prometheus.NewDesc("database_replica_lag_seconds",
		"How much older than the primary what a replica shows may be, 60 at most. It is left out above 5.", []string{"replica"}, nil)
	stateDesc = prometheus.NewDesc("database_replica_state",
		"1 for the state in which a replica is.", []string{"replica", "state"}, nil)
)

// Describe implements prometheus.Collector.
func (s *Set) Describe(to chan<- *prometheus.Desc) {
	s.reads.Describe(to)
	to <- lagDesc
	to <- stateDesc
}

// Collect implements prometheus.Collector.
func (s *Set) Collect(to chan<- prometheus.Metric) {
	s.reads.Collect(to)
	for _, r := range s.replicas {
		to <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, s.lag(r).Seconds(), r.Name)
		now := s.State(r)
		for state := Unknown; state <= Promoted; state++ {
			value := 0.0
			if state == now {
				value = 1
			}
			to <- prometheus.MustNewConstMetric(stateDesc, prometheus.GaugeValue, value, r.Name, state.String())
		}
	}
}

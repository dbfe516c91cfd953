package models

import "github.com/prometheus/client_golang/prometheus"

var (
	poolConnections = prometheus.NewDesc("database_connections",
		"Connections of this process's pool, by state: used, idle, opening.", []string{"state"}, nil)
	poolLimit        = prometheus.NewDesc("database_connections_max", "How many connections the pool may have.", nil, nil)
	acquiresTotal    = prometheus.NewDesc("database_acquires_total", "How often a connection was taken from the pool.", nil, nil)
	waitsTotal       = prometheus.NewDesc("database_waits_total", "How often none was free, so that somebody waited.", nil, nil)
	waitSecondsTotal = prometheus.NewDesc("database_wait_seconds_total", "How long was waited for connections.", nil, nil)
	gaveUpTotal      = prometheus.NewDesc("database_wait_cancellations_total", "How often a wait for a connection ended without one.", nil, nil)
	statementsTotal  = prometheus.NewDesc("database_statements_total", "SQL statements that were sent, without begin, commit and rollback.", nil, nil)
	failuresTotal    = prometheus.NewDesc("database_statement_failures_total", "SQL statements, and batches, that failed.", nil, nil)
)

// Describe implements prometheus.Collector.
func (db *DB) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{poolConnections, poolLimit, acquiresTotal, waitsTotal, waitSecondsTotal, gaveUpTotal, statementsTotal, failuresTotal} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (db *DB) Collect(to chan<- prometheus.Metric) {
	pool := db.Pool.Stat()
	gauge := func(d *prometheus.Desc, n int32, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	counter := func(d *prometheus.Desc, n float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, n)
	}
	gauge(poolConnections, pool.AcquiredConns(), "used")
	gauge(poolConnections, pool.IdleConns(), "idle")
	gauge(poolConnections, pool.ConstructingConns(), "opening")
	gauge(poolLimit, pool.MaxConns())
	counter(acquiresTotal, float64(pool.AcquireCount()))
	counter(waitsTotal, float64(pool.EmptyAcquireCount()))
	counter(waitSecondsTotal, pool.EmptyAcquireWaitTime().Seconds())
	counter(gaveUpTotal, float64(pool.CanceledAcquireCount()))
	counter(statementsTotal, float64(db.statements.sent.Load()))
	counter(failuresTotal, float64(db.statements.failed.Load()))
}

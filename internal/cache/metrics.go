package cache

import "github.com/prometheus/client_golang/prometheus"

var (
	lookupsTotal = prometheus.NewDesc("cache_lookups_total",
		"Rows that were looked up, by tier (local: this process's memory; memcached: what local did not have) and result (hit, miss).",
		[]string{"tier", "result"}, nil)
	rowsTotal = prometheus.NewDesc("cache_rows_total",
		"Rows that were wanted, by type and by whether one of the tiers had them (hit) or the database was asked (miss).", []string{"type", "result"}, nil)
	fillsTotal = prometheus.NewDesc("cache_fills_total",
		"Rows on their way to memcached, by result: stored, lost (changed or filled meanwhile), dropped (node away, queue full, load too slow).",
		[]string{"result"}, nil)
	invalidationsTotal = prometheus.NewDesc("cache_invalidations_total",
		"Keys that memcached was told of after a commit, by result: done, failed (a job repeats it).", []string{"result"}, nil)
	marksTotal  = prometheus.NewDesc("cache_marks_total", "Keys that were marked before a commit.", nil, nil)
	errorsTotal = prometheus.NewDesc("cache_errors_total", "Requests to memcached that failed, and entries that could not be read.", nil, nil)
	localBytes  = prometheus.NewDesc("cache_local_bytes", "About what the rows in this process's memory take.", nil, nil)
	openNodes   = prometheus.NewDesc("cache_open_nodes", "Memcached nodes that are left alone now because they failed.", nil, nil)
	nodeUp      = prometheus.NewDesc("cache_node_up", "1 where a memcached node is used, 0 where it is left alone because it failed.", []string{"node"}, nil)
	nodeErrors  = prometheus.NewDesc("cache_node_errors_total", "Requests to a memcached node that failed.", []string{"node"}, nil)
)

// Describe implements prometheus.Collector.
func (c *Cache) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{lookupsTotal, rowsTotal, fillsTotal, invalidationsTotal, marksTotal, errorsTotal, localBytes, openNodes, nodeUp, nodeErrors} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *Cache) Collect(to chan<- prometheus.Metric) {
	s := c.Stats()
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge := func(d *prometheus.Desc, n float64) { to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n) }
	count(lookupsTotal, s.LocalHits, "local", "hit")
	count(lookupsTotal, s.LocalMisses, "local", "miss")
	count(lookupsTotal, s.Hits, "memcached", "hit")
	count(lookupsTotal, s.Misses, "memcached", "miss")
	c.types.mu.Lock()
	for _, t := range c.types.all {
		count(rowsTotal, t.hits.Load(), t.name, "hit")
		count(rowsTotal, t.misses.Load(), t.name, "miss")
	}
	c.types.mu.Unlock()
	count(fillsTotal, s.Fills, "stored")
	count(fillsTotal, s.LostFills, "lost")
	count(fillsTotal, s.DroppedFills, "dropped")
	count(invalidationsTotal, s.Invalidations, "done")
	count(invalidationsTotal, s.FailedInvalidations, "failed")
	count(marksTotal, s.Marks)
	count(errorsTotal, s.Errors)
	gauge(localBytes, float64(s.LocalBytes))
	gauge(openNodes, float64(s.OpenNodes))
	for _, n := range c.nodes.nodes {
		up := 1.0
		if n.isOpen() {
			up = 0
		}
		to <- prometheus.MustNewConstMetric(nodeUp, prometheus.GaugeValue, up, n.name)
		count(nodeErrors, n.errors.Load(), n.name)
	}
}

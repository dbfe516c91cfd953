package jobs

import (
	"github.com/prometheus/client_golang/prometheus"

	"styleshare/models"
)

// backupMetrics are of the last backup that is complete. Where there is none they are none, but for the moment where backups
// are scheduled, which is then 0: somebody waits for them.
type backupMetrics struct{ taken, took, size *prometheus.GaugeVec }

func newBackupMetrics() backupMetrics {
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help + "; from the leader only."}, nil)
	}
	return backupMetrics{
		taken: gauge("backup_last_success_timestamp_seconds", "The moment that the newest complete backup holds"),
		took:  gauge("backup_last_duration_seconds", "How long the newest complete backup took"),
		size:  gauge("backup_last_size_bytes", "How large the newest complete backup is, encrypted"),
	}
}

func (m backupMetrics) set(last *models.Backup, scheduled bool) {
	if last == nil {
		if scheduled {
			m.taken.WithLabelValues().Set(0)
		}
		return
	}
	m.taken.WithLabelValues().Set(float64(last.TakenAt.Unix()))
	m.took.WithLabelValues().Set(last.FinishedAt.Sub(last.TakenAt).Seconds())
	m.size.WithLabelValues().Set(float64(last.Bytes))
}

func (m backupMetrics) forget() {
	m.taken.Reset()
	m.took.Reset()
	m.size.Reset()
}

package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"styleshare/models"
)

// An alert looks at the newest backup: it must see, too, that there is none where there should be.
func TestBackupMetrics(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	taken := func() []float64 {
		t.Helper()
		if err := j.measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		told := make(chan prometheus.Metric, 1)
		if j.metrics.backup.taken.Collect(told); len(told) == 0 {
			return nil
		}
		return []float64{value(t, j.metrics.backup.taken.WithLabelValues())}
	}
	if got := taken(); got != nil {
		t.Errorf("without backups %v", got)
	}
	j.Schedule(Tick{Kind: models.JobBackup, Every: 24 * time.Hour})
	if got := taken(); len(got) != 1 || got[0] != 0 {
		t.Errorf("before the first backup %v", got)
	}
	at := r.db.Now().Truncate(time.Second)
	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		return tx.RecordBackup(ctx, &models.Backup{Name: "one", TakenAt: at, FinishedAt: at.Add(time.Minute), Bytes: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := taken(); len(got) != 1 || got[0] != float64(at.Unix()) {
		t.Errorf("after a backup of %v %v", at.Unix(), got)
	}
}

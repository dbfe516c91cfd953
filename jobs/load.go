package jobs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"styleshare/models"
)

// load are the gauges that workers are scaled by, of each queue: what more workers would do sooner. A job that runs, or that
// was tried and waits for its next attempt, is none of that. They are there in the process that leads.
type load struct{ untaken, oldest *prometheus.GaugeVec }

func newLoad() load {
	return load{
		untaken: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "outbox_untaken", Help: "Jobs of a queue that are due and that no worker has taken yet; from the leader only.",
		}, []string{"queue"}),
		oldest: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "outbox_oldest_untaken_seconds", Help: "For how long the oldest job of a queue that no worker has taken yet has been due; from the leader only.",
		}, []string{"queue"}),
	}
}

func (l load) forget() {
	l.untaken.Reset()
	l.oldest.Reset()
}

// set tells every queue, also those in which nothing waits: a scaler must see a 0.
func (l load) set(gauges []models.JobGauge, queueOf func(models.JobKind) string, now time.Time) {
	for _, queue := range allQueues {
		var untaken int64
		var age time.Duration
		for _, g := range gauges {
			if queueOf(g.Kind) != queue {
				continue
			}
			untaken += g.Untaken
			if g.OldestUntaken != nil {
				age = max(age, now.Sub(*g.OldestUntaken))
			}
		}
		l.untaken.WithLabelValues(queue).Set(float64(untaken))
		l.oldest.WithLabelValues(queue).Set(age.Seconds())
	}
}

// running are the rows whose tasks workers have taken. The outbox knows nothing of that, to save a statement for each job.
func (j *Jobs) running(ctx context.Context) ([]int64, error) {
	pipe := j.redis.Pipeline()
	lists := make([]*redis.StringSliceCmd, len(allQueues))
	for i, queue := range allQueues {
		lists[i] = pipe.LRange(ctx, "asynq:{"+queue+"}:active", 0, -1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	var ids []int64
	for _, list := range lists {
		for _, task := range list.Val() {
			if id, _, err := parseTaskID(task); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

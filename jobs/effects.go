package jobs

import (
	"github.com/prometheus/client_golang/prometheus"

	"styleshare/internal/push"
	"styleshare/models"
)

// effects count what handlers did in the world.
type effects struct {
	pushes, mails, photos *prometheus.CounterVec
	fed                   prometheus.Counter
}

func newEffects() effects {
	e := effects{
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "push_notifications_total", Help: "Notifications to devices, by platform and what the provider said: delivered, logged, dead_token, retry, refused.",
		}, []string{"platform", "result"}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mails_total", Help: "Mails, by what the server said: sent, retry, refused.",
		}, []string{"result"}),
		photos: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "photos_processed_total", Help: "Photos whose renditions were made (READY), or which were rejected, by reason.",
		}, []string{"result"}),
		fed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "feed_entries_total", Help: "Entries that published styles made in followers' feeds.",
		}),
	}
	// There from the start, so that the first of something is an increase.
	for _, result := range []string{mailSent, mailRetry, mailRefused} {
		e.mails.WithLabelValues(result)
	}
	for _, platform := range push.Platforms {
		for _, result := range []push.Status{push.Delivered, push.Logged, push.DeadToken, push.Retry, push.Refused} {
			e.pushes.WithLabelValues(string(platform), result.String())
		}
	}
	e.photos.WithLabelValues(string(models.PhotoReady))
	return e
}

func (e effects) collectors() []prometheus.Collector {
	return []prometheus.Collector{e.pushes, e.mails, e.photos, e.fed}
}

// count keeps the counts of what a handler did.
func (job *Job) count(f func(effects)) {
	if job.metrics != nil {
		f(job.metrics.effects)
	}
}

package jobs

import (
	"context"
	"strconv"

	"styleshare/internal/realtime"
	"styleshare/models"
)

// Event handles models.JobEvent: the event reaches whoever listens to its topic. It is made for RelayDirectly, so that
// it takes milliseconds from the commit; run twice, it is appended once.
func Event(hub *realtime.Hub) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.EventJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		return hub.Append(ctx, p.Topic, p.ID, "job:"+strconv.FormatInt(job.ID, 10))
	}
}

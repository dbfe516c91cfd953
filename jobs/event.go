package jobs

import (
	"context"
	"strconv"

	"styleshare/internal/realtime"
	"styleshare/models"
)

// Event handles models.JobEvent: the event reaches whoever listens to its topic. It is made for RelayDirectly, so that
// it takes milliseconds from the commit; run twice, it is appended once.
func Event(hub *realtime.Hub) GroupHandler {
	return func(ctx context.Context, jobs []*Job) error {
		events := make([]realtime.NewEvent, len(jobs))
		for i, job := range jobs {
			var p models.EventJob
			if err := job.Bind(&p); err != nil {
				return err
			}
			events[i] = realtime.NewEvent{Topic: p.Topic, ID: p.ID, Key: "job:" + strconv.FormatInt(job.ID, 10)}
		}
		return hub.Append(ctx, events...)
	}
}

package jobs

import (
	"context"
	"fmt"
	"time"

	"styleshare/models"
)

// Tick is a job that the schedule records at every multiple of Every since 1970 (UTC), and once for all that were
// missed while no worker ran. Every must be shorter than done rows are kept (3 days): they remember what was recorded.
type Tick struct {
	Kind  models.JobKind
	Every time.Duration
}

var schedule = []Tick{
	{models.JobBeginDigests, time.Hour},
	{models.JobCleanUpPhotos, time.Hour},
	{models.JobCleanUpExports, time.Hour},
	{models.JobCleanUpRows, 24 * time.Hour},
	{models.JobIndexStale, time.Hour},
}

// tickAll records the tick that each entry of the schedule has reached, unless it was recorded before by whichever leader.
func (j *Jobs) tickAll(ctx context.Context) error {
	for _, tick := range j.schedule {
		key := string(tick.Kind) + "@" + j.db.Now().UTC().Truncate(tick.Every).Format(time.RFC3339)
		if j.lastTicks[tick.Kind] == key {
			continue
		}
		err := j.db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			_, err := tx.RecordOnce(ctx, tick.Kind, struct{}{}, key)
			return err
		})
		if err != nil {
			return fmt.Errorf("schedule: %w", err)
		}
		j.lastTicks[tick.Kind] = key
	}
	return nil
}

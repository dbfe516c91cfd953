package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"styleshare/models"
)

// Tick is a job that the schedule records at every multiple of Every since 1970 (UTC), or so long after each, and once for
// all that were missed while no worker ran. Every must be shorter than done rows are kept (3 days): they remember what was
// recorded.
type Tick struct {
	Kind  models.JobKind
	Every time.Duration
	After time.Duration
}

// night is after midnight in UTC when the fewest people are there: it is half past three in Seoul.
const night = 18*time.Hour + 30*time.Minute

var schedule = []Tick{
	{Kind: models.JobBeginDigests, Every: time.Hour},
	{Kind: models.JobCleanUpPhotos, Every: time.Hour},
	{Kind: models.JobCleanUpExports, Every: time.Hour},
	{Kind: models.JobCleanUpRows, Every: 24 * time.Hour},
	{Kind: models.JobIndexStale, Every: time.Hour},
	{Kind: models.JobReconcile, Every: 24 * time.Hour, After: night},
}

// key names what is due at a moment.
func (t Tick) key(now time.Time) string {
	return string(t.Kind) + "@" + now.UTC().Add(-t.After).Truncate(t.Every).Add(t.After).Format(time.RFC3339)
}

// Schedule adds to the schedule what not every installation has. Call it before RunWorker or RunScheduler, in all processes:
// any of them may lead.
func (j *Jobs) Schedule(tick Tick) { j.schedule = append(slices.Clip(j.schedule), tick) }

// tickAll records the tick that each entry of the schedule has reached, unless it was recorded before by whichever leader.
func (j *Jobs) tickAll(ctx context.Context) error {
	for _, tick := range j.schedule {
		key := tick.key(j.db.Now())
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

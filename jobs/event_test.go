package jobs

import (
	"context"
	"testing"
	"time"

	"styleshare/internal/realtime"
	"styleshare/models"
)

// event records an event as a verb would.
func (r *rig) event(t *testing.T, topic string, id int64) (jobID int64) {
	t.Helper()
	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		return tx.Record(ctx, models.JobEvent, models.EventJob{Topic: topic, ID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
	return int64(r.count(t, "select max(id) from outbox"))
}

func TestRelayDeliversEventsItself(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	hub := realtime.New(j.redis, j.log)
	j.RelayDirectly(models.JobEvent, Event(hub))
	start(t, func(ctx context.Context) error { hub.Run(ctx); return nil })
	start(t, j.RunRelay) // and no worker
	events := hub.Subscribe("comments:7", nil)
	defer events.Close()
	var took time.Duration
	const n = 20
	for id := int64(1); id <= n; id++ {
		recorded := time.Now()
		job := r.event(t, "comments:7", id)
		e, err := events.Next(t.Context())
		if err != nil || e.ID != id {
			t.Fatalf("got event %d, %v; want %d", e.ID, err, id)
		}
		took += time.Since(recorded)
		r.awaitDone(t, job)
	}
	t.Logf("from before the transaction to the subscriber: %s", took/n)
}

func TestRelayLeavesFailedEventsToWorkers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.RelayDirectly(models.JobEvent, func(context.Context, []*Job) error { panic("not in a relay") })
	j.Register(models.JobEvent, leaveTrace(r.db, "worker"))
	start(t, j.RunRelay)
	start(t, j.RunWorker)
	r.awaitDone(t, r.event(t, "comments:7", 1))
}

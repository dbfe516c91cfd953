package jobs

import (
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

func TestReconcileByTheJob(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.db.ExecContext(t.Context(), `insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count,
		feed_merged, created_at) values ('mina', 'Mina', '', false, 0, 12, 0, false, now())`); err != nil {
		t.Fatal(err)
	}
	j := r.jobs(t)
	j.schedule = []Tick{{Kind: models.JobReconcile, Every: 24 * time.Hour, After: night}}
	j.timing.sweep = time.Hour
	j.Register(models.JobReconcile, Reconcile(r.db, models.FeedLimits{Cap: 1000, FanOutBelow: 10_000}))
	start(t, j.RunRelay)
	start(t, j.RunWorker)
	eventually(t, "the comparison has run", func() bool {
		return r.count(t, "select count(*) from outbox where kind = ? and done_at is not null", models.JobReconcile) == 1
	})
	if n := r.count(t, "select follower_count from users"); n != 0 {
		t.Errorf("%d followers", n)
	}
	if n := r.count(t, "select mended from reconciliations where part = 'users' and after_id = 0 and ended_at is not null"); n != 1 {
		t.Errorf("%d mended", n)
	}
	if n, err := j.Workers(t.Context()); err != nil || n != 1 {
		t.Errorf("%d processes work, %v", n, err)
	}
}

func TestTicksOfTheNight(t *testing.T) {
	t.Parallel()
	tick := Tick{Kind: kindTest, Every: 24 * time.Hour, After: night}
	for now, want := range map[string]string{
		"2026-11-26T18:29:59Z": "test@2026-11-25T18:30:00Z", "2026-11-26T18:30:00Z": "test@2026-11-26T18:30:00Z",
		"2026-11-27T08:00:00+09:00": "test@2026-11-26T18:30:00Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := tick.key(at); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}

func TestPausedAndLateWork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	id := r.record(t, "waits")
	j.schedule = []Tick{{Kind: kindOutside, Every: time.Hour}}
	if kept, err := j.KeepsSchedule(t.Context()); err != nil || kept {
		t.Errorf("%v, %v", kept, err)
	}
	r.db.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if err := j.tickAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kept, err := j.KeepsSchedule(t.Context()); err != nil || !kept {
		t.Errorf("%v, %v", kept, err)
	}
	later := time.Now().Add(time.Minute)
	r.db.Now = func() time.Time { return later }
	backlogs, err := j.Backlogs(t.Context())
	if err != nil || len(backlogs) != 1 || backlogs[0].Waiting != 1 || backlogs[0].Late < 40*time.Second || backlogs[0].Late > time.Minute {
		t.Errorf("%+v, %v", backlogs, err)
	}
	queues, err := j.Queues(t.Context())
	if err != nil || len(queues) != len(allQueues) || queues[0].Name != QueueCritical || queues[0].Paused {
		t.Errorf("%+v, %v", queues, err)
	}
	if err := asynq.NewInspectorFromRedisClient(j.redis).PauseQueue(QueueDefault); err != nil {
		t.Fatal(err)
	}
	stop := start(t, j.RunRelay)
	eventually(t, "the job is in Redis", func() bool { return r.row(t, id).EnqueuedAt != nil })
	stop()
	queues, err = j.Queues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range queues {
		if want := state.Name == QueueDefault; want != (state.Waiting == 1) || want != state.Paused {
			t.Errorf("%+v", state)
		}
	}
}

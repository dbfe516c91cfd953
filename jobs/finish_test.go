package jobs

import (
	"context"
	"testing"

	"styleshare/models"
)

// holdRows locks rows so that nobody can mark them done, until the test calls release.
func (r *rig) holdRows(t *testing.T) (release func()) {
	t.Helper()
	tx, err := r.db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() }) // where the test has failed before
	if _, err = tx.ExecContext(t.Context(), "select from outbox for update"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// finishesBlocked tells whether a statement waits for the rows.
func (r *rig) finishesBlocked(t *testing.T) bool {
	t.Helper()
	return r.count(t, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0
}

// A worker that is killed after an effect outside the database and before the row is marked done has the job run again.
func TestKilledBetweenEffectAndFinish(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	id := r.recordAs(t, kindOutside, "twice")
	j.Register(kindOutside, outside(r.db, "successor", func() {}))
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := r.holdRows(t)
	kill(t, r)
	// The victim may have sent its last statement: PostgreSQL would still run it once the rows are free.
	const end = "select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
	if _, err := r.db.ExecContext(t.Context(), end); err != nil {
		t.Fatal(err)
	}
	release()
	if err := expire(t.Context(), j.redis, "asynq:{default}:lease", taskID(id, 0)); err != nil {
		t.Fatal(err)
	}
	start(t, j.RunWorker)
	r.awaitDone(t, id)
	for _, by := range []string{"victim", "successor"} {
		if n := r.count(t, "select count(*) from effects where job_id = ? and by = ?", id, by); n != 1 {
			t.Errorf("%d effects of the %s", n, by)
		}
	}
}

// A shutdown waits for rows that are being marked done.
func TestShutdownDrainsFinishes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	j.config.ShutdownTimeout = deadline
	effects := make(chan int64, 4)
	j.Register(kindTest, func(_ context.Context, job *Job) error { effects <- job.ID; return nil })
	var ids []int64
	for range cap(effects) {
		ids = append(ids, r.record(t, "drains"))
	}
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := r.holdRows(t)
	stop := start(t, j.RunWorker)
	for range ids {
		await(t, "an effect", effects)
	}
	eventually(t, "the rows cannot be marked", func() bool { return r.finishesBlocked(t) })
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	release()
	await(t, "the worker has stopped", stopped)
	for _, id := range ids {
		if row := r.row(t, id); row.DoneAt == nil || row.Attempts != 0 {
			t.Errorf("%+v", row)
		}
		if s := state(t, j, id, 0); s != 0 {
			t.Errorf("the task is %v", s)
		}
	}
}

// kindOutside is work whose effect is in no transaction with its end.
const kindOutside models.JobKind = "outside"

func outside(db *models.DB, by string, then func()) Handler {
	return func(ctx context.Context, job *Job) error {
		_, err := db.ExecContext(ctx, "insert into effects values (?, ?)", job.ID, by)
		then()
		return err
	}
}

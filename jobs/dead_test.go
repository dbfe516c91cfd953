package jobs

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/hibiken/asynq"
)

func TestDeadJobsLiveAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		revive     func(t *testing.T, j *Jobs, id int64)
		generation int
	}{
		"by id": {func(t *testing.T, j *Jobs, id int64) {
			t.Helper()
			if n, err := j.Retry(t.Context(), id, id+1); n != 1 || err != nil {
				t.Fatalf("%d, %v", n, err)
			}
		}, 1},
		"all": {func(t *testing.T, j *Jobs, _ int64) {
			t.Helper()
			if n, err := j.RetryAll(t.Context()); n != 1 || err != nil {
				t.Fatalf("%d, %v", n, err)
			}
		}, 1},
		"by the dashboard": {func(t *testing.T, j *Jobs, id int64) {
			t.Helper()
			mux := http.NewServeMux()
			mux.Handle(DashboardPath, j.Dashboard())
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			request(t, http.MethodGet, server.URL+"/jobs/", http.StatusOK)
			request(t, http.MethodPost, server.URL+"/jobs/api/queues/default/archived_tasks/"+taskID(id, 0)+":run", http.StatusNoContent)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			j := r.jobs(t)
			var mended atomic.Bool
			j.Register(kindTest, func(context.Context, *Job) error {
				if mended.Load() {
					return nil
				}
				return Permanent(errors.New("broken"))
			})
			start(t, j.RunRelay)
			start(t, j.RunWorker)
			id := r.record(t, "dies")
			eventually(t, "it is dead", func() bool { return state(t, j, id, 0) == asynq.TaskStateArchived })
			dead, err := j.Dead(t.Context())
			if err != nil || len(dead) != 1 || dead[0].ID != id || dead[0].Payload != nil || *dead[0].LastError != "broken" {
				t.Fatalf("%+v, %v", dead, err)
			}
			mended.Store(true)
			c.revive(t, j, id)
			r.awaitDone(t, id)
			if row := r.row(t, id); row.DeadAt != nil || row.Generation != c.generation {
				t.Errorf("%+v", row)
			}
			eventually(t, "asynq has forgotten it", func() bool { return state(t, j, id, 0)+state(t, j, id, 1) == 0 })
		})
	}
}

func TestRetryOfNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	alive := r.record(t, "alive")
	for _, ids := range [][]int64{nil, {}, {alive}, {alive + 1}} {
		if n, err := j.Retry(t.Context(), ids...); n != 0 || err != nil {
			t.Errorf("Retry(%v) = %d, %v", ids, n, err)
		}
	}
	if row := r.row(t, alive); row.Generation != 0 {
		t.Errorf("a job that is alive was retried: %+v", row)
	}
}

func TestRetryWithoutRedis(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	id := r.record(t, "dies")
	if err := r.db.FailJob(t.Context(), id, 0, "broken", true); err != nil {
		t.Fatal(err)
	}
	if err := r.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	if n, err := j.Retry(t.Context(), id); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func request(t *testing.T, method, url string, want int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != want {
		t.Errorf("%s %s: %s, want %d", method, url, res.Status, want)
	}
}

package jobs

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"styleshare/internal/coalesce"
)

// listener notes which scripts asynq runs.
type listener struct {
	redis.UniversalClient
	mu    sync.Mutex
	sha1s []string
}

func (l *listener) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	l.mu.Lock()
	l.sha1s = append(l.sha1s, sha1)
	l.mu.Unlock()
	return l.UniversalClient.EvalSha(ctx, sha1, keys, args...)
}

// With another version of asynq this may fail: then our scripts must do what the new ones do.
func TestScriptsAreThoseOfAsynq(t *testing.T) {
	t.Parallel()
	j := newRig(t).jobs(t)
	l := &listener{UniversalClient: j.redis}
	runOne(t, j, l)
	for name, sha1 := range map[string]string{"enqueue": asynqEnqueue, "dequeue": asynqDequeue, "done": asynqDone} {
		if !slices.Contains(l.sha1s, sha1) {
			t.Errorf("asynq has another script to %s", name)
		}
	}
}

// What is handed over and ends together has the answers and leaves the traces that it has one by one.
func TestScriptsForMany(t *testing.T) {
	t.Parallel()
	j := newRig(t).jobs(t)
	for _, many := range []bool{false, true} {
		queue := map[bool]string{false: "one", true: "many"}[many]
		prefix := "asynq:{" + queue + "}:"
		run := func(calls ...scriptCall) (answers []any) {
			t.Helper()
			if many { // so that there are two at least of each
				results, err := j.scripts.evalAll(t.Context(), calls)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range results {
					answers = append(answers, answer(r))
				}
				return answers
			}
			for _, c := range calls {
				answers = append(answers, answer(j.redis.EvalSha(t.Context(), c.sha1, c.keys, c.args...)))
			}
			return answers
		}
		enqueue := func(id string) scriptCall {
			return scriptCall{asynqEnqueue, []string{prefix + "t:" + id, prefix + "pending"}, []any{"message " + id, id, 1}}
		}
		done := func(id string) scriptCall {
			keys := []string{prefix + "active", prefix + "lease", prefix + "t:" + id, prefix + "processed:today", prefix + "processed"}
			return scriptCall{asynqDone, keys, []any{id, 4_000_000_000, int64(1) << 62}}
		}
		if !many {
			runOne(t, j, j.redis) // so that Redis knows asynq's scripts
		}
		if got := run(enqueue("a"), enqueue("b"), enqueue("a"), enqueue("c")); !slices.Equal(got, []any{int64(1), int64(1), int64(0), int64(1)}) {
			t.Errorf("%s: handed over: %v", queue, got)
		}
		keys, args := []string{prefix + "pending", prefix + "paused", prefix + "active", prefix + "lease"}, []any{3_000_000_000, prefix + "t:"}
		taken, err := takeScript.Run(t.Context(), j.redis, keys, append(args, 2)...).Slice()
		if !slices.Equal(taken, []any{"message a", "message b"}) || err != nil {
			t.Errorf("%s: taken: %v, %v", queue, taken, err)
		}
		if leases := j.redis.ZRangeWithScores(t.Context(), prefix+"lease", 0, -1).Val(); len(leases) != 2 || leases[1] != (redis.Z{Member: "b", Score: 3_000_000_000}) {
			t.Errorf("%s: leases: %v", queue, leases)
		}
		if task := j.redis.HGetAll(t.Context(), prefix+"t:a").Val(); len(task) != 2 || task["state"] != "active" {
			t.Errorf("%s: a taken task is %v", queue, task)
		}
		if got := run(done("a"), done("c"), done("b")); !slices.Equal(got, []any{"OK", "NOT FOUND", "OK"}) {
			t.Errorf("%s: ended: %v", queue, got)
		}
		ctx := t.Context()
		if j.redis.Exists(ctx, prefix+"active", prefix+"lease", prefix+"t:a", prefix+"t:b").Val() != 0 || j.redis.Exists(ctx, prefix+"t:c").Val() != 1 ||
			j.redis.Get(ctx, prefix+"processed:today").Val() != "2" || j.redis.Get(ctx, prefix+"processed").Val() != "2" ||
			j.redis.ExpireTime(ctx, prefix+"processed:today").Val() != 4_000_000_000*time.Second {
			t.Errorf("%s: the tasks have left other traces", queue)
		}
		j.redis.Set(ctx, prefix+"paused", 1, 0)
		if taken, err := takeScript.Run(ctx, j.redis, keys, append(args, 2)...).Slice(); len(taken) != 0 || err != nil {
			t.Errorf("%s: taken of a paused queue: %v, %v", queue, taken, err)
		}
	}
}

// runOne has asynq do with one task what it does without anything of ours.
func runOne(t *testing.T, j *Jobs, client redis.UniversalClient) {
	t.Helper()
	server := asynq.NewServerFromRedisClient(client, asynq.Config{Concurrency: 1, TaskCheckInterval: time.Millisecond, Logger: asynqLogger{j.log}})
	done := make(chan struct{})
	if err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error { close(done); return nil })); err != nil {
		t.Fatal(err)
	}
	if _, err := asynq.NewClientFromRedisClient(client).Enqueue(asynq.NewTask("one", nil)); err != nil {
		t.Fatal(err)
	}
	await(t, "the task starts", done)
	server.Shutdown()
}

// answer is what a script gave, or the text of its error.
func answer(cmd *redis.Cmd) any {
	if cmd.Err() != nil {
		return cmd.Err().Error()
	}
	return cmd.Val()
}

// No more handlers run than there are slots; their slots are free before it is written down what they have done.
func TestSlots(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.jobs(t)
	var running, most atomic.Int64
	j.Register(kindTest, func(context.Context, *Job) error {
		n := running.Add(1)
		defer running.Add(-1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
		}
		return nil
	})
	marks, goOn := make(chan int, 100), make(chan struct{})
	j.dones = coalesce.New(func(ctx context.Context, ids []int64) ([]struct{}, error) {
		marks <- len(ids)
		<-goOn
		return j.markDone(ctx, ids)
	})
	ids := make([]int64, 40)
	for i := range ids {
		ids[i] = r.record(t, "many")
	}
	if _, err := j.relayOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	start(t, j.RunWorker)
	await(t, "the first mark", marks)
	eventually(t, "the others wait for theirs", func() bool {
		return j.dones.Waiting() == j.config.Concurrency*placesPerSlot-1
	})
	close(goOn)
	r.awaitDone(t, ids...)
	if n := most.Load(); n > int64(j.config.Concurrency) {
		t.Errorf("%d handlers at the same time", n)
	}
}

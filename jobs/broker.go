package jobs

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// scripts is Redis as asynq sees it: each step of a task is a Lua script and a round trip of its own, those that are asked
// for at the same time go out in one.
type scripts struct {
	redis.UniversalClient
	together *coalescer[scriptCall, *redis.Cmd]
}

type scriptCall struct {
	sha1 string
	keys []string
	args []any
}

func newScripts(client redis.UniversalClient) *scripts {
	return &scripts{client, newCoalescer(func(ctx context.Context, calls []scriptCall) ([]*redis.Cmd, error) {
		pipe, results := client.Pipeline(), make([]*redis.Cmd, len(calls))
		for i, c := range calls {
			results[i] = pipe.EvalSha(ctx, c.sha1, c.keys, c.args...)
		}
		_, _ = pipe.Exec(ctx) // each result has its own error
		return results, nil
	})}
}

// EvalSha implements redis.Scripter.
func (s *scripts) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	cmd, err := s.together.ask(ctx, scriptCall{sha1, keys, args})
	if err != nil {
		cmd = redis.NewCmd(ctx)
		cmd.SetErr(err)
	}
	return cmd
}

// broker is Redis as one asynq server sees it. asynq polls its queues, each by a script, and sleeps a fixed time when all
// are empty. Here a queue that was seen empty is looked at again when somebody has announced a task for it, or else after
// idlePoll; while all are empty asynq waits for that. So it may sleep for next to nothing, and hardly asks Redis at rest.
type broker struct {
	*scripts
	done <-chan struct{} // closed when there is nothing to wait for any more
	poll time.Duration

	mu     sync.Mutex
	queues map[string]*queueState
	news   chan struct{} // at least one announcement since it was last read
}

// queueState is what is known of a queue.
type queueState struct {
	emptyUntil    time.Time // zero where it may hold tasks
	announcements int
}

func newBroker(s *scripts, queues map[string]int, poll time.Duration, done <-chan struct{}) *broker {
	b := &broker{scripts: s, done: done, poll: poll, queues: map[string]*queueState{}, news: make(chan struct{}, 1)}
	for queue := range queues {
		b.queues[queue] = new(queueState)
	}
	return b
}

// EvalSha implements redis.Scripter; asynq takes tasks from one goroutine.
func (b *broker) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	queue := b.dequeued(keys)
	if queue == nil {
		return b.scripts.EvalSha(ctx, sha1, keys, args...)
	}
	b.awaitTasks()
	announcements, look := b.needsLook(queue)
	if !look {
		cmd := redis.NewCmd(ctx)
		cmd.SetErr(redis.Nil)
		return cmd
	}
	// Not together with others: taking the next task should not wait for what becomes of those before.
	cmd := b.UniversalClient.EvalSha(ctx, sha1, keys, args...)
	if cmd.Err() == redis.Nil { //nolint:errorlint // as asynq compares
		b.sawEmpty(queue, announcements)
	}
	return cmd
}

// dequeued is the queue that a script takes a task from, known by its keys (pending, paused, active, lease); nil for other
// scripts.
func (b *broker) dequeued(keys []string) *queueState {
	const paused = 1
	if len(keys) <= paused {
		return nil
	}
	name, ok := strings.CutSuffix(keys[paused], "}:paused")
	if !ok {
		return nil
	}
	return b.queues[strings.TrimPrefix(name, "asynq:{")]
}

// awaitTasks returns at once unless all queues are known to be empty.
func (b *broker) awaitTasks() {
	for {
		wait := b.idleFor()
		if wait <= 0 {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-b.news:
		case <-timer.C:
		case <-b.done:
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// idleFor is how long no queue needs a look.
func (b *broker) idleFor() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait, now := b.poll, time.Now()
	for _, q := range b.queues {
		wait = min(wait, q.emptyUntil.Sub(now))
	}
	return wait
}

func (b *broker) needsLook(q *queueState) (announcements int, look bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return q.announcements, !time.Now().Before(q.emptyUntil)
}

// sawEmpty notes that a queue was empty, unless something was announced while it was looked at.
func (b *broker) sawEmpty(q *queueState, announcements int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if q.announcements == announcements {
		q.emptyUntil = time.Now().Add(b.poll)
	}
}

// announce says that queues have tasks: all of the server's where none is named.
func (b *broker) announce(names ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, q := range b.queues {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		q.announcements++
		q.emptyUntil = time.Time{}
		select {
		case b.news <- struct{}{}:
		default:
		}
	}
}

// tasksChannel is where relays publish the names of queues that have got tasks.
const tasksChannel = "jobs:tasks"

// hearAnnouncements wakes the brokers until ctx ends. What is not heard, because the connection is away or because asynq
// itself puts a task back, is found by the poll.
func (j *Jobs) hearAnnouncements(ctx context.Context, brokers []*broker) {
	heard := j.redis.Subscribe(ctx, tasksChannel)
	defer func() { _ = heard.Close() }()
	messages := heard.ChannelWithSubscriptions()
	for {
		var queues []string // all of them after a new connection: something may have been missed
		select {
		case <-ctx.Done():
			return
		case message := <-messages:
			if m, ok := message.(*redis.Message); ok {
				queues = strings.Fields(m.Payload)
			}
		}
		for _, b := range brokers {
			b.announce(queues...)
		}
	}
}

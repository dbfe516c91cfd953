package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
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
// poll; while all are empty asynq waits for that. So it may sleep for next to nothing, and hardly asks Redis at rest.
//
// Of a queue that had tasks the next ones are taken in one round trip, as many as would start at once: asynq, which takes
// them one by one, never leaves one lying while its lease runs out.
type broker struct {
	*scripts
	done  <-chan struct{} // closed when no more tasks are wanted
	poll  time.Duration
	slots int // how many tasks run at the same time

	mu      sync.Mutex
	queues  map[string]*queueState
	running int           // tasks that asynq was given and whose handlers have not returned
	news    chan struct{} // at least one announcement since it was last read
}

// maxAhead bounds what is taken in one round trip.
const maxAhead = 16

// queueState is what is known of a queue.
type queueState struct {
	emptyUntil    time.Time // zero where it may hold tasks
	announcements int
	ahead         []*redis.Cmd // tasks that asynq will be given next
	next          int          // how many to take at the next look
}

func newBroker(s *scripts, slots int, queues map[string]int, poll time.Duration, done <-chan struct{}) *broker {
	b := &broker{scripts: s, done: done, poll: poll, slots: slots, queues: map[string]*queueState{}, news: make(chan struct{}, 1)}
	for queue := range queues {
		b.queues[queue] = &queueState{next: 1}
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
	announcements, n := b.needsLook(queue)
	if n == 0 {
		return b.give(ctx, queue)
	}
	// Not together with other scripts: taking the next task should not wait for what becomes of those before.
	pipe, cmds := b.Pipeline(), make([]*redis.Cmd, n)
	for i := range cmds {
		cmds[i] = pipe.EvalSha(ctx, sha1, keys, args...)
	}
	_, _ = pipe.Exec(ctx) // each has its own error
	if b.saw(queue, announcements, cmds) {
		return b.give(ctx, queue)
	}
	return cmds[0]
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
		if len(q.ahead) > 0 {
			return 0
		}
		wait = min(wait, q.emptyUntil.Sub(now))
	}
	return wait
}

// needsLook tells how many tasks to take from the queue; 0 where it is known to be empty, or some are there already.
func (b *broker) needsLook(q *queueState) (announcements, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.done:
		return 0, 0
	default:
	}
	if len(q.ahead) > 0 || time.Now().Before(q.emptyUntil) {
		return 0, 0
	}
	return q.announcements, max(1, min(q.next, b.slots-b.running))
}

// saw keeps the tasks that were taken, and tells whether there are any. A queue that had fewer is empty, unless something
// was announced while it was looked at.
func (b *broker) saw(q *queueState, announcements int, cmds []*redis.Cmd) (found bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	empty := false
	for _, cmd := range cmds {
		switch err := cmd.Err(); {
		case err == nil:
			q.ahead = append(q.ahead, cmd)
		case errors.Is(err, redis.Nil):
			empty = true
		}
	}
	q.next = 1
	if len(q.ahead) == len(cmds) {
		q.next = min(2*len(cmds), maxAhead)
	}
	if empty && q.announcements == announcements {
		q.emptyUntil = time.Now().Add(b.poll)
	}
	return len(q.ahead) > 0
}

// give is the next task that was taken ahead, or the answer of an empty queue.
func (b *broker) give(ctx context.Context, q *queueState) *redis.Cmd {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(q.ahead) == 0 {
		cmd := redis.NewCmd(ctx)
		cmd.SetErr(redis.Nil)
		return cmd
	}
	cmd := q.ahead[0]
	q.ahead = q.ahead[1:]
	b.running++
	return cmd
}

// handler counts what runs.
func (b *broker) handler(process asynq.HandlerFunc) asynq.Handler {
	return asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		defer func() {
			b.mu.Lock()
			b.running--
			b.mu.Unlock()
		}()
		return process(ctx, task)
	})
}

// drain waits, once done is closed, until asynq was given what was taken ahead, for which it has room.
func (b *broker) drain(ctx context.Context) {
	for b.hasAhead() && sleep(ctx, time.Millisecond) {
	}
}

func (b *broker) hasAhead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range b.queues {
		if len(q.ahead) > 0 {
			return true
		}
	}
	return false
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

// tasksChannel is where relays publish the names of queues that have got tasks, and outboxNews where there may be something
// that they have left in the outbox for the relays of workers.
const (
	tasksChannel = "jobs:tasks"
	outboxNews   = "outbox"
)

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
		if len(queues) == 0 || slices.Contains(queues, outboxNews) {
			j.wake()
		}
		for _, b := range brokers {
			b.announce(queues...)
		}
	}
}

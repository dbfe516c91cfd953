package jobs

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// broker is Redis as one asynq server sees it. asynq polls its queues, each by a script, and sleeps a fixed time when all
// are empty. Here a queue that was seen empty is looked at again when somebody has announced a task for it, or else after
// poll; while all are empty asynq waits for that. So it may sleep for next to nothing, and hardly asks Redis at rest.
//
// Of a queue that has tasks those are taken in one round trip which would start at once: none lies while its lease runs out.
// How many may run is for the broker to say, not for asynq, which holds a place until Redis and PostgreSQL know what has
// become of a task: that is written for many together, and takes longer than most handlers.
type broker struct {
	*scripts
	done  <-chan struct{} // closed when no more tasks are wanted
	poll  time.Duration
	slots int // how many handlers run at the same time

	mu      sync.Mutex
	queues  map[string]*queueState
	looking bool          // tasks are being taken
	ahead   int           // tasks that asynq will be given
	taken   int           // tasks whose handlers have not returned, those ahead included
	news    chan struct{} // an announcement or a free slot since it was last read
}

// placesPerSlot is how many tasks asynq holds for each handler that may run.
const placesPerSlot = 4

// queueState is what is known of a queue.
type queueState struct {
	emptyUntil    time.Time // zero where it may hold tasks
	announcements int
	ahead         []any // messages of tasks that asynq will be given next
}

func newBroker(s *scripts, slots int, queues map[string]int, poll time.Duration, done <-chan struct{}) *broker {
	b := &broker{scripts: s, done: done, poll: poll, slots: slots, queues: map[string]*queueState{}, news: make(chan struct{}, 1)}
	for queue := range queues {
		b.queues[queue] = &queueState{}
	}
	return b
}

// EvalSha implements redis.Scripter; asynq takes tasks from one goroutine.
func (b *broker) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	queue := b.dequeued(sha1, keys)
	if queue == nil {
		return b.scripts.EvalSha(ctx, sha1, keys, args...)
	}
	b.awaitTasks()
	announcements, n := b.needsLook(queue)
	if n == 0 {
		return b.give(ctx, queue)
	}
	// Not together with other scripts: taking the next tasks should not wait for what becomes of those before.
	messages, err := takeScript.Run(ctx, b.UniversalClient, keys, append(args, n)...).Slice()
	b.saw(queue, announcements, n, messages, err)
	if err != nil {
		cmd := redis.NewCmd(ctx)
		cmd.SetErr(err)
		return cmd
	}
	return b.give(ctx, queue)
}

// dequeued is the queue that a script takes a task from, known by its keys (pending, paused, active, lease); nil for other
// scripts.
func (b *broker) dequeued(sha1 string, keys []string) *queueState {
	if sha1 != asynqDequeue {
		return nil
	}
	const paused = 1
	return b.queues[strings.TrimSuffix(strings.TrimPrefix(keys[paused], "asynq:{"), "}:paused")]
}

// awaitTasks returns at once unless all queues are known to be empty, or no handler could start.
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
	switch {
	case b.ahead > 0:
		return 0
	case b.taken >= b.slots:
		return b.poll
	}
	wait, now := b.poll, time.Now()
	for _, q := range b.queues {
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
	n = min(b.slots-b.taken, maxTaken)
	b.looking = n > 0
	return q.announcements, n
}

// saw keeps the tasks that were taken of the n that were asked for. A queue that had fewer is empty, unless something was
// announced while it was looked at.
func (b *broker) saw(q *queueState, announcements, n int, messages []any, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looking = false
	q.ahead = append(q.ahead, messages...)
	b.ahead += len(messages)
	b.taken += len(messages)
	if err == nil && len(messages) < n && q.announcements == announcements {
		q.emptyUntil = time.Now().Add(b.poll)
	}
}

// give is the next task that was taken, or the answer of an empty queue.
func (b *broker) give(ctx context.Context, q *queueState) *redis.Cmd {
	cmd := redis.NewCmd(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(q.ahead) == 0 {
		cmd.SetErr(redis.Nil)
		return cmd
	}
	cmd.SetVal(q.ahead[0])
	q.ahead = q.ahead[1:]
	b.ahead--
	return cmd
}

// handler has process say when its slot is free, which it is when process returns at the latest.
func (b *broker) handler(process func(ctx context.Context, release func()) error) asynq.Handler {
	return asynq.HandlerFunc(func(ctx context.Context, _ *asynq.Task) error {
		release := sync.OnceFunc(b.release)
		defer release()
		return process(ctx, release)
	})
}

func (b *broker) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken--
	b.tell()
}

// tell wakes awaitTasks.
func (b *broker) tell() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// drain waits, once done is closed, until asynq was given what was taken ahead, for which it has room.
func (b *broker) drain(ctx context.Context) {
	for b.hasAhead() && sleep(ctx, time.Millisecond) {
	}
}

func (b *broker) hasAhead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.looking || b.ahead > 0
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
		b.tell()
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
		if j.concernsRelay(queues) {
			j.wake()
		}
		for _, b := range brokers {
			b.announce(queues...)
		}
	}
}

// concernsRelay tells whether an announcement may have work for the relay of this process. One that leaves work to others has
// announced it itself, and would never come to rest.
func (j *Jobs) concernsRelay(queues []string) bool {
	return len(queues) == 0 || slices.Contains(queues, outboxNews) && j.leave() == 0
}

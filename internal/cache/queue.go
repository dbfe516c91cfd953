package cache

import (
	"context"
	"sync"
)

const (
	queueJobs    = 4096
	queueBytes   = 32 << 20
	queueWorkers = 4
)

// queue does jobs in the background; what does not fit is refused at once.
type queue struct {
	jobs chan job
	done sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	bytes   int
	pending int
	idle    chan struct{} // closed when pending falls to 0; nil while nobody waits
}

func newQueue(do func(job)) *queue {
	q := &queue{jobs: make(chan job, queueJobs)}
	for range queueWorkers {
		q.done.Go(func() {
			for j := range q.jobs {
				do(j)
				q.finished(j)
			}
		})
	}
	return q
}

func (q *queue) put(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.bytes+len(j.value) > queueBytes {
		return false
	}
	select {
	case q.jobs <- j:
		q.bytes += len(j.value)
		q.pending++
		return true
	default:
		return false
	}
}

func (q *queue) finished(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= len(j.value)
	q.pending--
	if q.pending == 0 && q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
}

func (q *queue) flush(ctx context.Context) error {
	q.mu.Lock()
	if q.pending == 0 {
		q.mu.Unlock()
		return nil
	}
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	idle := q.idle
	q.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queue) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.jobs)
	}
	q.mu.Unlock()
	q.done.Wait()
}

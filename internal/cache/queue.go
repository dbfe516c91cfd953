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

// queue does jobs in the background, those together that wait; what does not fit is refused at once.
type queue struct {
	jobs chan job
	done sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	bytes   int
	pending int
	idle    chan struct{} // closed when pending falls to 0; nil while nobody waits
}

func newQueue(do func([]job)) *queue {
	q := &queue{jobs: make(chan job, queueJobs)}
	for range queueWorkers {
		q.done.Go(func() {
			for j := range q.jobs {
				jobs := q.andMore(j)
				do(jobs)
				q.finished(jobs)
			}
		})
	}
	return q
}

// andMore gives a job with those that wait behind it.
func (q *queue) andMore(j job) []job {
	jobs := []job{j}
	for range min(len(q.jobs), maxBatch-1) {
		select {
		case j, open := <-q.jobs:
			if open {
				jobs = append(jobs, j)
			}
		default: // another worker was faster
		}
	}
	return jobs
}

func (q *queue) put(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.pending == queueJobs || q.bytes+len(j.value) > queueBytes {
		return false
	}
	q.jobs <- j // has room for all that are pending
	q.bytes += len(j.value)
	q.pending++
	return true
}

func (q *queue) finished(jobs []job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range jobs {
		q.bytes -= len(j.value)
	}
	q.pending -= len(jobs)
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

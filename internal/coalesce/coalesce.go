// Package coalesce makes one call of many.
package coalesce

import (
	"context"
	"sync"
	"time"
)

// timeout bounds a call that was made for many.
const timeout = 10 * time.Second

// Coalescer makes one call for all that ask while the call before is under way. Who comes first goes at once and alone,
// so that nobody waits for company; under load the groups grow with what a call takes, up to as many as ask at once.
type Coalescer[A, R any] struct {
	do func(ctx context.Context, args []A) ([]R, error)

	mu      sync.Mutex
	waiting []*question[A, R]
	busy    bool
}

type question[A, R any] struct {
	arg      A
	result   R
	err      error
	answered chan struct{}
}

// New makes a Coalescer. do gives the results in the order of args; its context is nobody's of those who ask.
func New[A, R any](do func(ctx context.Context, args []A) ([]R, error)) *Coalescer[A, R] {
	return &Coalescer[A, R]{do: do}
}

// Ask gives the result for arg, or an error that all of its group get. What is asked for may be done although ctx ends first.
func (c *Coalescer[A, R]) Ask(ctx context.Context, arg A) (result R, err error) {
	q := &question[A, R]{arg: arg, answered: make(chan struct{})}
	c.mu.Lock()
	c.waiting = append(c.waiting, q)
	idle := !c.busy
	c.busy = true
	c.mu.Unlock()
	switch {
	case idle && ctx.Done() == nil: // it waits for the end in any case: nobody else need be woken
		c.answerAll(c.take())
		if more := c.take(); len(more) > 0 {
			go c.answer(more)
		}
	case idle:
		go c.answer(c.take())
	}
	select {
	case <-q.answered:
		return q.result, q.err
	case <-ctx.Done():
		return result, ctx.Err()
	}
}

// Waiting is how many ask for the call after the one under way.
func (c *Coalescer[A, R]) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// answer goes on until nobody waits.
func (c *Coalescer[A, R]) answer(group []*question[A, R]) {
	for ; len(group) > 0; group = c.take() {
		c.answerAll(group)
	}
}

// take gives all who wait; it is idle where nobody does.
func (c *Coalescer[A, R]) take() []*question[A, R] {
	c.mu.Lock()
	defer c.mu.Unlock()
	group := c.waiting
	c.waiting = nil
	c.busy = len(group) > 0
	return group
}

func (c *Coalescer[A, R]) answerAll(group []*question[A, R]) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	args := make([]A, len(group))
	for i, q := range group {
		args[i] = q.arg
	}
	results, err := c.do(ctx, args)
	for i, q := range group {
		if q.err = err; err == nil {
			q.result = results[i]
		}
		close(q.answered)
	}
}

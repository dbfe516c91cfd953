package transport

import (
	"context"
	"sync"
)

// production is what a subscription's resolver leaves running, and how it ended.
type production struct {
	exec    *Executor
	running sync.WaitGroup
	mu      sync.Mutex
	err     error
}

type productionKey struct{}

// Produce runs a subscription's producer: send hands a value to the subscriber and tells whether anybody still listens. The
// subscription ends with the producer: regularly where it returns nil, else with the error as any resolver's. ctx, which is
// the resolver's, ends with the subscription.
func Produce[T any](ctx context.Context, produce func(send func(T) bool) error) <-chan T {
	values := make(chan T)
	send := func(v T) bool {
		select {
		case values <- v:
			return true
		case <-ctx.Done():
			return false
		}
	}
	p, ok := ctx.Value(productionKey{}).(*production)
	if !ok {
		panic("transport: a subscription that was not dispatched by this package")
	}
	p.running.Go(func() {
		defer close(values)
		defer func() {
			if v := recover(); v != nil {
				p.fail(p.exec.recovered(ctx, v))
			}
		}()
		if err := produce(send); err != nil && ctx.Err() == nil {
			p.fail(err)
		}
	})
	return values
}

func (p *production) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

func (p *production) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Package rolling replaces the processes of a machine one after the other, so that the others serve meanwhile.
package rolling

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Instance is one process that is replaced.
type Instance struct {
	// Name is what the operator knows it by: its unit, or its process id.
	Name string
	// ReadyURL answers 200 once the process can serve.
	ReadyURL string
	// Restart has the process end in order and another one start in its place. It returns when the old one has ended.
	Restart func(ctx context.Context) error
}

// askAgain is how long it takes from one question for readiness to the next.
const askAgain = 100 * time.Millisecond

// client asks on a connection of its own each time: a kept one may lead to the process that ends.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// Roll restarts one instance after the other, each once the one before it is ready. It stops at the first that does not
// come back within patience, and the rest goes on as it was. out is told what happens.
func Roll(ctx context.Context, instances []Instance, patience time.Duration, out io.Writer) error {
	if len(instances) == 0 {
		return errors.New("nothing runs that could be replaced")
	}
	for n, instance := range instances {
		began := time.Now()
		if err := replace(ctx, instance, patience); err != nil {
			return fmt.Errorf("%s did not come back, %d of %d were replaced and the rest was left alone: %w", instance.Name, n, len(instances), err)
		}
		_, _ = fmt.Fprintf(out, "%s: replaced and ready after %.1f s (%d of %d)\n", instance.Name, time.Since(began).Seconds(), n+1, len(instances))
	}
	return nil
}

func replace(ctx context.Context, instance Instance, patience time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not ready after %s", patience))
	defer cancel()
	if err := instance.Restart(ctx); err != nil {
		return err
	}
	return awaitReady(ctx, instance.ReadyURL)
}

// awaitReady asks until the answer is 200. A process that has not started yet leaves the question waiting in its socket.
func awaitReady(ctx context.Context, url string) error {
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	var last error
	for {
		err := ask(ctx, url)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), last)
		case <-tick.C:
		}
	}
}

func ask(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

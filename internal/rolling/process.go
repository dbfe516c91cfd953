package rolling

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"styleshare/internal/web"
)

// Process is the instance of a process whose parent starts another one when it ends: any supervisor that keeps the socket
// open. baseURL is where the process serves /readyz, and where the next one will.
func Process(pid int, baseURL string) Instance {
	return Instance{
		Name: "process " + strconv.Itoa(pid), ReadyURL: baseURL + web.PathReady,
		Restart: func(ctx context.Context) error { return end(ctx, pid) },
	}
}

// end asks a process to end and waits until it has.
func end(ctx context.Context, pid int) error {
	process, err := os.FindProcess(pid)
	if err == nil {
		err = process.Signal(syscall.SIGTERM)
	}
	if err != nil {
		return fmt.Errorf("it cannot be told to end: %w", err)
	}
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		// A process that is nobody's child here can only be asked for.
		if err := process.Signal(syscall.Signal(0)); errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it has not ended: %w", context.Cause(ctx))
		case <-tick.C:
		}
	}
}

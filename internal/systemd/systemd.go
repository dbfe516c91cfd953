// Package systemd talks to the service manager that started the process: it takes over the sockets that the manager
// holds, says when the process serves and when it ends, and shows that it is alive. Where nothing was passed, as on a
// terminal or in a container, every function does nothing.
package systemd

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// The names of sockets, as FileDescriptorName= of their units gives them.
const (
	SocketPublic = "public"
	SocketAdmin  = "admin"
)

// Sockets are the listening sockets that were passed, by name; empty where there are none. It takes them once: a second
// call finds nothing. The manager keeps them open, so that connections wait while no process accepts them.
func Sockets() (map[string]net.Listener, error) {
	passed, err := activation.ListenersWithNames()
	if err != nil {
		return nil, fmt.Errorf("the sockets that systemd passed: %w", err)
	}
	sockets := make(map[string]net.Listener, len(passed))
	for name, listeners := range passed {
		if name != SocketPublic && name != SocketAdmin || len(listeners) != 1 || listeners[0] == nil {
			closeAll(passed)
			return nil, fmt.Errorf("systemd passed %d sockets named %q: there may be one of each FileDescriptorName %s and %s, with ListenStream",
				len(listeners), name, SocketPublic, SocketAdmin)
		}
		sockets[name] = listeners[0]
	}
	return sockets, nil
}

func closeAll(passed map[string][]net.Listener) {
	for _, listeners := range passed {
		for _, l := range listeners {
			if l != nil {
				_ = l.Close()
			}
		}
	}
}

// Ready says that the process serves; units are of Type=notify.
func Ready(log *slog.Logger) { tell(log, daemon.SdNotifyReady) }

// Stopping says that the process was told to end and lets work in flight finish.
func Stopping(log *slog.Logger) { tell(log, daemon.SdNotifyStopping) }

func tell(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("systemd was not told of the state", "state", state, "error", err)
	}
}

// Watchdog shows until ctx ends that the process still runs, twice in the unit's WatchdogSec. A process that does not
// (its memory is swapped out, its runtime is stuck) is killed with its goroutines in the journal, and started again.
func Watchdog(ctx context.Context, log *slog.Logger) {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.WarnContext(ctx, "systemd is not shown that the process lives", "error", err)
	}
	if limit <= 0 {
		return
	}
	tick := time.NewTicker(limit / 2)
	defer tick.Stop()
	for {
		tell(log, daemon.SdNotifyWatchdog)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

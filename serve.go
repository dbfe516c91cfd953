package main

import (
	"context"
	"errors"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"styleshare/internal/config"
	"styleshare/internal/mail"
	"styleshare/internal/playground"
	"styleshare/internal/systemd"
	"styleshare/internal/web"
)

type serveCommand struct{}

// Run serves the API until it is told to stop.
func (serveCommand) Run(ctx context.Context) error { return runProcess(ctx, role{api: true}) }

type workerCommand struct{}

// Run works off jobs until it is told to stop.
func (workerCommand) Run(ctx context.Context) error { return runProcess(ctx, role{worker: true}) }

type schedulerCommand struct{}

// Run keeps the schedule, and works off nothing, until it is told to stop.
func (schedulerCommand) Run(ctx context.Context) error { return runProcess(ctx, role{scheduler: true}) }

// role says what a process does.
type role struct{ api, worker, scheduler bool }

// name is the command that has the role.
func (r role) name() string {
	switch {
	case r.api && r.worker:
		return "run"
	case r.api:
		return "serve"
	case r.worker:
		return "worker"
	case r.scheduler:
		return "scheduler"
	}
	return "command"
}

// runProcess is `serve`, `worker` and `scheduler`: all parts are the operator's.
func runProcess(ctx context.Context, r role) error {
	c, err := load()
	if err != nil {
		return err
	}
	a, err := openApp(ctx, c, r)
	if err != nil {
		return err
	}
	defer a.close()
	l, err := openListeners(ctx, c, r, false)
	if err != nil {
		return err
	}
	x := extras{drain: drain}
	seeded, err := a.db.Reached(ctx, demoData)
	if err != nil {
		l.close()
		return err
	}
	if seeded {
		x.demo = demoPerson()
	}
	return a.run(ctx, r, l, x)
}

// listeners are the sockets of a process; public is nil where it serves no API.
type listeners struct{ public, admin net.Listener }

// openListeners opens what the role needs, unless systemd holds it open for the process: then variables name nothing. Only
// `run`, which prints its addresses, may take a free port for the API; the admin address may always be another one, so that
// a server and a worker stand on one machine, and is logged.
func openListeners(ctx context.Context, c config.Config, r role, orFree bool) (l listeners, err error) {
	sockets, err := systemd.Sockets()
	if err != nil {
		return l, err
	}
	l.public, l.admin = sockets[systemd.SocketPublic], sockets[systemd.SocketAdmin]
	if l.public != nil && !r.api {
		l.close()
		return listeners{}, errors.New("systemd passed a public socket, but this process serves no API: take the .socket unit away")
	}
	if r.api && l.public == nil {
		if l.public, err = listen(ctx, "LISTEN", c.Listen, config.DefaultListen, orFree); err != nil {
			l.close()
			return l, err
		}
	}
	if l.admin == nil {
		if l.admin, err = listen(ctx, "ADMIN_LISTEN", c.AdminListen, config.DefaultAdminListen, true); err != nil {
			l.close()
		}
	}
	return l, err
}

// publicAddress is empty where no API is served.
func (l listeners) publicAddress() string {
	if l.public == nil {
		return ""
	}
	return l.public.Addr().String()
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.public, l.admin} {
		if one != nil {
			_ = one.Close()
		}
	}
}

// extras are what not every process has.
type extras struct {
	sink *mail.Sink
	// demo is the person that the playground signs in with one click, nil where there is no demo data.
	demo *playground.Demo
	// drain is how long a stopping server still accepts requests; nobody balances the load of `run`.
	drain time.Duration
	// ready is called once everything serves; its error ends the process.
	ready func(context.Context) error
	// failed gives the error that ends the process, of a part that it cannot do without; it may be nil.
	failed <-chan error
}

// run does what the role says until ctx ends. Then requests and jobs in flight come to their ends, and after them the
// relay and the admin address; what was recorded and not handed over any more stays in the outbox, for another process or
// the next start.
func (a *app) run(ctx context.Context, r role, l listeners, x extras) error {
	if r.worker {
		if err := a.registerJobs(ctx); err != nil {
			l.close()
			return err
		}
	}
	publish, err := a.signals(ctx, r)
	if err != nil {
		l.close()
		return err
	}
	health := a.health()
	behindCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var behind sync.WaitGroup
	a.startBehind(behindCtx, &behind, r, publish)
	admin := make(chan error, 1)
	behind.Go(func() {
		admin <- web.Serve(behindCtx, l.admin, a.adminHandler(health, x.sink),
			web.ServeOptions{Log: a.log, WriteTimeout: adminWriteTimeout, ShutdownTimeout: adminShutdownTimeout})
	})
	group, groupCtx := errgroup.WithContext(ctx)
	context.AfterFunc(groupCtx, func() { systemd.Stopping(a.log) })
	if r.api {
		group.Go(func() error {
			return web.Serve(groupCtx, l.public, a.publicHandler(health, x.demo), web.ServeOptions{
				Log: a.log, Drain: x.drain, ShutdownTimeout: shutdownTimeout, OnShutdown: a.streams.Drain,
				OnDrain: func() {
					health.Stop()
					a.streams.Refuse()
				},
			})
		})
	}
	if r.worker {
		context.AfterFunc(groupCtx, health.Stop)
		group.Go(func() error { return a.jobs.RunWorker(groupCtx) })
	}
	if r.scheduler {
		context.AfterFunc(groupCtx, health.Stop)
		group.Go(func() error {
			a.jobs.RunScheduler(groupCtx)
			return nil
		})
	}
	group.Go(func() error {
		select {
		case err := <-x.failed:
			return err
		case err := <-admin:
			return err
		case <-groupCtx.Done():
			return nil
		}
	})
	if x.ready != nil {
		group.Go(func() error { return x.ready(groupCtx) })
	} else {
		debug.FreeOSMemory() // of what starting took: on a small machine others need it
		a.log.InfoContext(ctx, "ready", "api", r.api, "worker", r.worker, "scheduler", r.scheduler, "public", l.publicAddress(), "admin", l.admin.Addr().String())
		systemd.Ready(a.log)
	}
	err = group.Wait()
	stop()
	behind.Wait()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// startBehind starts what goes on until the requests and jobs in flight have ended.
func (a *app) startBehind(ctx context.Context, behind *sync.WaitGroup, r role, publish func(context.Context)) {
	behind.Go(func() { a.resolver.Keys.Run(ctx) })
	behind.Go(func() { a.cache.Run(ctx, a.loaders.Pending) })
	behind.Go(func() { systemd.Watchdog(ctx, a.log) })
	behind.Go(func() { publish(ctx) })
	if a.replicas != nil {
		behind.Go(func() { a.replicas.Run(ctx) })
	}
	behind.Go(func() {
		if err := a.jobs.RunRelay(ctx); err != nil {
			a.log.ErrorContext(ctx, "the relay has ended", "error", err)
		}
	})
	if r.api {
		behind.Go(func() { a.events.Run(ctx) })
		behind.Go(func() { a.streams.Run(ctx) })
		behind.Go(func() { a.countFields(ctx) })
	}
}

const (
	// adminWriteTimeout leaves time for a CPU profile of a minute.
	adminWriteTimeout = 90 * time.Second
	// adminShutdownTimeout lets an answer end, but not such a profile.
	adminShutdownTimeout = time.Second
)

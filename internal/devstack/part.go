package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"styleshare/internal/devstack/prepare"
)

const (
	startTimeout = 60 * time.Second // crash recovery of a large database fits; a hung start does not last for ever
	stopTimeout  = 10 * time.Second // after that a part is ended the hard way
	probeEvery   = 5 * time.Millisecond
	portAttempts = 5 // another process may take a port between the look and the bind
)

// server is one sort of program: how its files are made, how it is started, and how it says that it is ready.
type server interface {
	title() string
	preferredPort() int
	// prepare makes the files the program wants before it starts. It is called before every start.
	prepare(ctx context.Context) error
	command(port int) *exec.Cmd
	// ready asks once; nil means that the very process with this id answers and has everything (database, bucket) in place.
	ready(ctx context.Context, port, pid int) error
	url(port int) string
	// signals for a clean end, a hard end, and for the case that the parent is killed.
	signals() (clean, hard, orphaned syscall.Signal)
}

// Part is one server of a stack. Its methods may be called from several goroutines.
type Part struct {
	server
	name   Name
	home   *home
	failed chan<- error

	mu   sync.Mutex
	port int // kept over restarts; 0 until the first start
	proc *process
}

func newPart(h *home, name Name, failed chan<- error) *Part {
	p := &Part{name: name, home: h, failed: failed}
	switch name {
	case PostgreSQL:
		p.server = &postgres{home: h, dir: h.path("postgresql")}
	case Redis:
		p.server = &redis{home: h, dir: h.path("redis")}
	case Memcached:
		p.server = &memcached{home: h, dir: h.path("memcached")}
	case S3:
		p.server = &gateway{home: h, dir: h.path("s3")}
	default:
		panic("devstack: unknown part " + string(name))
	}
	return p
}

// Addr is host:port of the part; it stays the same over Stop and Start.
func (p *Part) Addr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port))
}

// URL is the value of the part's variable: DATABASE_URL, REDIS_URL, MEMCACHED_SERVERS (host:port) or S3_ENDPOINT.
func (p *Part) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.url(p.port)
}

// PID is the id of the part's process, 0 while it does not run.
func (p *Part) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil {
		return 0
	}
	return p.proc.pid
}

// Start starts the part and returns when it answers. A running part is left alone.
func (p *Part) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc != nil && p.proc.alive() {
		return nil
	}
	if err := p.prepare(ctx); err != nil {
		return sentence(p.title(), p.name, err)
	}
	var err error
	tried := false // again although the port was not the reason, as far as can be seen
	preferred := p.home.preferred(p.preferredPort())
	for range portAttempts {
		port := p.port
		if port == 0 {
			if port, err = freePort(preferred); err != nil {
				return sentence(p.title(), p.name, err)
			}
		}
		if err = p.startOn(ctx, port); err == nil {
			p.port = port
			return nil
		}
		if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
			break
		}
		// A port that is free again may have been held by another start that only looked, as freePort does: that is worth one
		// more try. A part that had an address keeps it.
		if p.port != 0 || portIsFree(port) {
			if tried {
				break
			}
			tried = true
		}
		preferred = 0
	}
	return sentence(p.title(), p.name, err)
}

// startOn runs the program once and waits until it is ready, has ended, or takes too long.
func (p *Part) startOn(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	log, err := p.home.openLog(p.name)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := p.command(port)
	cmd.Stdout, cmd.Stderr = log, log
	_, _, orphaned := p.signals()
	proc, err := spawn(cmd, orphaned)
	if err != nil {
		return err
	}
	if err := p.home.remember(p.name, proc.pid); err != nil {
		_ = proc.end(syscall.SIGKILL, syscall.SIGKILL)
		return err
	}
	if err := waitReady(ctx, proc, func() error { return p.ready(ctx, port, proc.pid) }); err != nil {
		clean, hard, _ := p.signals()
		_ = proc.end(clean, hard)
		return fmt.Errorf("%w%s", err, lastLines(log.Name()))
	}
	p.proc = proc
	go p.watch(proc)
	return nil
}

// waitReady probes until the process answers. What a probe says while the process lives is only a reason to ask again.
func waitReady(ctx context.Context, proc *process, probe func() error) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		err := probe()
		if err == nil && proc.alive() {
			return nil
		}
		select {
		case <-proc.done:
			return fmt.Errorf("it ended at once (%s)", proc.state())
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// watch reports an end that nobody asked for.
func (p *Part) watch(proc *process) {
	<-proc.done
	if proc.wanted() {
		return
	}
	p.failed <- fmt.Errorf("%s ended unexpectedly (%s)%s", p.title(), proc.state(), lastLines(p.home.logPath(p.name)))
}

// Stop ends the part cleanly, the hard way after 10 s, and waits for it. Data, address and password stay.
func (p *Part) Stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil {
		return nil
	}
	clean, hard, _ := p.signals()
	err := p.proc.end(clean, hard)
	p.proc = nil
	p.home.forget(p.name)
	return err
}

// sentence puts what to do beside the cause.
func sentence(title string, name Name, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, prepare.ErrMissing):
		return fmt.Errorf("%s is not installed: run `make prepare`, or set %s to one that runs elsewhere (%w)", title, variables[name], err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%s did not start, the disk is full: free some space and start again (%w)", title, err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s may not use its files: remove them or start as the user who owns them (%w)", title, err)
	}
	return fmt.Errorf("%s did not start: %w", title, err)
}

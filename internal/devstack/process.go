package devstack

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a running child.
type process struct {
	pid      int
	cmd      *exec.Cmd
	done     chan struct{} // closed once it has ended and was waited for
	stopping atomic.Bool
}

// forks carries every fork to one goroutine that never leaves its thread. The kernel sends a child the signal for a dead
// parent when the *thread* that forked it ends, and Go ends threads as it pleases.
var forks = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range c {
			f()
		}
	}()
	return c
})

// startTied starts cmd so that it gets the signal when this process dies, where the system can do that.
func startTied(cmd *exec.Cmd, orphaned syscall.Signal) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	tie(cmd.SysProcAttr, orphaned)
	err := make(chan error, 1)
	forks() <- func() { err <- cmd.Start() }
	return <-err
}

// spawn starts a child in a process group of its own, so that Ctrl-C in a terminal reaches only the parent, who then ends
// its children in order.
func spawn(cmd *exec.Cmd, orphaned syscall.Signal) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if err := startTied(cmd, orphaned); err != nil {
		return nil, err
	}
	p := &process{pid: cmd.Process.Pid, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // ProcessState has all there is to know
		close(p.done)
	}()
	return p, nil
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// wanted tells whether somebody asked for the end.
func (p *process) wanted() bool { return p.stopping.Load() }

// state describes how the process ended.
func (p *process) state() string { return p.cmd.ProcessState.String() }

// end asks for a clean end, insists after stopTimeout, and waits.
func (p *process) end(clean, hard syscall.Signal) error {
	p.stopping.Store(true)
	if err := p.cmd.Process.Signal(clean); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	late := time.NewTimer(stopTimeout)
	defer late.Stop()
	for {
		select {
		case <-p.done:
			return nil
		case <-late.C:
			if err := p.cmd.Process.Signal(hard); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return err
			}
			hard = syscall.SIGKILL
			late.Reset(stopTimeout)
		}
	}
}

// run runs a short-lived program to its end and returns what it printed.
func run(cmd *exec.Cmd) ([]byte, error) {
	var out tail
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := startTied(cmd, syscall.SIGKILL); err != nil {
		return nil, err
	}
	err := cmd.Wait()
	return out.bytes, err
}

// tail keeps the end of what is written to it: enough for an error message.
type tail struct{ bytes []byte }

func (t *tail) Write(b []byte) (int, error) {
	const limit = 4096
	t.bytes = append(t.bytes, b...)
	if over := len(t.bytes) - limit; over > 0 {
		t.bytes = t.bytes[over:]
	}
	return len(b), nil
}

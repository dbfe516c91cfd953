package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait, on a machine that is busy with other packages and the race detector.
const patience = 60 * time.Second

// Process is one `serve` or `worker`.
type Process struct {
	// URL is where a server answers, AdminURL where its metrics are; both change with each Start.
	URL, AdminURL string

	command     string
	binary      string
	environment []string
	log         processLog

	cmd  *exec.Cmd
	done chan struct{} // closed once the process has ended
}

// Start starts the process, again after Stop or Kill, and returns when it is ready.
func (p *Process) Start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(p.binary, p.command)
	p.cmd.Env = p.environment
	p.cmd.Stderr = &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(p.cmd.SysProcAttr)
	p.done = make(chan struct{})
	ready := p.log.awaitReady()
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	select {
	case line := <-ready:
		p.URL, p.AdminURL = "http://"+line.Public, "http://"+line.Admin
	case <-p.done:
		t.Fatalf("%s ended: %v\n%s", p.command, p.cmd.ProcessState, p.Log())
	case <-time.After(patience):
		t.Fatalf("%s is not ready\n%s", p.command, p.Log())
	}
}

// run keeps to one thread: the kernel takes the end of the thread that started a child for the death of its parent.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err == nil {
		_ = p.cmd.Wait() // ProcessState has all there is to know
	}
	close(p.done)
}

// Stop ends the process as an operator does, with SIGTERM, and waits; it must end without an error.
func (p *Process) Stop(t testing.TB) {
	t.Helper()
	p.end(t, syscall.SIGTERM)
	if !p.cmd.ProcessState.Success() {
		t.Errorf("%s ended: %v\n%s", p.command, p.cmd.ProcessState, p.Log())
	}
}

// Kill ends the process as a crash does.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	p.end(t, syscall.SIGKILL)
}

func (p *Process) end(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal) // it may have ended already
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		t.Errorf("%s does not end after %v\n%s", p.command, signal, p.Log())
	}
}

// Log is all that the process wrote, over all its starts: one JSON object in a line.
func (p *Process) Log() string { return p.log.String() }

// events are the lines of the log that are not about a request that went well.
func (p *Process) events() string {
	var events strings.Builder
	for line := range strings.Lines(p.Log()) {
		if !strings.Contains(line, `"level":"INFO","msg":"request"`) {
			events.WriteString(line)
		}
	}
	return events.String()
}

// mistakes are the lines of the log that a healthy process does not write.
func (p *Process) mistakes() []string {
	var found []string
	for line := range strings.Lines(p.Log()) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "DATA RACE") || strings.HasPrefix(line, "panic:") {
			found = append(found, line)
		}
	}
	return found
}

// processLog keeps what a process writes.
type processLog struct {
	mu    sync.Mutex
	all   bytes.Buffer
	seen  int // where the lines begin in which nobody looked for readiness yet
	ready chan readyLine
}

type readyLine struct {
	Message string `json:"msg"`
	Public  string `json:"public"`
	Admin   string `json:"admin"`
}

func (l *processLog) awaitReady() <-chan readyLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = l.all.Len()
	l.ready = make(chan readyLine, 1)
	return l.ready
}

// Write takes a piece of the log.
func (l *processLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.all.Write(b)
	for l.ready != nil {
		line, _, ok := bytes.Cut(l.all.Bytes()[l.seen:], []byte("\n"))
		if !ok {
			break
		}
		l.seen += len(line) + 1
		var r readyLine
		if json.Unmarshal(line, &r) == nil && r.Message == "ready" {
			l.ready <- r
			l.ready = nil
		}
	}
	return n, err
}

func (l *processLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// baseEnvironment has none of the operator's own variables. The zone is a rare one: nothing may depend on it.
func baseEnvironment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TZ=Asia/Kathmandu"}
}

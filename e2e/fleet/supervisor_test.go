//go:build fleet

package fleet

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// supervised is a process behind a socket that stays open, as systemd keeps it: whenever the process ends, another one
// takes its place. The sockets are passed in systemd's way.
type supervised struct {
	// url is where the process answers; a worker's is its admin address.
	url string

	binary, command string
	environment     []string
	socket          *os.File

	mu    sync.Mutex
	pid   int
	log   bytes.Buffer
	ended bool // no other process starts
	done  chan struct{}
}

// supervise starts a command of the binary behind a socket of this name. It ends with the test.
func supervise(t testing.TB, command, socket string, environment []string) *supervised {
	t.Helper()
	return superviseBinary(t, binary(t), command, socket, environment)
}

// superviseBinary is supervise with another binary, which may be replaced while it runs.
func superviseBinary(t testing.TB, path, command, socket string, environment []string) *supervised {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	s := &supervised{
		url: "http://" + l.Addr().String(), binary: path, command: command, socket: file, done: make(chan struct{}),
		environment: slices.Concat(environment, []string{"ADMIN_LISTEN=127.0.0.1:0", "LISTEN_FDS=1", "LISTEN_FDNAMES=" + socket}),
	}
	go s.run()
	t.Cleanup(func() {
		s.mu.Lock()
		s.ended = true
		_ = syscall.Kill(s.pid, syscall.SIGKILL)
		s.mu.Unlock()
		<-s.done
		_ = file.Close()
		if t.Failed() {
			t.Logf("the log of %s at %s, without its requests:\n%s", s.command, s.url, s.events())
		}
	})
	return s
}

// run keeps to one thread: the kernel takes the end of the thread that started a child for the death of its parent.
func (s *supervised) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.done)
	for {
		// LISTEN_PID has to name the process, which nobody knows before it is there: exec keeps the id.
		cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" "$1"`, s.binary, s.command)
		cmd.Env, cmd.ExtraFiles, cmd.Stderr = s.environment, []*os.File{s.socket}, s
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		s.mu.Lock()
		if s.ended || cmd.Start() != nil {
			s.mu.Unlock()
			return
		}
		s.pid = cmd.Process.Pid
		s.mu.Unlock()
		_ = cmd.Wait() // why it ended is in its log
	}
}

// process is the id of the one that runs now.
func (s *supervised) process() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

// Write takes a piece of the log.
func (s *supervised) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

// logged is all that the processes wrote.
func (s *supervised) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// events are the lines of the log that are not about requests.
func (s *supervised) events() string { return withoutRequests(s.logged()) }

func withoutRequests(log string) string {
	var events strings.Builder
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"msg":"request"`) {
			events.WriteString(line)
		}
	}
	return events.String()
}

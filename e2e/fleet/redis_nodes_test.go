//go:build fleet

package fleet

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

const redisPassword = "open-sesame"

// redisNode is a Redis or a Sentinel of a test.
type redisNode struct {
	addr   string
	client *redis.Client // past the product; of a Sentinel, too
	cmd    *exec.Cmd
	ended  chan struct{}
}

// startRedis starts one with a configuration beside address, directory and password, until the test ends.
func startRedis(t testing.TB, lines ...string) *redisNode {
	t.Helper()
	return startNode(t, nil, redisPassword, append(lines, "appendonly no", `save ""`, "maxmemory-policy noeviction",
		"requirepass "+redisPassword, "masterauth "+redisPassword, "repl-diskless-sync-delay 0")...)
}

// startSentinel starts one that watches a primary under a name. Two have to agree.
func startSentinel(t testing.TB, name string, primary *redisNode) *redisNode {
	t.Helper()
	host, port, err := net.SplitHostPort(primary.addr)
	if err != nil {
		t.Fatal(err)
	}
	return startNode(t, []string{"--sentinel"}, "", fmt.Sprintf("sentinel monitor %s %s %s 2", name, host, port), "sentinel auth-pass "+name+" "+redisPassword,
		"sentinel down-after-milliseconds "+name+" 2000", "sentinel failover-timeout "+name+" 4000", "sentinel parallel-syncs "+name+" 1")
}

func startNode(t testing.TB, args []string, password string, lines ...string) *redisNode {
	t.Helper()
	n := &redisNode{addr: reserve(t), ended: make(chan struct{})}
	_, port, err := net.SplitHostPort(n.addr)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "redis.conf")
	text := strings.Join(append([]string{"bind 127.0.0.1", "port " + port, "dir " + dir, "logfile " + dir + "/log"}, lines...), "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	n.cmd = exec.Command(program(t, "redis-server"), append([]string{file}, args...)...)
	var said bytes.Buffer
	n.cmd.Stdout, n.cmd.Stderr = &said, &said
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() { // on one thread: its end would be the death of the parent
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(n.ended)
		err := n.cmd.Start()
		started <- err
		if err == nil {
			_ = n.cmd.Wait() // what it has to say is in its log
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	n.client = redis.NewClient(&redis.Options{Addr: n.addr, Password: password, MaxRetries: -1})
	t.Cleanup(func() {
		_ = n.client.Close()
		n.kill()
		if log, err := os.ReadFile(dir + "/log"); t.Failed() && err == nil {
			t.Logf("the log of Redis at %s: %s%s", n.addr, said.String(), log)
		}
	})
	waitFor(t, "Redis answers", func() bool { return n.client.Ping(t.Context()).Err() == nil })
	return n
}

// kill ends the process at once, and waits until it has.
func (n *redisNode) kill() {
	_ = n.cmd.Process.Kill()
	<-n.ended
}

// freeze stops the process as a machine that hangs would, until the returned function is called.
func (n *redisNode) freeze(t testing.TB) (thaw func()) {
	t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() { _ = n.cmd.Process.Signal(syscall.SIGCONT) })
}

// reports tells whether INFO of a section has a line.
func (n *redisNode) reports(t testing.TB, section, line string) bool {
	t.Helper()
	info, err := n.client.Info(t.Context(), section).Result()
	return err == nil && strings.Contains(info, line+"\r\n")
}

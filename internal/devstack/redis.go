package devstack

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"styleshare/internal/devstack/prepare"
)

type redis struct {
	home    *home
	dir     string
	program string
}

func (*redis) title() string      { return "Redis" }
func (*redis) preferredPort() int { return 16379 }

func (*redis) signals() (clean, hard, orphaned syscall.Signal) {
	return syscall.SIGTERM, syscall.SIGKILL, syscall.SIGKILL
}

// redisConfig keeps the password out of the process list, and the directory (see owns) in it. Queues must not be evicted, whatever the memory (noeviction).
const redisConfig = `bind 127.0.0.1
protected-mode yes
set-proc-title no
requirepass %s
dir %s
maxmemory-policy noeviction
save ""
appendonly %s
`

func (r *redis) prepare(context.Context) (err error) {
	if r.program, err = prepare.Program("redis-server"); err != nil {
		return err
	}
	if err := r.home.privateDir(r.dir); err != nil {
		return err
	}
	appendOnly := "yes"
	if r.home.ephemeral {
		appendOnly = "no"
	}
	file := r.configFile()
	if err := os.WriteFile(file, fmt.Appendf(nil, redisConfig, r.home.secrets.Redis, r.dir, appendOnly), 0o600); err != nil {
		return err
	}
	return r.home.give(file)
}

func (r *redis) configFile() string { return filepath.Join(r.dir, "redis.conf") }

func (r *redis) command(port int) *exec.Cmd {
	return r.home.asChild(r.program, r.configFile(), "--port", strconv.Itoa(port))
}

// ready asks for the server's process id: it tells this server from another one that took the port. While Redis reads its
// append-only file it answers PING with -LOADING but INFO as usual, so both are asked.
func (r *redis) ready(ctx context.Context, port, pid int) error {
	answer, err := ask(ctx, port, "AUTH "+r.home.secrets.Redis+"\r\nPING\r\nINFO server\r\nQUIT\r\n")
	if err != nil {
		return err
	}
	if !strings.Contains(answer, "+PONG") || !strings.Contains(answer, fmt.Sprintf("process_id:%d\r\n", pid)) {
		return fmt.Errorf("redis on port %d is not ready", port)
	}
	return nil
}

func (r *redis) url(port int) string {
	u := url.URL{
		Scheme: "redis",
		User:   url.UserPassword("", r.home.secrets.Redis),
		Host:   net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:   "/0",
	}
	return u.String()
}

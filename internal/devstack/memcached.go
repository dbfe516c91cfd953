package devstack

import (
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"styleshare/internal/devstack/prepare"
)

type memcached struct {
	home    *home
	dir     string
	program string
}

func (*memcached) title() string      { return "memcached" }
func (*memcached) preferredPort() int { return 15211 }

func (*memcached) signals() (clean, hard, orphaned syscall.Signal) {
	return syscall.SIGTERM, syscall.SIGKILL, syscall.SIGKILL
}

func (m *memcached) prepare(context.Context) (err error) {
	if m.program, err = prepare.Program("memcached"); err != nil {
		return err
	}
	return m.home.privateDir(m.dir)
}

func (m *memcached) command(port int) *exec.Cmd {
	return m.home.asChild(m.program, "-l", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "0", "-m", "64", "-P", filepath.Join(m.dir, "pid"))
}

func (m *memcached) ready(ctx context.Context, port, pid int) error {
	answer, err := ask(ctx, port, "stats\r\nquit\r\n")
	if err != nil {
		return err
	}
	if !strings.Contains(answer, fmt.Sprintf("STAT pid %d\r\n", pid)) {
		return fmt.Errorf("memcached on port %d is another one", port)
	}
	return nil
}

func (m *memcached) url(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// ask sends lines that end with the server's word for "close" and returns all that it answers.
func ask(ctx context.Context, port int, lines string) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, lines); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(io.LimitReader(conn, 64<<10))
	return string(answer), err
}

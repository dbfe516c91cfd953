package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"styleshare/bench/made"
)

// renditions is where pictures would be; nobody asks for them here.
const renditions = "http://127.0.0.1:9/styleshare/"

// contender is a program that answers the apps' operations on POST /graphql.
type contender struct {
	name    string
	command []string // its program first
	dir     string
	env     []string
	// tokens says that it wants the viewers' access tokens. The others trust the header X-Viewer.
	tokens bool
	// documents are its own ones, by operation; nil where it takes those of the apps.
	documents map[string]string
	// isWorker says that it listens to nobody.
	isWorker bool

	address string // empty until it runs
	admin   string // where this server has its profiles
	process *exec.Cmd
	done    chan error
}

const (
	startTimeout = time.Minute
	stopTimeout  = 10 * time.Second
)

// start runs the contender and waits until it listens. What it says goes into a file of the folder.
func (c *contender) start(ctx context.Context, databaseURL, memcached, logs string) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	admin, err := freePort(ctx)
	if err != nil {
		return err
	}
	c.address, c.admin = net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), net.JoinHostPort("127.0.0.1", strconv.Itoa(admin))
	log, err := os.Create(filepath.Join(logs, strings.NewReplacer(" ", "-", ",", "").Replace(c.name)+".log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	// Not ended with the context, but by stop, with all that it has started.
	c.process = exec.CommandContext(context.WithoutCancel(ctx), c.command[0], c.command[1:]...)
	c.process.Dir = c.dir
	c.process.Env = append(os.Environ(), "PORT="+strconv.Itoa(port), "LISTEN="+c.address, "ADMIN_LISTEN="+c.admin, "DATABASE_URL="+databaseURL, "MEMCACHED="+memcached,
		"PUBLIC_URL="+renditions, "NODE_ENV=production")
	c.process.Env = append(c.process.Env, c.env...)
	c.process.Stdout, c.process.Stderr = log, log
	// A group of its own: all that it starts ends with it, and Ctrl-C reaches us alone.
	c.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err = c.process.Start(); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	c.done = make(chan error, 1)
	go func() { c.done <- c.process.Wait() }()
	if c.isWorker {
		return nil
	}
	if err = c.listens(ctx); err != nil {
		c.stop()
		return fmt.Errorf("%s does not start: %w (see %s)", c.name, err, log.Name())
	}
	return nil
}

func (c *contender) listens(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var d net.Dialer
		if conn, err := d.DialContext(ctx, "tcp4", c.address); err == nil {
			return conn.Close()
		}
		select {
		case err := <-c.done:
			c.done <- err
			return errors.Join(errors.New("it has ended"), err)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// stop ends it, with all that it has started.
func (c *contender) stop() {
	if c.process == nil || c.process.Process == nil {
		return
	}
	group := -c.process.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	_ = syscall.Kill(group, syscall.SIGCONT)
	select {
	case <-c.done:
	case <-time.After(stopTimeout):
		_ = syscall.Kill(group, syscall.SIGKILL)
		<-c.done
	}
	_ = syscall.Kill(group, syscall.SIGKILL) // what a parent has left behind
	c.process = nil
}

// pause has it do nothing while others have their turn, and resume ends that: what one leaves to do in the database is not
// taken up by another.
func (c *contender) pause()  { _ = syscall.Kill(-c.process.Process.Pid, syscall.SIGSTOP) }
func (c *contender) resume() { _ = syscall.Kill(-c.process.Process.Pid, syscall.SIGCONT) }

func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// requests writes questions for the contender; tokens has the access tokens by viewer.
func (c *contender) requests(document, operation string, questions []question, tokens map[int64]string) ([][]byte, error) {
	if c.documents != nil {
		document = c.documents[operation]
	}
	requests := make([][]byte, len(questions))
	for i, q := range questions {
		body, err := json.Marshal(map[string]any{"query": document, "operationName": operation, "variables": q.variables})
		if err != nil {
			return nil, err
		}
		requests[i] = httpRequest(c.address, c.identity(q.viewer, tokens), body)
	}
	return requests, nil
}

func (c *contender) identity(v made.Viewer, tokens map[int64]string) string {
	if c.tokens {
		return "Authorization: Bearer " + tokens[v.ID]
	}
	return "X-Viewer: " + strconv.FormatInt(v.ID, 10)
}

// httpRequest is a POST with one more header.
func httpRequest(address, header string, body []byte) []byte {
	if header != "" {
		header += "\r\n"
	}
	return fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		address, header, len(body), body)
}

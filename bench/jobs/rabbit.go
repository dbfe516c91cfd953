package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Debian's programs, because these are what `prepare packages celery` installs.
const (
	python         = "/usr/bin/python3"
	rabbitProgram  = "/usr/lib/rabbitmq/bin/rabbitmq-server"
	rabbitPatience = time.Minute
)

// rabbit is a private node of RabbitMQ with the settings that Debian ships, which listens on loopback.
type rabbit struct {
	dir  string
	cmd  *exec.Cmd
	env  []string
	port int
	done chan struct{}
}

func startRabbit(ctx context.Context) (*rabbit, error) {
	dir, err := os.MkdirTemp("", "rabbitmq")
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(ctx, 3)
	if err != nil {
		return nil, err
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	r := &rabbit{dir: dir, port: ports[0], done: make(chan struct{})}
	r.env = append(os.Environ(),
		"HOME="+dir, // its cookie
		"RABBITMQ_NODENAME=bench@localhost", "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1", "RABBITMQ_NODE_PORT="+strconv.Itoa(ports[0]),
		"RABBITMQ_DIST_PORT="+strconv.Itoa(ports[1]), "ERL_EPMD_PORT="+strconv.Itoa(ports[2]), "ERL_EPMD_ADDRESS=127.0.0.1",
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
		"RABBITMQ_MNESIA_BASE="+path("mnesia"), "RABBITMQ_LOG_BASE="+path("log"), "RABBITMQ_CONFIG_FILE="+path("rabbitmq"),
		"RABBITMQ_ENABLED_PLUGINS_FILE="+path("plugins"))
	r.cmd = exec.CommandContext(context.WithoutCancel(ctx), rabbitProgram) // stop ends it in order
	r.cmd.Dir, r.cmd.Env = dir, r.env
	// A group of its own: Ctrl-C reaches us alone, and its helpers end with it.
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err = r.cmd.Start(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("RabbitMQ is not here, run `go run ./internal/devstack/cmd/prepare packages celery`: %w", err)
	}
	go func() { _ = r.cmd.Wait(); close(r.done) }()
	if err = r.listens(ctx); err != nil {
		r.stop()
		return nil, err
	}
	return r, nil
}

func (r *rabbit) listens(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, rabbitPatience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-r.done:
			return errors.New("RabbitMQ ended at once")
		case <-ctx.Done():
			return fmt.Errorf("RabbitMQ does not listen: %w", err)
		case <-tick.C:
		}
	}
}

func (r *rabbit) url() string { return fmt.Sprintf("amqp://guest:guest@127.0.0.1:%d//", r.port) }
func (r *rabbit) pid() int    { return r.cmd.Process.Pid }

// stop ends the node, and the name server that Erlang starts beside it and leaves behind.
func (r *rabbit) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.done:
	case <-time.After(20 * time.Second):
		_ = syscall.Kill(-r.pid(), syscall.SIGKILL)
		<-r.done
	}
	epmd := exec.CommandContext(context.Background(), "epmd", "-kill")
	epmd.Env = r.env
	_ = epmd.Run()
	_ = os.RemoveAll(r.dir)
}

// freePorts gives different ones: each is held until all are found.
func freePorts(ctx context.Context, n int) (ports []int, err error) {
	held := make([]net.Listener, 0, n)
	defer func() {
		for _, l := range held {
			_ = l.Close()
		}
	}()
	for range n {
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		held = append(held, l)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

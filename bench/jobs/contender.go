package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"styleshare/internal/devstack"
)

// contender is one way to have work done elsewhere. Its programs say on their standard output what they reach, one word
// and one number in a line.
type contender struct {
	name string
	env  []string
	// worker runs jobs until it gets SIGTERM, and says "first" and "last" when those of a turn start, "started" with
	// the nanoseconds since it was recorded for one of trickle.
	worker []string
	// fill records so many jobs and says "filled" with the nanoseconds that it took.
	fill []string
	// trickle records a job for each line on its standard input.
	trickle []string
	// servers are the processes that carry the jobs.
	servers []int
	// keepsRows says that what a job became is in PostgreSQL.
	keepsRows bool
	// redis is the address of the contender's Redis, empty where it has none.
	redis string
}

// prefetch is how many tasks Celery's workers take ahead for each of their threads or processes: with fewer they wait for
// RabbitMQ between tasks, with more they gained nothing.
const prefetch = 64

func contenders(stack *devstack.Stack, rabbit *rabbit) []contender {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	var all []contender
	tasks := []string{python, "bench/jobs/tasks.py"}
	for _, pool := range []struct{ name, concurrency string }{{"prefork", "2"}, {"threads", "4"}, {"gevent", "100"}, {"eventlet", "100"}} {
		all = append(all, contender{
			name: "Celery, " + pool.name, servers: []int{rabbit.pid()},
			env: []string{"BROKER_URL=" + rabbit.url(), "PREFETCH=" + strconv.Itoa(prefetch), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=bench/jobs"},
			worker: []string{python, "-m", "celery", "-A", "tasks", "worker", "--loglevel", "ERROR", "--without-gossip", "--without-mingle",
				"--without-heartbeat", "--pool", pool.name, "--concurrency", pool.concurrency},
			fill: append(tasks, "fill"), trickle: append(tasks, "trickle"),
		})
	}
	redis, postgres := stack.Part(devstack.Redis), stack.Part(devstack.PostgreSQL)
	ours := func(name, kind string) contender {
		return contender{name: name, env: stack.Environ(), servers: []int{redis.PID(), postgres.PID()}, redis: stack.RedisURL,
			worker: []string{self, kind + "-worker"}, fill: []string{self, kind + "-fill"}, trickle: []string{self, kind + "-trickle"}}
	}
	whole := ours("this worker", "our")
	whole.keepsRows = true
	return append(all, ours("asynq alone", "bare"), whole)
}

// child is a running program of a contender.
type child struct {
	cmd   *exec.Cmd
	input io.WriteCloser
	says  chan saying
}

type saying struct {
	word   string
	number int64
}

// start runs a program with more arguments.
func (c contender) start(ctx context.Context, program []string, args ...string) (*child, error) {
	command := append(append([]string(nil), program...), args...)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err = cmd.Start(); err != nil {
		return nil, err
	}
	one := &child{cmd: cmd, input: input, says: make(chan saying, 16)}
	go func() {
		defer close(one.says)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			word, number, _ := strings.Cut(lines.Text(), " ")
			if n, err := strconv.ParseInt(number, 10, 64); err == nil { // Celery greets with a picture
				one.says <- saying{word, n}
			}
		}
	}()
	return one, nil
}

// patience is how long a program may take for what it is to say next.
const patience = 5 * time.Minute

// await gives the number that the program says after a word.
func (c *child) await(ctx context.Context, word string) (int64, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case said, ok := <-c.says:
			switch {
			case !ok:
				return 0, fmt.Errorf("it ended before it said %q", word)
			case said.word == word:
				return said.number, nil
			}
		case <-late.C:
			return 0, fmt.Errorf("it did not say %q for %s", word, patience)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// stop ends the program and waits for it.
func (c *child) stop() {
	_ = c.input.Close()
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	for range c.says { // so that it is not held up by what nobody reads
	}
	_ = c.cmd.Wait()
}

package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"styleshare/bench/measure"
	"styleshare/internal/redisdb"
	"styleshare/models"
)

// turn is what was measured of a contender in a round.
type turn struct {
	recorded, ran       float64 // jobs a second
	recordCPU, runCPU   float64 // microseconds for each job: the contender's programs and servers
	starts              []float64
	idleCPU, idleAsking float64 // per cent of a core; commands to Redis a second
}

type bench struct {
	sizes
	out        io.Writer
	db         *models.DB
	contenders []contender
	turns      map[string][]turn // by the name of the contender
}

// idleTime is for how long contenders are watched that have nothing to do.
const idleTime = 10 * time.Second

func (b *bench) measure(ctx context.Context, c contender) (err error) {
	var t turn
	if _, err = b.db.ExecContext(ctx, "truncate outbox"); err != nil {
		return err
	}
	if t.recorded, t.recordCPU, err = b.fill(ctx, c); err != nil {
		return err
	}
	worker, err := c.start(ctx, c.worker)
	if err != nil {
		return err
	}
	defer worker.stop()
	if t.ran, t.runCPU, err = b.drain(ctx, c, worker); err != nil {
		return err
	}
	if t.starts, err = b.startsOf(ctx, c, worker); err != nil {
		return err
	}
	if t.idleCPU, t.idleAsking, err = c.idle(ctx, worker); err != nil {
		return err
	}
	b.turns[c.name] = append(b.turns[c.name], t)
	_, _ = fmt.Fprintf(b.out, "  %.0f recorded a second, %.0f µs each; %.0f run a second, %.0f µs each; start after %.1f ms, p99 %.1f; idle %.1f %%, %.1f commands/s\n", t.recorded,
		t.recordCPU, t.ran, t.runCPU, measure.Percentile(t.starts, 50), measure.Percentile(t.starts, 99), t.idleCPU, t.idleAsking)
	return nil
}

// cpu is what the contender's servers and one of its programs took until now.
func (c contender) cpu(program *child) (time.Duration, error) {
	all, err := measure.CPU(append([]int{program.cmd.Process.Pid}, c.servers...)...)
	var sum time.Duration
	for _, one := range all {
		sum += one
	}
	return sum, err
}

// fill records the jobs of a turn.
func (b *bench) fill(ctx context.Context, c contender) (rate, cpu float64, err error) {
	before, err := measure.CPU(c.servers...)
	if err != nil {
		return 0, 0, err
	}
	program, err := c.start(ctx, c.fill, strconv.Itoa(b.jobs))
	if err != nil {
		return 0, 0, err
	}
	defer program.stop()
	took, err := program.await(ctx, "filled")
	if err != nil {
		return 0, 0, err
	}
	program.stop()
	after, err := measure.CPU(c.servers...)
	if err != nil {
		return 0, 0, err
	}
	spent := program.cmd.ProcessState.UserTime() + program.cmd.ProcessState.SystemTime()
	for i := range after {
		spent += after[i] - before[i]
	}
	return float64(b.jobs) / time.Duration(took).Seconds(), micros(spent, b.jobs), nil
}

// drain has the worker run them: what it takes to start and to connect is over when the first one starts.
func (b *bench) drain(ctx context.Context, c contender, worker *child) (rate, cpu float64, err error) {
	if _, err = worker.await(ctx, "first"); err != nil {
		return 0, 0, err
	}
	start := time.Now()
	before, err := c.cpu(worker)
	if err != nil {
		return 0, 0, err
	}
	if _, err = worker.await(ctx, "last"); err != nil {
		return 0, 0, err
	}
	for c.keepsRows { // it is over when the rows say so
		left, err := b.db.NewSelect().Table("outbox").Where("kind = ? and done_at is null", noopKind).Count(ctx)
		if err != nil {
			return 0, 0, err
		}
		if left == 0 {
			break
		}
	}
	took := time.Since(start)
	after, err := c.cpu(worker)
	return float64(b.jobs) / took.Seconds(), micros(after-before, b.jobs), err
}

// startsOf gives the milliseconds from recording to start of jobs that come one by one.
func (b *bench) startsOf(ctx context.Context, c contender, worker *child) ([]float64, error) {
	program, err := c.start(ctx, c.trickle)
	if err != nil {
		return nil, err
	}
	defer program.stop()
	var starts []float64
	for i := range b.starts {
		if _, err = io.WriteString(program.input, "\n"); err != nil {
			return nil, err
		}
		nanoseconds, err := worker.await(ctx, "started")
		if err != nil {
			return nil, err
		}
		starts = append(starts, float64(nanoseconds)/1e6)
		// Long enough for the worker to find nothing, and never in step with what it does regularly.
		if err = pause(ctx, 50*time.Millisecond+time.Duration(i*7919%100)*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return starts, nil
}

// idle watches a worker that has nothing to do.
func (c contender) idle(ctx context.Context, worker *child) (cpu, asking float64, err error) {
	before, err := c.cpu(worker)
	if err != nil {
		return 0, 0, err
	}
	askedBefore, err := c.commands(ctx)
	if err != nil {
		return 0, 0, err
	}
	if err = pause(ctx, idleTime); err != nil {
		return 0, 0, err
	}
	after, err := c.cpu(worker)
	if err != nil {
		return 0, 0, err
	}
	asked, err := c.commands(ctx)
	return (after - before).Seconds() / idleTime.Seconds() * 100, float64(asked-askedBefore) / idleTime.Seconds(), err
}

// commands is how many Redis has answered, those of scripts included.
func (c contender) commands(ctx context.Context) (n int, err error) {
	if c.redis == "" {
		return 0, nil
	}
	client, err := redisdb.Open(c.redis)
	if err != nil {
		return 0, err
	}
	defer func() { _ = client.Close() }()
	text, err := client.Info(ctx, "stats").Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		if number, ok := strings.CutPrefix(line, "total_commands_processed:"); ok {
			return strconv.Atoi(strings.TrimSpace(number))
		}
	}
	return 0, fmt.Errorf("redis does not say how many commands it has answered")
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func micros(spent time.Duration, jobs int) float64 {
	return float64(spent.Microseconds()) / float64(jobs)
}

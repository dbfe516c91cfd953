package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"styleshare/bench/made"
	"styleshare/bench/measure"
	"styleshare/internal/auth"
	"styleshare/internal/devstack"
	"styleshare/internal/redisdb"
	"styleshare/models"
)

// bench is a run.
type bench struct {
	stack      *stack
	world      *world
	contenders []*contender
	worker     *contender // runs while the last part is measured
	out        io.Writer
	logs       string
	isShared   bool // the database is nobody's copy: nothing is to be written
	rounds     int
	turn       time.Duration

	reads  map[string][]question
	tokens map[int64]string
	minted time.Time
}

// figures are of one turn. CPU is milliseconds for each request.
type figures struct {
	count                        int
	cpu                          float64 // all that follow
	server, database, others     float64 // others: memcached and Redis
	perSecond, median, percent99 float64
}

// results are the rounds of each operation and contender.
type results map[string]map[string][]figures

func (r results) add(operation, contender string, f figures) {
	if r[operation] == nil {
		r[operation] = map[string][]figures{}
	}
	r[operation][contender] = append(r[operation][contender], f)
}

// of takes one number of each round.
func (r results) of(operation, contender string, number func(figures) float64) []float64 {
	var values []float64
	for _, f := range r[operation][contender] {
		values = append(values, number(f))
	}
	return values
}

// run has each contender answer each operation in each round. Who comes first changes.
func (b *bench) run(ctx context.Context, operations []operation, contenders []*contender) (results, error) {
	for _, c := range contenders {
		c.pause()
	}
	all := results{}
	for round := range b.rounds {
		for _, op := range operations {
			_, _ = fmt.Fprintf(b.out, "round %d of %d, %s:", round+1, b.rounds, op.title)
			for i := range contenders {
				c := contenders[(i+round)%len(contenders)]
				f, err := b.take(ctx, c, op, round)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", c.name, op.title, err)
				}
				all.add(op.name, c.name, f)
				_, _ = fmt.Fprintf(b.out, " %s %.2f ms,", c.name, f.cpu)
			}
			_, _ = fmt.Fprintln(b.out)
		}
	}
	return all, nil
}

// Before it is measured, a contender answers a while uncounted: longer in the first round, when nothing is compiled. It was
// stopped for longer than rows are kept in its memory, and connections have gone to sleep.
const (
	firstWarming = 3 * time.Second
	warming      = 800 * time.Millisecond
	firstWrites  = 100
)

// take is one turn of a contender.
func (b *bench) take(ctx context.Context, c *contender, op operation, round int) (f figures, err error) {
	if err = b.mint(ctx); err != nil {
		return f, err
	}
	requests, err := b.requests(ctx, c, op, op.count)
	if err != nil {
		return f, err
	}
	b.wake(c)
	defer b.rest(c)
	if err = b.warm(ctx, c, op, requests, round == 0); err != nil {
		return f, err
	}
	roots := b.roots(c)
	before, err := measure.CPU(roots...)
	if err != nil {
		return f, err
	}
	o, err := drive(ctx, c.address, requests, round*977, bounds{op.count, b.turn})
	if err == nil && op.writes {
		err = b.settle(ctx, c)
	}
	if err != nil {
		return f, err
	}
	after, err := measure.CPU(roots...)
	if err != nil {
		return f, err
	}
	if op.writes && (!c.tokens || b.worker == nil) {
		err = b.forget(ctx)
	}
	return summarise(o, before, after), err
}

// warm has the contender answer uncounted.
func (b *bench) warm(ctx context.Context, c *contender, op operation, requests [][]byte, isFirst bool) error {
	long := bounds{len(requests), warming}
	switch {
	case isFirst && op.writes:
		var err error
		if requests, err = b.requests(ctx, c, op, firstWrites); err != nil {
			return err
		}
		long = bounds{firstWrites, firstWarming}
	case isFirst:
		long.time = firstWarming
	case op.writes:
		return nil
	}
	_, err := drive(ctx, c.address, requests, 0, long)
	if err == nil && op.writes {
		err = b.settle(ctx, c)
	}
	return err
}

// wake has the contender go on, with the worker where it has one, and rest stops both until the next turn.
func (b *bench) wake(c *contender) {
	c.resume()
	if b.worker != nil && c.tokens {
		b.worker.resume()
	}
}

func (b *bench) rest(c *contender) {
	c.pause()
	if b.worker != nil && c.tokens {
		b.worker.pause()
	}
}

func firstError(err error, f func() error) error {
	if err != nil {
		return err
	}
	return f()
}

func (b *bench) requests(ctx context.Context, c *contender, op operation, count int) ([][]byte, error) {
	questions, ok := b.reads[op.name]
	if !ok {
		var err error
		if questions, err = op.questions(b.world, ctx, count); err != nil {
			return nil, err
		}
		if !op.writes {
			b.reads[op.name] = questions
		}
	}
	return c.requests(b.world.documents[op.name], op.name, questions, b.tokens)
}

// roots are the processes whose CPU counts: the contender's first, PostgreSQL, and what only some make use of.
func (b *bench) roots(c *contender) []int {
	roots := []int{c.process.Process.Pid, b.stack.Part(devstack.PostgreSQL).PID(), b.stack.Part(devstack.Memcached).PID()}
	if c.tokens {
		roots = append(roots, b.stack.Part(devstack.Redis).PID())
	}
	if b.worker != nil && c.tokens {
		roots = append(roots, b.worker.process.Process.Pid)
	}
	return roots
}

func summarise(o outcome, before, after []time.Duration) figures {
	n := float64(o.count)
	each := func(i int) float64 { return (after[i] - before[i]).Seconds() * 1000 / n }
	f := figures{count: o.count, server: each(0), database: each(1), perSecond: n / o.elapsed.Seconds(),
		median: measure.Percentile(o.latencies, 50), percent99: measure.Percentile(o.latencies, 99)}
	for i := 2; i < len(before); i++ {
		f.others += each(i)
	}
	f.cpu = f.server + f.database + f.others
	return f
}

// mint makes access tokens before the last ones end.
func (b *bench) mint(ctx context.Context) error {
	if time.Since(b.minted) < auth.AccessTTL/2 {
		return nil
	}
	viewers := append(append([]made.Viewer{}, b.world.viewers...), b.world.readers...)
	tokens, err := made.Tokens(ctx, b.world.db, viewers)
	if err != nil {
		return err
	}
	b.tokens, b.minted = make(map[int64]string, len(tokens)), time.Now()
	for i, v := range viewers {
		b.tokens[v.ID] = tokens[i]
	}
	return nil
}

const settleTimeout = time.Minute

// caused are the kinds of jobs that likes and new styles cause. Those of the schedule are not waited for.
var caused = []models.JobKind{models.JobNotify, models.JobFanOutStyle, models.JobEvent, models.JobPush, models.JobIndexStale}

// settle waits until what a write has left to do is handed over to Redis, or done where a worker runs: it belongs to the
// write's cost.
func (b *bench) settle(ctx context.Context, c *contender) error {
	if !c.tokens {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	var kinds []string // as text: the pool describes no statement before it runs
	for _, kind := range caused {
		if b.worker != nil || !kind.RunByWorkers() { // without a worker, these wait in the outbox
			kinds = append(kinds, string(kind))
		}
	}
	waiting := `select exists (select from outbox where enqueued_at is null and done_at is null and dead_at is null and kind = any($1))`
	if b.worker != nil {
		waiting = `select exists (select from outbox where done_at is null and dead_at is null and kind = any($1))`
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var left bool
		if err := b.world.db.Pool.QueryRow(ctx, waiting, kinds).Scan(&left); err != nil || !left {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("what was recorded is not done: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// forget drops what no worker will do, so that the next round has the same to do.
func (b *bench) forget(ctx context.Context) error {
	if _, err := b.world.db.Pool.Exec(ctx, `delete from outbox`); err != nil {
		return err
	}
	client, err := redisdb.Open(b.stack.RedisURL)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	return client.FlushAll(ctx).Err()
}

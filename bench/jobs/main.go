// Command jobs compares this worker with Celery on RabbitMQ, in turns on one machine: jobs a second, CPU for each job, and the
// time from recording a job to its start on a worker that has nothing else to do. And it measures how long a published
// style takes into the feeds of many followers.
//
//	go run ./bench/jobs [-rounds 3] [-jobs 20000] [-starts 200]
//
// It wants what `prepare packages celery` installs. The results go into their section of bench/RESULTS.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"styleshare/bench/report"
	"styleshare/internal/devstack"
)

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sizes say how much is measured.
type sizes struct{ rounds, jobs, starts int }

func run(ctx context.Context) error {
	var s sizes
	flag.IntVar(&s.rounds, "rounds", 3, "how often each contender has its turn")
	flag.IntVar(&s.jobs, "jobs", 20_000, "how many jobs a turn has")
	flag.IntVar(&s.starts, "starts", 200, "how many jobs are recorded one by one for an idle worker, in each turn")
	flag.Parse()
	if flag.NArg() > 0 { // a child of this very program
		return beChild(ctx, flag.Args())
	}
	text, err := measureAll(ctx, s, os.Stderr)
	if err != nil {
		return err
	}
	return report.Write(report.File, "jobs", text)
}

func measureAll(ctx context.Context, s sizes, out io.Writer) (string, error) {
	stack, err := devstack.Start(ctx, devstack.Options{Dir: ".", Out: out, Ephemeral: true,
		Need: []devstack.Name{devstack.PostgreSQL, devstack.Redis}})
	if err != nil {
		return "", err
	}
	defer stack.Stop()
	db, err := openDatabase(ctx, stack.DatabaseURL)
	if err != nil {
		return "", err
	}
	defer db.Close()
	rabbit, err := startRabbit(ctx)
	if err != nil {
		return "", err
	}
	defer rabbit.stop()
	b := bench{sizes: s, out: out, db: db, contenders: contenders(stack, rabbit), turns: map[string][]turn{}}
	for round := range s.rounds {
		for _, c := range b.contenders {
			_, _ = fmt.Fprintf(out, "round %d of %d: %s\n", round+1, s.rounds, c.name)
			if err := b.measure(ctx, c); err != nil {
				return "", fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	feeds, err := b.measureFeeds(ctx, stack)
	if err != nil {
		return "", err
	}
	return b.text(ctx) + feeds, nil
}

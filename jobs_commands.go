package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"styleshare/internal/config"
	"styleshare/jobs"
)

type jobsCommands struct {
	Show  jobsShowCommand  `cmd:"" help:"Print a job: its state, and what it is about."`
	Dead  jobsDeadCommand  `cmd:"" help:"List the jobs that nothing will try again."`
	Retry jobsRetryCommand `cmd:"" help:"Have dead jobs run again."`
}

// withJobs opens what it takes to look at jobs.
func withJobs(ctx context.Context, f func(*jobs.Jobs) error) error {
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := config.Load(os.Environ())
	if err != nil {
		return err
	}
	if c.RedisURL == "" {
		return errors.New("REDIS_URL: must be set")
	}
	j, err := jobs.New(jobs.Config{DB: db, RedisURL: c.RedisURL, Concurrency: 1, ShutdownTimeout: time.Second, Logger: slog.Default()})
	if err != nil {
		return err
	}
	defer func() { _ = j.Close() }()
	return f(j)
}

type jobsDeadCommand struct{}

// Run lists dead jobs, one in a line.
func (jobsDeadCommand) Run(ctx context.Context) error {
	return withJobs(ctx, func(j *jobs.Jobs) error {
		rows, err := j.Dead(ctx)
		for _, row := range rows {
			reason := ""
			if row.LastError != nil {
				reason = *row.LastError
			}
			fmt.Fprintf(os.Stdout, "%d\t%s\t%s\tattempts %d\t%s\n", row.ID, row.Kind, row.DeadAt.UTC().Format(time.RFC3339), row.Attempts, reason)
		}
		return err
	})
}

type jobsShowCommand struct {
	ID int64 `arg:"" help:"As in logs, and as listed by jobs dead."`
}

// Run prints a job. Its payload holds ids, and nothing of people that would have to be hidden.
func (c *jobsShowCommand) Run(ctx context.Context) error {
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Jobs(ctx, []int64{c.ID})
	if err != nil {
		return err
	}
	row := rows[c.ID]
	if row == nil {
		return errors.New("there is no such job; done ones are kept for 3 days")
	}
	fmt.Fprintf(os.Stdout, "id         %d\nkind       %s\nstate      %s\nattempts   %d\npayload    %s\n", row.ID, row.Kind, row.State(), row.Attempts, row.Payload)
	for _, at := range []struct {
		name string
		when *time.Time
	}{{"recorded", &row.CreatedAt}, {"due", &row.AvailableAt}, {"in Redis", row.EnqueuedAt}, {"done", row.DoneAt}, {"dead", row.DeadAt}} {
		if at.when != nil {
			fmt.Fprintf(os.Stdout, "%-10s %s\n", at.name, at.when.UTC().Format(time.RFC3339))
		}
	}
	if row.LastError != nil {
		fmt.Fprintf(os.Stdout, "last error %s\n", *row.LastError)
	}
	return nil
}

type jobsRetryCommand struct {
	All bool    `help:"All of them."`
	IDs []int64 `arg:"" optional:"" name:"id" help:"As listed by jobs dead."`
}

// Run has dead jobs run again; any process that runs workers picks them up within seconds.
func (c *jobsRetryCommand) Run(ctx context.Context) error {
	if c.All == (len(c.IDs) > 0) {
		return errors.New("name the jobs by id, or pass --all")
	}
	return withJobs(ctx, func(j *jobs.Jobs) (err error) {
		var n int
		if c.All {
			n, err = j.RetryAll(ctx)
		} else {
			n, err = j.Retry(ctx, c.IDs...)
		}
		if err == nil {
			fmt.Fprintf(os.Stdout, "%d jobs will run again\n", n)
		}
		return err
	})
}

package main

import (
	"context"
	"fmt"
	"strings"

	"styleshare/bench/measure"
	"styleshare/bench/report"
)

// text is the section of the results.
func (b *bench) text(ctx context.Context) string {
	best := b.contenders[0].name
	for _, c := range b.contenders {
		if strings.HasPrefix(c.name, "Celery") && measure.Median(b.column(c.name, ran)) > measure.Median(b.column(best, ran)) {
			best = c.name
		}
	}
	var rows [][]string
	for _, c := range b.contenders {
		var starts []float64
		for _, t := range b.turns[c.name] {
			starts = append(starts, t.starts...)
		}
		median := func(of func(turn) float64) string { return fmt.Sprintf("%.0f", measure.Median(b.column(c.name, of))) }
		ratio := func(of func(turn) float64) float64 { return measure.Ratio(b.column(c.name, of), b.column(best, of)) }
		rows = append(rows, []string{c.name,
			median(recorded), median(func(t turn) float64 { return t.recordCPU }),
			median(ran), fmt.Sprintf("× %.2f", ratio(ran)), median(runCPU), fmt.Sprintf("× %.2f", 1/ratio(runCPU)),
			fmt.Sprintf("%.1f", measure.Percentile(starts, 50)), fmt.Sprintf("%.1f", measure.Percentile(starts, 99)),
			fmt.Sprintf("%.1f", measure.Median(b.column(c.name, func(t turn) float64 { return t.idleCPU }))),
			median(func(t turn) float64 { return t.idleAsking })})
	}
	head := []string{"contender", "recorded a second", "CPU µs each", "run a second", "to the best of Celery", "CPU µs each", "jobs for its CPU",
		"ms to start, median", "p99", "idle: % of a core", "commands to Redis a second"}
	return fmt.Sprintf("## Jobs\n\n`go run ./bench/jobs`, %s, commit %s. No-op jobs, %d in each of %d rounds; CPU is that of programs and servers.\n\n%s\n%s",
		report.Machine(), report.Commit(ctx), b.jobs, b.rounds, report.Table(head, rows), explanation)
}

func recorded(t turn) float64 { return t.recorded }
func ran(t turn) float64      { return t.ran }
func runCPU(t turn) float64   { return t.runCPU }

// column is one figure of each of the contender's turns.
func (b *bench) column(name string, of func(turn) float64) (values []float64) {
	for _, t := range b.turns[name] {
		values = append(values, of(t))
	}
	return values
}

const explanation = "This worker goes the whole way: a job is a row that a transaction of its own records in PostgreSQL, the relay hands its id\n" +
	"over to Redis, the worker reads the row, runs it with time-out, metrics and recovery, and marks the row done; running a job\n" +
	"ends with its mark. Celery keeps nothing in a database: a task is in RabbitMQ, persistent, acknowledged when it has ended\n" +
	"(acks_late), as asynq does. Neither waits for the disk. \"asynq alone\" is asynq's client and server without rows and\n" +
	"without anything of ours, at its defaults: what we build on."

package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"styleshare/bench/measure"
	"styleshare/bench/report"
)

// measureSteps measures the feed page by this server with pieces left out: what each is worth after those before it.
func (b *bench) measureSteps(ctx context.Context, text io.Writer, address string) error {
	program, err := build(ctx, b.logs, "steps")
	if err != nil {
		return err
	}
	redis, memcached := "REDIS_URL="+b.stack.RedisURL, "MEMCACHED_SERVERS="+b.stack.MemcachedServers
	steps := []*contender{
		{name: "cohorts alone, executed by gqlgen", env: []string{redis, "PLANS=off", "MEMCACHED_SERVERS=", "LOCAL_CACHE_BYTES="}},
		{name: "and compiled selections, which read ahead", env: []string{redis, "PLANS=on", "MEMCACHED_SERVERS=", "LOCAL_CACHE_BYTES="}},
		{name: "and memcached", env: []string{redis, "PLANS=on", memcached, "LOCAL_CACHE_BYTES="}},
		{name: "and rows in the process", env: []string{redis, "PLANS=on", memcached, fmt.Sprint("LOCAL_CACHE_BYTES=", 32<<20)}},
		{name: "cohorts and all caches, executed by gqlgen", env: []string{redis, "PLANS=off", memcached, fmt.Sprint("LOCAL_CACHE_BYTES=", 32<<20)}},
	}
	defer func() {
		for _, c := range steps {
			c.stop()
		}
	}()
	for _, c := range steps {
		c.command = []string{program}
		if err = c.start(ctx, address, b.stack.MemcachedServers, b.logs); err != nil {
			return err
		}
		if err = b.readsAgree(ctx, steps[0], c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	_, _ = fmt.Fprintln(b.out, "The feed page, step by step …")
	all, err := b.run(ctx, operations[:1], steps)
	if err != nil {
		return err
	}
	fmt.Fprintf(text, "\n### What each step is worth\n\nThe feed page without HTTP chain, sessions and budgets (bench/steps).\n\n%s", stepTable(all, names(steps)))
	return nil
}

// stepTable shows what the steps take, and that to the first.
func stepTable(all results, steps []string) string {
	const op = "HomeFeed"
	var rows [][]string
	for _, name := range steps {
		median := func(number func(figures) float64) string { return digits(measure.Median(all.of(op, name, number))) }
		rows = append(rows, []string{name, median(cpu), digits(all.ratio(op, name, steps[0])), median(func(f figures) float64 { return f.server }),
			median(func(f figures) float64 { return f.database }), median(func(f figures) float64 { return f.others })})
	}
	return report.Table(strings.Split("step|CPU ms|to the first|of it: server|PostgreSQL|memcached, Redis", "|"), rows)
}

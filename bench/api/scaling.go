package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"styleshare/bench/made"
	"styleshare/bench/measure"
	"styleshare/bench/report"
)

// idsOnly asks for the feed and for nothing on it: what PostgreSQL takes is the feed query's, and that of the viewer's session.
const idsOnly = `query HomeFeed { viewer { feed(first: 20) { nodes { id } } } }`

// readerPages bounds how many pages are asked for in a turn.
const readerPages = 2000

// What is shown of the readers: PostgreSQL alone for idsOnly, and the whole page.
const (
	queryAlone = "query"
	wholePage  = "page"
)

// measureScaling asks for the feeds of people who follow 10 to 5000 others, in each size that was made.
func (b *bench) measureScaling(ctx context.Context, text io.Writer) error {
	_, _ = fmt.Fprintln(b.out, "Feeds by the number of followees and of people …")
	all := results{}
	var followees []int
	var columns []string
	for _, size := range []made.Size{made.S, made.M, made.L} {
		there, err := b.stack.isThere(ctx, size)
		if err != nil {
			return err
		}
		if !there && size != made.S {
			continue
		}
		if followees, err = b.measureReaders(ctx, size, all); err != nil {
			return fmt.Errorf("feeds in size %s: %w", size.Name, err)
		}
		columns = append(columns, size.Name)
	}
	var rows [][]string
	for _, n := range followees {
		row := []string{grouped(n)}
		for _, size := range columns {
			row = append(row, microseconds(all.of(queryAlone, key(size, n), func(f figures) float64 { return f.database })),
				microseconds(all.of(wholePage, key(size, n), cpu)))
		}
		rows = append(rows, row)
	}
	head := []string{"followees"}
	for _, size := range columns {
		head = append(head, size+": feed query, PostgreSQL µs", size+": whole page, CPU µs")
	}
	fmt.Fprintf(text, "\n### Feeds by size\n\nReaders who follow exactly so many others, by this server with all caches; the query alone is that of a feed of ids.\n%s\n%s",
		"COST_PER_MINUTE is raised, because ten readers are asked for all pages.\n", report.Table(head, rows))
	fmt.Fprintf(text, "\nThe dearest query takes %s times the cheapest, the dearest page %s times.\n", digits(spread(all[queryAlone], func(f figures) float64 { return f.database })),
		digits(spread(all[wholePage], cpu)))
	return nil
}

func key(size string, followees int) string { return fmt.Sprint(size, " ", followees) }

func microseconds(milliseconds []float64) string {
	return fmt.Sprintf("%.0f", 1000*measure.Median(milliseconds))
}

// spread is the largest median for each of the smallest.
func spread(all map[string][]figures, number func(figures) float64) float64 {
	var medians []float64
	for _, rounds := range all {
		var values []float64
		for _, f := range rounds {
			values = append(values, number(f))
		}
		medians = append(medians, measure.Median(values))
	}
	if len(medians) == 0 {
		return measure.Median(nil)
	}
	return slices.Max(medians) / slices.Min(medians)
}

// measureReaders has a server of its own answer in the database of a size, which it does not write to.
func (b *bench) measureReaders(ctx context.Context, size made.Size, all results) (followees []int, err error) {
	address, err := b.stack.original(ctx, size)
	if err != nil {
		return nil, err
	}
	if err = b.stack.prewarm(ctx, address); err != nil {
		return nil, err
	}
	w, err := openWorld(ctx, address)
	if err != nil {
		return nil, err
	}
	defer w.db.Close()
	servers := ours(b.stack.Stack, address)
	server := servers[len(servers)-1]
	server.name += " " + size.Name
	server.env = append(server.env, "COST_PER_MINUTE=1000000000")
	if err = server.start(ctx, address, b.stack.MemcachedServers, b.logs); err != nil {
		return nil, err
	}
	defer server.stop()
	inside := &bench{stack: b.stack, world: w, out: b.out, rounds: b.rounds, turn: b.turn / 3, reads: map[string][]question{}}
	documents := map[string]string{queryAlone: idsOnly, wholePage: w.documents["HomeFeed"]}
	groups := map[int][]question{}
	for _, r := range w.readers {
		groups[r.Followees] = append(groups[r.Followees], question{r, map[string]any{}})
		if !slices.Contains(followees, r.Followees) {
			followees = append(followees, r.Followees)
		}
	}
	for round := range b.rounds {
		for _, n := range followees {
			inside.reads["HomeFeed"] = groups[n]
			for name, document := range documents {
				w.documents["HomeFeed"] = document
				f, err := inside.take(ctx, server, operation{name: "HomeFeed", count: readerPages}, round)
				if err != nil {
					return nil, err
				}
				all.add(name, key(size.Name, n), f)
			}
		}
	}
	return followees, nil
}

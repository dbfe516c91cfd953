package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"styleshare/bench/made"
	"styleshare/bench/measure"
	"styleshare/bench/report"
	"styleshare/internal/devstack"
	"styleshare/models"
)

// readerPages bounds how many pages are asked for in a turn.
const readerPages = 2000

// What is shown of the readers: the statement that finds the styles of a page, and the whole page.
const (
	queryAlone = "query"
	wholePage  = "page"
)

// mostSpread is how much dearer the dearest feed query may be than the cheapest.
const mostSpread = 1.5

// measureScaling asks for the feeds of people who follow 10 to 5000 others, in each of the sizes that was made.
func (b *bench) measureScaling(ctx context.Context, text io.Writer, sizes ...made.Size) error {
	_, _ = fmt.Fprintln(b.out, "Feeds by the number of followees and of people …")
	all := results{}
	var followees []int
	var columns []string
	for _, size := range sizes {
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
	fmt.Fprintf(text, "\n### Feeds by size\n\nReaders who follow exactly so many others. The query is the statement that finds a page's styles, alone, on %d connections;\n%s\n%s",
		queryConnections, "the page is that of this server with all caches. COST_PER_MINUTE is raised, because ten readers are asked for all pages.\n", report.Table(head, rows))
	fmt.Fprintf(text, "\nThe dearest page takes %s times the cheapest.\n\n%s", digits(spread(all[wholePage], cpu)), goalTable([]goal{
		{"feed query, the dearest to the cheapest", mostSpread, true, spread(all[queryAlone], func(f figures) float64 { return f.database })}}))
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
	groups, ids := map[int][]question{}, map[int][]int64{}
	for _, r := range w.readers {
		groups[r.Followees], ids[r.Followees] = append(groups[r.Followees], question{r, map[string]any{}}), append(ids[r.Followees], r.ID)
		if !slices.Contains(followees, r.Followees) {
			followees = append(followees, r.Followees)
		}
	}
	for round := range b.rounds {
		for _, n := range followees {
			query, err := inside.feedQuery(ctx, ids[n])
			if err != nil {
				return nil, err
			}
			inside.reads["HomeFeed"] = groups[n]
			page, err := inside.take(ctx, server, operation{name: "HomeFeed", count: readerPages}, round)
			if err != nil {
				return nil, err
			}
			all.add(queryAlone, key(size.Name, n), query)
			all.add(wholePage, key(size.Name, n), page)
		}
	}
	return followees, nil
}

// queryConnections are how many connections ask the feed query at once: as many as the world keeps.
const queryConnections = 4

// feedQuery has PostgreSQL answer the statement of a feed alone: a while uncounted, and for a turn.
func (b *bench) feedQuery(ctx context.Context, readers []int64) (f figures, err error) {
	if _, err = b.askFeeds(ctx, readers, warming); err != nil {
		return f, err
	}
	server := b.stack.Part(devstack.PostgreSQL).PID()
	before, err := measure.CPU(server)
	if err != nil {
		return f, err
	}
	if f.count, err = b.askFeeds(ctx, readers, b.turn); err != nil {
		return f, err
	}
	after, err := measure.CPU(server)
	if err == nil {
		f.database = (after[0] - before[0]).Seconds() * 1000 / float64(f.count)
	}
	return f, err
}

// askFeeds asks for the first pages of the readers' feeds, one after the other, for so long.
func (b *bench) askFeeds(ctx context.Context, readers []int64, long time.Duration) (int, error) {
	page := models.Page{Size: 20, After: math.MaxInt64, Before: -1}
	deadline := time.Now().Add(long)
	var count atomic.Int64
	var group errgroup.Group
	for range queryConnections {
		group.Go(func() error {
			for time.Now().Before(deadline) {
				reader := readers[int(count.Add(1))%len(readers)]
				if _, err := b.world.db.Lists(ctx, models.FeedCandidates, reader, []int64{reader}, page); err != nil {
					return fmt.Errorf("ask for the feed of %d: %w", reader, err)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	return int(count.Load()), err
}

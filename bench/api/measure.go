package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"styleshare/bench/made"
	"styleshare/bench/report"
)

// measure takes all turns and writes what came of them.
func (b *bench) measure(ctx context.Context, o options, address string) (string, error) {
	var chosenOperations, writing []operation
	for _, op := range operations {
		if !chosen(o.only, op.name) || op.writes && b.isShared || o.quick && op.name != "HomeFeed" && op.name != "Like" {
			continue
		}
		chosenOperations = append(chosenOperations, op)
		if op.writes {
			writing = append(writing, op)
		}
	}
	var steps, text strings.Builder
	if !o.quick && !b.isShared && chosen(o.only, "steps") { // first, because others write past memcached later
		if err := b.measureSteps(ctx, &steps, address); err != nil {
			return "", err
		}
	}
	all, err := b.run(ctx, chosenOperations, b.contenders)
	if err != nil {
		return "", err
	}
	text.WriteString("\n" + goalTable(all.goals()))
	text.WriteString(all.tables(chosenOperations, names(b.contenders)))
	if len(writing) > 0 && !o.quick {
		if err = b.measureWithWorker(ctx, &text, writing, address); err != nil {
			return "", err
		}
	}
	text.WriteString(steps.String())
	if !o.quick && chosen(o.only, "scaling") {
		sizes := []made.Size{made.S, made.M}
		if b.isShared {
			sizes = append(sizes, made.L)
		}
		err = b.measureScaling(ctx, &text, sizes...)
	}
	return text.String(), err
}

// measureWithWorker measures writes once more, with all that they cause: a worker does it, and its CPU counts.
func (b *bench) measureWithWorker(ctx context.Context, text io.Writer, writing []operation, address string) error {
	var few []*contender
	for _, c := range b.contenders {
		if c.name == ourBest || c.name == reference || c.name == limit {
			few = append(few, c)
		}
	}
	w := worker(b.stack.Stack, address)
	if err := w.start(ctx, address, b.stack.MemcachedServers, b.logs); err != nil {
		return err
	}
	b.worker = w
	_, _ = fmt.Fprintln(b.out, "The same with a worker …")
	all, err := b.run(ctx, writing, few)
	if err != nil {
		return err
	}
	fmt.Fprintf(text, "\n### With a worker\n\nWhat a like or a new style causes is counted, too: the feeds of followers, notifications, search. The others do nothing of the kind.\n%s",
		strings.ReplaceAll(all.tables(writing, names(few)), "\n### ", "\n#### "))
	return nil
}

// preamble says what was measured on what.
func preamble(ctx context.Context, b *bench, size made.Size) string {
	var version string
	_ = b.world.db.Pool.QueryRow(ctx, "select split_part(version(), ' ', 2)").Scan(&version) // empty is said as it is
	title, command := "API", "make bench"
	if b.isShared {
		title, command = "API, with as many people as at its peak", "go run ./bench/api -size L"
	}
	return fmt.Sprintf("## "+title+"\n\n`"+command+"`"+`, on %s, PostgreSQL %s, %s; commit %s. Data of size %s: %s people, %s styles. %d connections;
medians of %d rounds of %.1f s, in which the contenders take turns; ratios are medians of the ratios of each round. CPU is of server,
PostgreSQL, memcached and Redis together, user and system, for each request. The hot set is %d viewers, and %d styles and people of
their feeds. This server checks access tokens, sessions, visibility, cost and budgets, with their default limits; its peers trust a header
and know no blocks, no mutes and no private accounts; the hand-written handlers apply the same visibility rule in SQL.
`, report.Machine(), version, nodeVersion(ctx), report.Commit(ctx), size.Name, grouped(size.People), grouped(size.Styles), connections,
		b.rounds, b.turn.Seconds(), len(b.world.viewers), hotThings)
}

// grouped writes a number with commas.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func nodeVersion(ctx context.Context) string {
	cmd := exec.CommandContext(ctx, "./node", "--version")
	cmd.Dir = peerFolder
	out, err := cmd.Output()
	if err != nil {
		return "no Node"
	}
	return "Node " + strings.TrimPrefix(strings.TrimSpace(string(out)), "v")
}

// profileTime is how long a CPU profile takes.
const profileTime = 10 * time.Second

// saveProfile has the server with all caches answer feed pages while it profiles itself.
func (b *bench) saveProfile(ctx context.Context, file string) error {
	c := b.contenders[len(b.contenders)-1]
	for _, one := range b.contenders {
		if one.name == ourBest {
			c = one
		}
	}
	requests, err := b.requests(ctx, c, operations[0], 0)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		_, err := drive(ctx, c.address, requests, 0, bounds{1 << 30, profileTime + 2*time.Second})
		done <- err
	}()
	address := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", c.admin, int(profileTime.Seconds()))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, answer.Body); err == nil {
		err = <-done
	}
	if err == nil {
		_, _ = fmt.Fprintf(b.out, "The profile of %s is in %s.\n", c.name, file)
	}
	return firstError(err, out.Close)
}

// Command api compares this server with its peers and with what can be written by hand: CPU of server, PostgreSQL and
// memcached for each of the apps' operations, all on the same made-up community, in turns on one machine.
//
//	go run ./bench/api [-size M] [-rounds 5] [-quick] [-profile FILE]
//
// It wants bin/styleshare (make build) and the packages of the peers; make bench brings both. The results go into their
// section of bench/RESULTS.md. What is made is kept for the next run, beside the data of make run.
//
// Size L is measured on request alone, and has a section of its own: the first run takes 15 GB, with 8 GB more while they are
// made, and half an hour with all that is measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"styleshare/bench/made"
	"styleshare/bench/report"
)

type options struct {
	size    string
	rounds  int
	turn    time.Duration
	quick   bool
	profile string
	only    string
	against string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends us at once
	var o options
	flag.StringVar(&o.size, "size", "M", "S, M or L")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each contender has its turn")
	flag.DurationVar(&o.turn, "turn", 1500*time.Millisecond, "how long a turn is at most")
	flag.BoolVar(&o.quick, "quick", false, "the main ratios alone, on standard output")
	flag.StringVar(&o.profile, "profile", "", "save a CPU profile of the feed page, with all caches, in this file, and measure nothing")
	flag.StringVar(&o.only, "operations", "", "names of operations, steps and scaling among them, comma separated; all where empty")
	flag.StringVar(&o.against, "contenders", "", "parts of names of contenders, comma separated; all where empty")
	flag.Parse()
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out, progress io.Writer) error {
	began := time.Now()
	size, err := made.SizeOf(o.size)
	if err != nil {
		return err
	}
	isWhole := !o.quick && o.only == "" && o.against == ""
	if o.against == "" && (o.quick || size == made.L) {
		o.against = strings.Join([]string{"this server", limit, "Mercurius"}, ",")
	}
	s, err := startStack(ctx, progress)
	if err != nil {
		return err
	}
	defer s.Stop()
	// Many disks have no room for a copy of the largest: its contenders only read.
	isShared := size == made.L
	address, err := s.database(ctx, size, isShared)
	if err != nil {
		return err
	}
	b := &bench{stack: s, isShared: isShared, out: progress, rounds: o.rounds, turn: o.turn, reads: map[string][]question{}}
	if b.logs, err = os.MkdirTemp("", "styleshare-bench-"); err != nil {
		return err
	}
	if b.world, err = openWorld(ctx, address); err != nil {
		return err
	}
	defer b.world.db.Close()
	defer b.stop()
	left, err := b.start(ctx, o, address)
	if err != nil {
		return err
	}
	if o.profile != "" {
		return b.saveProfile(ctx, o.profile)
	}
	text, err := b.measure(ctx, o, address)
	if err != nil {
		return err
	}
	text = preamble(ctx, b, size) + strings.Join(left, "") + text
	_, _ = fmt.Fprintf(progress, "Done after %.0f s.\n", time.Since(began).Seconds())
	switch {
	case !isWhole:
		_, err = io.WriteString(out, text)
		return err
	case isShared:
		return report.Write(report.File, "api-l", text)
	default:
		return report.Write(report.File, "api", text)
	}
}

// start starts the contenders, compares their answers, and tells who is left out.
func (b *bench) start(ctx context.Context, o options, address string) (left []string, err error) {
	all := ours(b.stack.Stack, address)
	found, missing, err := others(ctx, b.logs)
	if err != nil {
		return nil, err
	}
	for _, name := range missing {
		left = append(left, "\nNot measured: "+name+", whose packages are not there.\n")
	}
	for _, c := range append(all, found...) {
		if !chosen(o.against, c.name) {
			continue
		}
		_, _ = fmt.Fprintf(b.out, "Starting %s …\n", c.name)
		if err = c.start(ctx, address, b.stack.MemcachedServers, b.logs); err != nil {
			return nil, err
		}
		b.contenders = append(b.contenders, c)
	}
	_, _ = fmt.Fprintln(b.out, "Comparing their answers …")
	same, wrong, err := b.agree(ctx)
	if err != nil {
		return nil, err
	}
	for name, err := range wrong {
		_, _ = fmt.Fprintf(b.out, "%s is left out: %v\n", name, err)
		left = append(left, "\nNot measured: "+name+", whose answers differ.\n")
	}
	for _, c := range b.contenders {
		if wrong[c.name] != nil {
			c.stop()
		}
	}
	b.contenders = same
	return left, nil
}

// stop ends what still runs.
func (b *bench) stop() {
	if b.worker != nil {
		b.worker.stop()
	}
	for _, c := range b.contenders {
		c.stop()
	}
}

// chosen tells whether one of the parts is in the name; nothing chosen is all.
func chosen(parts, name string) bool {
	if parts == "" {
		return true
	}
	for part := range strings.SplitSeq(parts, ",") {
		if strings.Contains(strings.ToLower(name), strings.ToLower(strings.TrimSpace(part))) {
			return true
		}
	}
	return false
}

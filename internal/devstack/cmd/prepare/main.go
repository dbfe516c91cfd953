// Command prepare installs and builds what is missing on this machine before the product can run or be tested:
// PostgreSQL, Redis, memcached, the S3 gateway and, with -node, Node for the playground.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"styleshare/internal/devstack/prepare"
)

func main() {
	withNode := flag.Bool("node", false, "also Node and npm, which build the playground")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *withNode); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run installs and builds side by side: one waits for the network, the other for the processor.
func run(ctx context.Context, withNode bool) error {
	checkout, err := prepare.Checkout(".")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	packages := make(chan error, 1)
	go func() {
		err := prepare.Packages(ctx, withNode, os.Stderr)
		if err != nil {
			cancel(err) // the build need not go on
		}
		packages <- err
	}()
	build := prepare.Gateway(ctx, checkout, os.Stderr)
	if err := <-packages; err != nil {
		return err
	}
	return build
}

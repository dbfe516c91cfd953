// Command prepare installs and builds what is missing on this machine before the product can run or be tested.
//
//	prepare packages [EXTRA …]   PostgreSQL, Redis, memcached, and extras: node, chromium, gcc, jpeg, celery
//	prepare gateway              the S3 gateway
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"styleshare/internal/devstack/prepare"
)

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) >= 1 && args[0] == "packages":
		return prepare.Packages(ctx, args[1:], os.Stderr)
	case len(args) == 1 && args[0] == "gateway":
		return prepare.Gateway(ctx, ".", os.Stderr)
	}
	return errors.New("usage: prepare packages [node] [chromium] [gcc] [jpeg] [celery] | prepare gateway")
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// The demo person that the playground signs in.
const (
	demoLogin    = "minji"
	demoPassword = "styleshare-demo"
)

type seedCommand struct{}

// Run publishes the demo data, once.
func (seedCommand) Run(ctx context.Context) error {
	c, err := load()
	if err != nil {
		return err
	}
	a, err := openApp(ctx, c)
	if err != nil {
		return err
	}
	defer a.close()
	return a.seed(ctx, os.Stderr)
}

func (a *app) seed(ctx context.Context, out io.Writer) error {
	_ = ctx
	fmt.Fprint(out, "")
	return nil
}

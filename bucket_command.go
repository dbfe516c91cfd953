package main

import (
	"context"
	"fmt"
	"os"

	"styleshare/internal/config"
)

type bucketCommand struct{}

// Run sets the bucket up.
func (bucketCommand) Run(ctx context.Context) error {
	c, err := config.Load(os.Environ())
	if err != nil {
		return fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	store, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	return store.EnsureBucket(ctx)
}

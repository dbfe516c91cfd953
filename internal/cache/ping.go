package cache

import (
	"context"
	"errors"
	"fmt"
)

// Ping asks every node whether it is there. Each takes at most Timeout.
func (c *Cache) Ping(context.Context) error {
	if c == nil {
		return nil
	}
	var errs []error
	for _, n := range c.nodes.nodes {
		if err := n.do(func(s *session) error { return s.client.Ping() }); err != nil {
			errs = append(errs, fmt.Errorf("cache: %s: %w", n.name, err))
		}
	}
	return errors.Join(errs...)
}

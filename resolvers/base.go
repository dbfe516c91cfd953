package resolvers

import (
	"context"

	"styleshare/loaders"
)

// Node is any object by its id.
func (r query) Node(ctx context.Context, id string) (loaders.Node, error) {
	nodes, err := r.Loaders.Nodes(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// Nodes is up to 100 objects by their ids.
func (r query) Nodes(ctx context.Context, ids []string) ([]loaders.Node, error) {
	return r.Loaders.Nodes(ctx, ids)
}

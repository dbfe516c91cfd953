package resolvers

import (
	"context"

	"styleshare/loaders"
)

// Search looks for styles, people, hashtags and brands.
func (r query) Search(ctx context.Context, text string) (*loaders.SearchResults, error) {
	return r.Loaders.Search(ctx, text)
}

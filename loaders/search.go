package loaders

import (
	"context"

	"styleshare/models"
)

// SearchResults is what a search finds; each kind is looked for when it is asked for.
type SearchResults struct {
	*request
	search *models.Search
}

// Search reads a query; one that is too long is BAD_USER_INPUT.
func (l *Loaders) Search(ctx context.Context, text string) (*SearchResults, error) {
	search, err := models.NewSearch(text)
	if err != nil {
		return nil, err
	}
	return &SearchResults{l.request(ctx), search}, nil
}

// Styles is a page of the styles that were found.
func (s *SearchResults) Styles(first *int, after *string) (*StyleConnection, error) {
	return matchesOf(s, models.FoundStyles, first, after, (*request).stylesByID)
}

// Users is a page of the people who were found.
func (s *SearchResults) Users(first *int, after *string) (*UserConnection, error) {
	return matchesOf(s, models.FoundUsers, first, after, (*request).usersByID)
}

// Tags are the hashtags that fit best.
func (s *SearchResults) Tags(first *int) ([]*Tag, error) {
	page, err := matchesOf(s, models.FoundTags, first, nil, (*request).tagsByID)
	if err != nil {
		return nil, err
	}
	return page.Nodes, nil
}

// Brands are the brands that fit best.
func (s *SearchResults) Brands(first *int) ([]*Brand, error) {
	page, err := matchesOf(s, models.FoundBrands, first, nil, (*request).brandsByID)
	if err != nil {
		return nil, err
	}
	return page.Nodes, nil
}

// matchesOf reads a page of matches and loads them as one cohort.
func matchesOf[N any](s *SearchResults, list models.SearchList, first *int, after *string,
	byID func(*request, []int64) (map[int64]*N, error)) (*Connection[N], error) {
	page, err := models.NewSearchPage(first, after)
	if err != nil {
		return nil, err
	}
	matches, more, err := s.db.Search(s.ctx, s.search, list, s.viewer(), page)
	if err != nil {
		return nil, err
	}
	ids, entries, cursors := make([]int64, len(matches)), make([]models.Entry, len(matches)), make([]string, len(matches))
	for i, m := range matches {
		ids[i], entries[i].ID, cursors[i] = m.ID, m.ID, m.Cursor
	}
	objects, err := byID(s.request, ids)
	if err != nil {
		return nil, err
	}
	return connect(PageInfo{HasNextPage: more, HasPreviousPage: page.IsAfter()}, entries, cursors, objects), nil
}

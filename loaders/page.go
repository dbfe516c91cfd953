package loaders

import (
	"slices"

	"styleshare/internal/relay"
	"styleshare/models"
)

// PageInfo is where a page stands in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	ends                         []place // the first and the last; empty for a page without entries
}

// StartCursor is the place of the page's first entry.
func (p *PageInfo) StartCursor() *string { return p.end(0) }

// EndCursor is the place of the page's last entry.
func (p *PageInfo) EndCursor() *string { return p.end(len(p.ends) - 1) }

func (p *PageInfo) end(i int) *string {
	if len(p.ends) == 0 {
		return nil
	}
	cursor := p.ends[i].cursor()
	return &cursor
}

// place is one in a list. Its cursor is written when somebody asks for it, which most do for the last one of a page only.
type place struct {
	key  int64
	text string // the cursor itself, of lists that are ordered by more than a key
}

func (p place) cursor() string {
	if p.text != "" {
		return p.text
	}
	return relay.Cursor(p.key)
}

// Edge is an object with its place in a list.
type Edge[T any] struct {
	Node  *T
	place place
}

// Cursor is the place in the list.
func (e *Edge[T]) Cursor() string { return e.place.cursor() }

// Connection is one page of a list.
type Connection[T any] struct {
	Nodes    []*T
	PageInfo *PageInfo
	places   []place // of the nodes
}

// Edges are the nodes with their places.
func (c *Connection[T]) Edges() []*Edge[T] {
	edges := make([]*Edge[T], len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = &Edge[T]{node, c.places[i]}
	}
	return edges
}

// connect makes a page of the objects that there are; what has just gone is left out.
func connect[T any](info *PageInfo, ids []int64, places []place, objects map[int64]*T) *Connection[T] {
	info.ends = places
	c := &Connection[T]{PageInfo: info, Nodes: make([]*T, 0, len(ids)), places: make([]place, 0, len(ids))}
	for i, id := range ids {
		if node := objects[id]; node != nil {
			c.Nodes, c.places = append(c.Nodes, node), append(c.places, places[i])
		}
	}
	return c
}

// The connections of the contract.
type (
	// StyleConnection is a page of styles.
	StyleConnection = Connection[Style]
	// StyleEdge is a style in a list.
	StyleEdge = Edge[Style]
	// UserConnection is a page of people.
	UserConnection = Connection[User]
	// UserEdge is a person in a list.
	UserEdge = Edge[User]
	// CommentConnection is a page of comments.
	CommentConnection = Connection[Comment]
	// CommentEdge is a comment in a list.
	CommentEdge = Edge[Comment]
	// NotificationConnection is a page of notifications.
	NotificationConnection = Connection[Notification]
	// NotificationEdge is a notification in a list.
	NotificationEdge = Edge[Notification]
)

// newConnection cuts the page out of the entries that were read for it, which may be one more than asked for.
func newConnection[T any](p models.Page, entries []models.Entry, objects map[int64]*T) *Connection[T] {
	entries, info := cut(p, entries)
	ids, places := make([]int64, len(entries)), make([]place, len(entries))
	for i, e := range entries {
		ids[i], places[i] = e.ID, place{key: e.Key}
	}
	return connect(info, ids, places, objects)
}

// cut drops the extra entry that only tells of another page, and puts a backward page into the list's order.
func cut(p models.Page, entries []models.Entry) ([]models.Entry, *PageInfo) {
	more := len(entries) > p.Size
	if more {
		entries = entries[:p.Size]
	}
	if !p.Backward {
		return entries, &PageInfo{HasNextPage: more, HasPreviousPage: p.IsAfter()}
	}
	entries = slices.Clone(entries)
	slices.Reverse(entries)
	return entries, &PageInfo{HasPreviousPage: more, HasNextPage: p.Before >= 0}
}

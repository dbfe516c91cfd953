package loaders

import (
	"slices"

	"styleshare/internal/relay"
	"styleshare/models"
)

// PageInfo is where a page stands in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	first, last                  place // none for a page without entries
}

// StartCursor is the place of the page's first entry.
func (p *PageInfo) StartCursor() *string { return p.first.optional() }

// EndCursor is the place of the page's last entry.
func (p *PageInfo) EndCursor() *string { return p.last.optional() }

// place is one in a list. Its cursor is written when somebody asks for it, which most do for the last one of a page only.
type place struct {
	exists bool
	key    int64
	text   string // the cursor itself, of lists that are ordered by more than a key
}

func (p place) cursor() string {
	if p.text != "" {
		return p.text
	}
	return relay.Cursor(p.key)
}

func (p place) optional() *string {
	if !p.exists {
		return nil
	}
	cursor := p.cursor()
	return &cursor
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
	Nodes []*T

	info    PageInfo
	entries []models.Entry
	cursors []string // of the entries; nil where their keys are all it takes
	gone    []int    // entries without a node
}

func (c *Connection[T]) place(i int) place {
	p := place{exists: true, key: c.entries[i].Key}
	if c.cursors != nil {
		p.text = c.cursors[i]
	}
	return p
}

// PageInfo is where the page stands in its list.
func (c *Connection[T]) PageInfo() *PageInfo { return &c.info }

// Edges are the nodes with their places.
func (c *Connection[T]) Edges() []*Edge[T] {
	edges := make([]*Edge[T], 0, len(c.Nodes))
	for i := range c.entries {
		if !slices.Contains(c.gone, i) {
			edges = append(edges, &Edge[T]{c.Nodes[len(edges)], c.place(i)})
		}
	}
	return edges
}

// connect makes a page of entries; what has just gone is left out.
func connect[T any](info PageInfo, entries []models.Entry, cursors []string, objects map[int64]*T) *Connection[T] {
	c := &Connection[T]{info: info, entries: entries, cursors: cursors, Nodes: make([]*T, 0, len(entries))}
	for i, e := range entries {
		if node := objects[e.ID]; node != nil {
			c.Nodes = append(c.Nodes, node)
		} else {
			c.gone = append(c.gone, i)
		}
	}
	if len(entries) > 0 {
		c.info.first, c.info.last = c.place(0), c.place(len(entries)-1)
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
	return connect(info, entries, nil, objects)
}

// cut drops the extra entry that only tells of another page, and puts a backward page into the list's order.
func cut(p models.Page, entries []models.Entry) ([]models.Entry, PageInfo) {
	more := len(entries) > p.Size
	if more {
		entries = entries[:p.Size]
	}
	if !p.Backward {
		return entries, PageInfo{HasNextPage: more, HasPreviousPage: p.IsAfter()}
	}
	entries = slices.Clone(entries)
	slices.Reverse(entries)
	return entries, PageInfo{HasPreviousPage: more, HasNextPage: p.Before >= 0}
}

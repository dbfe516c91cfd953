package loaders

import (
	"slices"

	"styleshare/internal/relay"
	"styleshare/models"
)

// PageInfo is where a page stands in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       *string
}

// Edge is an object with its place in a list.
type Edge[T any] struct {
	Cursor string
	Node   *T
}

// Connection is one page of a list.
type Connection[T any] struct {
	Edges    []*Edge[T]
	Nodes    []*T
	PageInfo *PageInfo
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

// newConnection cuts the page out of the entries that were read for it, which may be one more than asked for, and
// leaves out entries whose object has just gone.
func newConnection[T any](p models.Page, entries []models.Entry, objects map[int64]*T) *Connection[T] {
	entries, info := cut(p, entries)
	c := &Connection[T]{PageInfo: info, Edges: make([]*Edge[T], 0, len(entries)), Nodes: make([]*T, 0, len(entries))}
	for _, e := range entries {
		if node := objects[e.ID]; node != nil {
			c.Edges = append(c.Edges, &Edge[T]{Cursor: relay.Cursor(e.Key), Node: node})
			c.Nodes = append(c.Nodes, node)
		}
	}
	return c
}

// cut drops the extra entry that only tells of another page, and puts a backward page into the list's order.
func cut(p models.Page, entries []models.Entry) ([]models.Entry, *PageInfo) {
	more := len(entries) > p.Size
	if more {
		entries = entries[:p.Size]
	}
	info := new(PageInfo)
	if p.Backward {
		entries = slices.Clone(entries)
		slices.Reverse(entries)
		info.HasPreviousPage, info.HasNextPage = more, p.Before >= 0
	} else {
		info.HasNextPage, info.HasPreviousPage = more, p.IsAfter()
	}
	if len(entries) > 0 {
		start, end := relay.Cursor(entries[0].Key), relay.Cursor(entries[len(entries)-1].Key)
		info.StartCursor, info.EndCursor = &start, &end
	}
	return entries, info
}

package models

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// commentHeadSize is how many comments a head has: a preview of three, and one that tells whether there are more.
const commentHeadSize = 4

// CommentHead is the newest comments of a style with their authors, hidden ones among them: what previews are cut out of.
// It is cached, so it carries nothing that depends on who looks, and Changes.Threads tells when it is another.
type CommentHead struct {
	StyleID    int64
	CommentIDs []int64 // newest first
	AuthorIDs  []int64
}

var commentHeads = table[CommentHead]{
	`select p.id, coalesce(h.ids, '{}'), coalesce(h.authors, '{}') from unnest($1::bigint[]) p(id) cross join lateral (
		select array_agg(x.id) as ids, array_agg(x.author_id) as authors from (
			select c.id, c.author_id from comments c where c.style_id = p.id order by c.id desc limit ` + strconv.Itoa(commentHeadSize) + `) x) h`,
	func(r pgx.Row, h *CommentHead) error { return r.Scan(&h.StyleID, &h.CommentIDs, &h.AuthorIDs) },
	func(h *CommentHead) int64 { return h.StyleID },
}

// CommentHeads reads the heads of styles.
func (db *DB) CommentHeads(ctx context.Context, styleIDs []int64) (map[int64]*CommentHead, error) {
	return commentHeads.byID(ctx, db, styleIDs)
}

// InCommentHead tells whether a page of a style's comments can be cut out of a head.
func InCommentHead(p Page) bool {
	return !p.Backward && !p.IsAfter() && p.Before < 0 && p.Limit() <= commentHeadSize
}

// Cut gives what CommentsOfStyle has of a page, to a viewer who sees what the visible authors say; an author who is not
// among the keys of visible is not known. ok is false where the head does not tell.
func (h *CommentHead) Cut(p Page, visible map[int64]bool) (entries []Entry, ok bool) {
	entries = make([]Entry, 0, p.Limit())
	for i, id := range h.CommentIDs {
		author := h.AuthorIDs[i]
		shown, known := visible[author]
		if !known {
			return nil, false
		}
		if shown {
			entries = append(entries, Entry{Parent: h.StyleID, Key: id, ID: id, AuthorID: author})
		}
		if len(entries) == p.Limit() {
			return entries, true
		}
	}
	return entries, len(h.CommentIDs) < commentHeadSize // then there are no others
}

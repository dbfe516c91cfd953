package loaders

import (
	"maps"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Comment is what somebody says under a style, as the API shows it.
type Comment struct {
	*models.Comment
	cohort *cohort[Comment]
}

// commentsByID gives the comments of lists, which have filtered them by what the viewer may see. Whoever brings an id from
// elsewhere uses visibleComments.
func (r *request) commentsByID(ids []int64) (map[int64]*Comment, error) {
	found, err := r.anyComments(ids)
	for _, c := range found {
		r.unblocked([]int64{c.AuthorID})
	}
	return found, err
}

// anyComments gives the comments that exist, hidden or not.
func (r *request) anyComments(ids []int64) (map[int64]*Comment, error) {
	rows, err := r.memos.comments.read(r.ctx, ids, r.comments, r.db.Comments)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Comment, c *cohort[Comment]) *Comment { return &Comment{row, c} }), nil
}

// visibleComments gives those of the comments that the viewer may see: author and style must be visible.
func (r *request) visibleComments(ids []int64) (map[int64]*Comment, error) {
	found, err := r.anyComments(ids)
	if err != nil {
		return nil, err
	}
	for id, c := range found {
		author, err := c.Author()
		if err != nil {
			return nil, err
		}
		style, err := c.Style()
		if err != nil {
			return nil, err
		}
		if author == nil || style == nil {
			delete(found, id)
		}
	}
	return found, nil
}

// previews gives a page of the newest comments of each style: cut out of their heads, and read where a head does not tell
// because somebody in it is hidden.
func (r *request) previews(styles []int64, page models.Page) (map[int64][]models.Entry, error) {
	heads, err := r.memos.heads.read(r.ctx, styles, r.heads, r.db.CommentHeads)
	if err != nil {
		return nil, err
	}
	authors := make([]int64, 0, len(styles)*page.Limit())
	for _, head := range heads {
		authors = append(authors, head.AuthorIDs[:min(len(head.AuthorIDs), page.Limit())]...)
	}
	people, err := r.visibleUsers(authors)
	if err != nil {
		return nil, err
	}
	visible := make(map[int64]bool, len(authors))
	for i, id := range authors {
		visible[id] = people[i] != nil
	}
	pages := make(map[int64][]models.Entry, len(styles))
	var untold []int64
	for i, id := range styles {
		entries, ok := heads[i].Cut(page, visible)
		if !ok {
			untold = append(untold, id)
			continue
		}
		pages[id] = entries
	}
	if len(untold) > 0 {
		read, err := r.db.Lists(r.ctx, models.CommentsOfStyle, r.viewer(), untold, page)
		if err != nil {
			return nil, err
		}
		maps.Copy(pages, read)
	}
	return pages, nil
}

// IsNode marks the type for gqlgen.
func (*Comment) IsNode() {}

// IsNotificationSubject marks the type for gqlgen.
func (*Comment) IsNotificationSubject() {}

// GlobalID is the Relay id.
func (c *Comment) GlobalID() string { return relay.ID("Comment", c.ID) }

// Author is who says it.
func (c *Comment) Author() (*User, error) {
	users, err := related(c.cohort, "author", func(all []*Comment) (map[int64]*User, error) {
		return c.cohort.usersByID(keys(all, func(c *Comment) int64 { return c.AuthorID }))
	})
	return users[c.AuthorID], err
}

// Style is what it is said under.
func (c *Comment) Style() (*Style, error) {
	styles, err := related(c.cohort, "style", func(all []*Comment) (map[int64]*Style, error) {
		return c.cohort.visibleStyles(keys(all, func(c *Comment) int64 { return c.StyleID }))
	})
	return styles[c.StyleID], err
}

// Mentions are the people whom the body mentions.
func (c *Comment) Mentions() ([]*User, error) {
	users, err := related(c.cohort, "mentions", func(all []*Comment) (map[int64]*User, error) {
		return c.cohort.usersByID(allKeys(all, func(c *Comment) []int64 { return c.MentionIDs }))
	})
	return inOrder(c.MentionIDs, users), err
}

// ReplyTo is the comment that it answers, nil where that is gone or hidden.
func (c *Comment) ReplyTo() (*Comment, error) {
	if c.ReplyToID == nil {
		return nil, nil
	}
	comments, err := related(c.cohort, "replyTo", func(all []*Comment) (map[int64]*Comment, error) {
		return c.cohort.visibleComments(keys(all, func(c *Comment) int64 { return optional(c.ReplyToID) }))
	})
	return comments[*c.ReplyToID], err
}

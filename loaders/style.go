package loaders

import (
	"context"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Style is a post as the API shows it.
type Style struct {
	*models.Style
	cohort *cohort[Style]
}

// stylesByID gives the styles of lists, which have filtered them by what the viewer may see. Whoever brings an id from
// elsewhere uses visibleStyles.
func (r *request) stylesByID(ids []int64) (map[int64]*Style, error) {
	found, err := r.anyStyles(ids)
	for _, s := range found {
		r.unblocked([]int64{s.AuthorID})
	}
	return found, err
}

// anyStyles gives the styles that exist, hidden or not.
func (r *request) anyStyles(ids []int64) (map[int64]*Style, error) {
	rows, err := r.memos.styles.read(r.ctx, ids, r.styles, r.db.Styles)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Style, c *cohort[Style]) *Style { return &Style{row, c} }), nil
}

// visibleStyles gives those of the styles that the viewer may see.
func (r *request) visibleStyles(ids []int64) (map[int64]*Style, error) {
	found, err := r.anyStyles(ids)
	if err != nil {
		return nil, err
	}
	for id, s := range found {
		visible, err := s.visible()
		if err != nil {
			return nil, err
		}
		if !visible {
			delete(found, id)
		}
	}
	return found, nil
}

// LikedStyle gives a style as its like left it, as far as that is known, and otherwise what Style gives. The verb has applied
// the rule.
func (l *Loaders) LikedStyle(ctx context.Context, liked models.Liked) (*Style, error) {
	if liked.Style == nil {
		return l.Style(ctx, liked.StyleID)
	}
	r := l.request(ctx)
	r.memos.styles.know(liked.StyleID, liked.Style)
	s, err := one(r, liked.StyleID, (*request).stylesByID)
	if err == nil {
		know(s.cohort, "flags", map[int64]models.StyleFlags{s.ID: liked.Flags})
	}
	return s, err
}

// visible applies the rule to a style that was brought by its id.
func (s *Style) visible() (bool, error) {
	author, err := s.author()
	if err != nil || author == nil {
		return false, err
	}
	between, err := author.between()
	return models.StyleVisible(s.Style, author.User, s.cohort.viewer(), between), err
}

// IsNode marks the type for gqlgen.
func (*Style) IsNode() {}

// IsNotificationSubject marks the type for gqlgen.
func (*Style) IsNotificationSubject() {}

// GlobalID is the Relay id.
func (s *Style) GlobalID() string { return relay.ID("Style", s.ID) }

// author is nil where the author is hidden.
func (s *Style) author() (*User, error) {
	users, err := related(s.cohort, "author", func(all []*Style) (map[int64]*User, error) {
		return s.cohort.usersByID(keys(all, func(s *Style) int64 { return s.AuthorID }))
	})
	return users[s.AuthorID], err
}

// Author is who published the style.
func (s *Style) Author() (*User, error) { return s.author() }

// Photos are the pictures, in the author's order.
func (s *Style) Photos() ([]*Photo, error) {
	photos, err := related(s.cohort, "photos", func(all []*Style) (map[int64]*Photo, error) {
		return s.cohort.photosByID(allKeys(all, func(s *Style) []int64 { return s.PhotoIDs }))
	})
	return inOrder(s.PhotoIDs, photos), err
}

// Items are the garments, in the author's order.
func (s *Style) Items() ([]*ItemTag, error) {
	items, err := related(s.cohort, "items", func(all []*Style) (map[int64]*ItemTag, error) {
		return s.cohort.itemsByID(allKeys(all, func(s *Style) []int64 { return s.ItemIDs }))
	})
	return inOrder(s.ItemIDs, items), err
}

// Tags are the hashtags of the caption.
func (s *Style) Tags() ([]*Tag, error) {
	tags, err := related(s.cohort, "tags", func(all []*Style) (map[int64]*Tag, error) {
		return s.cohort.tagsByID(allKeys(all, func(s *Style) []int64 { return s.TagIDs }))
	})
	return inOrder(s.TagIDs, tags), err
}

// Mentions are the people whom the caption mentions.
func (s *Style) Mentions() ([]*User, error) {
	users, err := related(s.cohort, "mentions", func(all []*Style) (map[int64]*User, error) {
		return s.cohort.usersByID(allKeys(all, func(s *Style) []int64 { return s.MentionIDs }))
	})
	return inOrder(s.MentionIDs, users), err
}

// flags is what the viewer did with the style.
func (s *Style) flags() (models.StyleFlags, error) {
	if s.cohort.viewer() == 0 {
		return models.StyleFlags{}, nil
	}
	flags, err := related(s.cohort, "flags", func(all []*Style) (map[int64]models.StyleFlags, error) {
		return s.cohort.memos.styleFlags.read(keys(all, func(s *Style) int64 { return s.ID }), func(ids []int64) (map[int64]models.StyleFlags, error) {
			return s.cohort.db.StyleFlagsFor(s.cohort.ctx, s.cohort.viewer(), ids)
		})
	})
	return flags[s.ID], err
}

// ViewerHasLiked tells whether the viewer likes the style.
func (s *Style) ViewerHasLiked() (bool, error) {
	f, err := s.flags()
	return f.Liked, err
}

// ViewerHasCollected tells whether the style is in a collection of the viewer.
func (s *Style) ViewerHasCollected() (bool, error) {
	f, err := s.flags()
	return f.Collected, err
}

// ViewerHasRequestedItemInfo tells whether the viewer asked what an item is.
func (s *Style) ViewerHasRequestedItemInfo() (bool, error) {
	f, err := s.flags()
	return f.RequestedItemInfo, err
}

// Comments is a page of what is said under the style.
func (s *Style) Comments(first *int, after *string, last *int, before *string) (*CommentConnection, error) {
	return pageOf(s.cohort, s, "comments", models.CommentsOfStyle, arguments{first, after, last, before}, (*request).commentsByID)
}

// Likers is a page of who likes the style.
func (s *Style) Likers(first *int, after *string) (*UserConnection, error) {
	return pageOf(s.cohort, s, "likers", models.LikersOfStyle, arguments{first: first, after: after}, (*request).listedUsers)
}

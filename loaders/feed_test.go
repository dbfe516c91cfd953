package loaders_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

// What is cut out of heads of comments, and a feed that the rule's Go side looked at, are the pages that the database gives,
// whatever people do to each other, and with a warm cache.
func TestPreviewsAndFeedsAreWhatTheDatabaseGives(t *testing.T) {
	t.Parallel()
	r := newRig(t, testkit.Memcached(t))
	reader, styles := r.community(t, 5)
	people := []int64{reader}
	for _, style := range styles {
		s, err := r.loaders.Style(as(t, 0), style)
		if err != nil {
			t.Fatal(err)
		}
		if people[len(people)-1] != s.AuthorID {
			people = append(people, s.AuthorID)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		someone, style := rapid.SampledFrom(people).Draw(rt, "someone"), rapid.SampledFrom(styles).Draw(rt, "style")
		author := rapid.IntRange(0, 4).Draw(rt, "author")
		_ = r.happen(t.Context(), rapid.IntRange(0, 10).Draw(rt, "what"), models.Attempt{UserID: someone}, people[1+author],
			fmt.Sprintf("author%d", author), style) // what may not be done is refused, and changes nothing
		r.samePages(t, someone, style, rapid.IntRange(1, 4).Draw(rt, "first"))
		r.samePages(t, reader, style, 2)
	})
}

// happen has somebody do one of the things that change what others see.
func (r *rig) happen(ctx context.Context, what int, a models.Attempt, other int64, otherName string, style int64) (err error) {
	switch what {
	case 0:
		_, err = r.db.Block(ctx, a, other)
	case 1, 2:
		if _, err = r.db.Unblock(ctx, a, other); err == nil {
			_, err = r.db.Follow(ctx, a, other)
		}
	case 3:
		_, err = r.db.Mute(ctx, a, other)
	case 4:
		_, err = r.db.Unmute(ctx, a, other)
	case 5, 6:
		_, err = r.db.AddComment(ctx, a, style, "나도", 0)
	case 7:
		var ids []int64
		if err = r.db.NewRaw(`select id from comments where style_id = ? order by id desc limit 1`, style).Scan(ctx, &ids); err == nil && len(ids) > 0 {
			_, err = r.db.DeleteComment(ctx, a, ids[0])
		}
	case 8:
		err = r.db.UpdateProfile(ctx, models.Attempt{UserID: other}, models.ProfileChange{IsPrivate: ptr(style%2 == 0)})
	case 9:
		err = r.db.Suspend(ctx, otherName, "spam")
	case 10:
		err = r.db.Reinstate(ctx, otherName, "it was not")
	}
	return err
}

// samePages compares the pages of the loaders with those of the database.
func (r *rig) samePages(t *testing.T, viewer, style int64, first int) {
	t.Helper()
	ctx := as(t, viewer)
	page, err := models.NewPage(&first, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	feed, err := r.loaders.Viewer(ctx).Feed(&first, nil)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := r.db.Lists(ctx, models.FeedOfUser, viewer, []int64{viewer}, page)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "feed", wanted[viewer], page, feed, func(s *loaders.Style) int64 { return s.ID })
	s, err := r.loaders.Style(ctx, style)
	if err != nil || s == nil { // hidden from the viewer
		return
	}
	comments, err := s.Comments(&first, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if wanted, err = r.db.Lists(ctx, models.CommentsOfStyle, viewer, []int64{style}, page); err != nil {
		t.Fatal(err)
	}
	same(t, "comments", wanted[style], page, comments, func(c *loaders.Comment) int64 { return c.ID })
	if err = r.cache.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func same[T any](t *testing.T, what string, wanted []models.Entry, page models.Page, got *loaders.Connection[T], id func(*T) int64) {
	t.Helper()
	if more := len(wanted) > page.Size; more != got.PageInfo().HasNextPage {
		t.Errorf("%s: hasNextPage %v, want %v", what, !more, more)
	}
	wanted = wanted[:min(len(wanted), page.Size)]
	if len(got.Nodes) != len(wanted) {
		t.Fatalf("%s: %d objects, want %d", what, len(got.Nodes), len(wanted))
	}
	for i, e := range wanted {
		if id(got.Nodes[i]) != e.ID {
			t.Errorf("%s: object %d is %d, want %d", what, i, id(got.Nodes[i]), e.ID)
		}
	}
}

package loaders_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

// touch reads all that a card shows of each style, each style on a goroutine of its own as gqlgen does.
func touch(t *testing.T, page *loaders.StyleConnection) {
	t.Helper()
	var wait sync.WaitGroup
	errs := make(chan error, len(page.Nodes))
	for _, style := range page.Nodes {
		wait.Go(func() { errs <- touchOne(style) })
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

func touchOne(style *loaders.Style) error {
	author, err := style.Author()
	if err != nil {
		return err
	}
	_, flagErr := author.ViewerFollows()
	_, avatarErr := author.Avatar()
	photos, photoErr := style.Photos()
	liked, likeErr := style.ViewerHasLiked()
	comments, commentErr := style.Comments(ptr(2), nil, nil, nil)
	if err = errors.Join(flagErr, avatarErr, photoErr, likeErr, commentErr); err != nil {
		return err
	}
	if len(photos) != 1 || !liked || len(comments.Nodes) != 2 || !comments.PageInfo().HasNextPage {
		return errors.New("a card is not whole")
	}
	for _, comment := range comments.Nodes {
		if _, err = comment.Author(); err != nil {
			return err
		}
	}
	return nil
}

// A page takes the same number of statements however many styles are on it, and only those that depend on the viewer or
// on positions in lists once the cache is warm.
func TestAPageTakesAFixedNumberOfStatements(t *testing.T) {
	t.Parallel()
	r := newRig(t, testkit.Memcached(t))
	reader, _ := r.community(t, 5)
	feed := func(first int) int64 {
		ctx, n := models.CountStatements(as(t, reader))
		page, err := r.loaders.Viewer(ctx).Feed(ptr(first), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Nodes) != first {
			t.Fatalf("%d of %d styles", len(page.Nodes), first)
		}
		touch(t, page)
		if err = r.cache.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		return n.Load()
	}
	const (
		// feed, blocks, styles, authors, photos, style flags, user flags, heads of comments, comments; and the authors of the comments
		// where they were not filled into the cache yet
		cold = 10
		// feed, blocks, style flags, user flags
		warm = 4
	)
	if n := feed(10); n != cold && n != cold-1 {
		t.Errorf("%d statements cold, want %d or one less", n, cold)
	}
	for _, first := range []int{10, 2, 7} {
		if n := feed(first); n != warm {
			t.Errorf("%d statements warm for %d styles, want %d", n, first, warm)
		}
	}
}

func TestPagesWithOtherArgumentsAreOtherPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, styles := r.community(t, 3)
	style, err := r.loaders.Style(as(t, 0), styles[0])
	if err != nil {
		t.Fatal(err)
	}
	newest, err := style.Comments(ptr(2), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := style.Comments(ptr(2), newest.PageInfo().EndCursor(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	oldest, err := style.Comments(nil, nil, ptr(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(newest.Nodes) != 2 || len(rest.Nodes) != 1 || rest.PageInfo().HasNextPage || !rest.PageInfo().HasPreviousPage {
		t.Errorf("pages of %d and %d", len(newest.Nodes), len(rest.Nodes))
	}
	if len(oldest.Nodes) != 1 || oldest.Nodes[0].ID != rest.Nodes[0].ID || !oldest.PageInfo().HasPreviousPage {
		t.Errorf("the oldest comment is not the last one")
	}
	for name, wrong := range map[string]func() error{
		"first of 0":        func() error { _, err := style.Comments(ptr(0), nil, nil, nil); return err },
		"last of 101":       func() error { _, err := style.Comments(nil, nil, ptr(101), nil); return err },
		"first and last":    func() error { _, err := style.Comments(ptr(1), nil, ptr(1), nil); return err },
		"malformed cursor":  func() error { _, err := style.Comments(nil, ptr("x"), nil, nil); return err },
		"an id as a cursor": func() error { _, err := style.Comments(nil, ptr(style.GlobalID()), nil, nil); return err },
	} {
		if err := wrong(); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// One person's state never reaches another through what is cached.
func TestCachedObjectsCarryNoViewerState(t *testing.T) {
	t.Parallel()
	r := newRig(t, testkit.Memcached(t))
	reader, styles := r.community(t, 2)
	stranger := r.person(t, "stranger")
	for _, viewer := range []int64{reader, stranger, 0, reader} {
		style, err := r.loaders.Style(as(t, viewer), styles[0])
		if err != nil {
			t.Fatal(err)
		}
		liked, err := style.ViewerHasLiked()
		if err != nil || liked != (viewer == reader) {
			t.Errorf("viewer %d: liked %t, %v", viewer, liked, err)
		}
		author, err := style.Author()
		if err != nil {
			t.Fatal(err)
		}
		follows, err := author.ViewerFollows()
		if err != nil || follows != (viewer == reader) {
			t.Errorf("viewer %d: follows %t, %v", viewer, follows, err)
		}
		if err = r.cache.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACancelledRequestHarmsNoOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, styles := r.community(t, 2)
	ctx, cancel := context.WithCancel(as(t, 0))
	style, err := r.loaders.Style(ctx, styles[0])
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err = style.Photos(); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request read on: %v", err)
	}
	other, err := r.loaders.Style(as(t, 0), styles[0])
	if err != nil {
		t.Fatal(err)
	}
	if photos, err := other.Photos(); err != nil || len(photos) != 1 {
		t.Errorf("the other request: %d photos, %v", len(photos), err)
	}
}

package loaders_test

import (
	"errors"
	"testing"

	"styleshare/internal/testkit"
	"styleshare/models"
)

// Collections of many people take the same number of statements as those of one, with covers, owners and styles.
func TestCollectionsTakeAFixedNumberOfStatements(t *testing.T) {
	t.Parallel()
	r := newRig(t, testkit.Memcached(t))
	_, styles := r.community(t, 3)
	for _, name := range []string{"mina", "jun", "sol"} {
		owner := r.person(t, name)
		for _, style := range styles[:3] {
			if _, err := r.db.CollectStyle(t.Context(), models.Attempt{UserID: owner}, style, 0); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.db.CreateCollection(t.Context(), models.Attempt{UserID: owner}, "empty", false); err != nil {
			t.Fatal(err)
		}
		for _, style := range styles {
			if _, err := r.db.AddComment(t.Context(), models.Attempt{UserID: owner}, style, "nice", 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	look := func(first int) int64 {
		ctx, n := models.CountStatements(as(t, 0))
		style, err := r.loaders.Style(ctx, styles[0])
		if err != nil {
			t.Fatal(err)
		}
		comments, err := style.Comments(&first, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, comment := range comments.Nodes {
			author, err := comment.Author()
			if err != nil {
				t.Fatal(err)
			}
			page, err := author.Collections(nil, nil)
			if err != nil || len(page.Nodes) != 2 {
				t.Fatalf("%d collections, %v", len(page.Nodes), err)
			}
			for i, c := range page.Nodes {
				cover, coverErr := c.Cover()
				kept, stylesErr := c.Styles(nil, nil)
				owner, ownerErr := c.Owner()
				if err = errors.Join(coverErr, stylesErr, ownerErr); err != nil {
					t.Fatal(err)
				}
				if (cover != nil) != (i == 1) || len(kept.Nodes) != 3*i || owner.ID != author.ID {
					t.Errorf("collection %d of %d: cover %v, %d styles", i, owner.ID, cover, len(kept.Nodes))
				}
			}
		}
		if err = r.cache.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		return n.Load()
	}
	look(3)
	// ids of collections, of what is in them; covers
	const warm = 3
	for _, first := range []int{3, 1} {
		if n := look(first); n != warm {
			t.Errorf("%d statements for %d people, want %d", n, first, warm)
		}
	}
}

// The calendars of all people of an answer are one statement.
func TestCalendarsTakeOneStatement(t *testing.T) {
	t.Parallel()
	r := newRig(t, testkit.Memcached(t))
	_, styles := r.community(t, 4)
	now := r.db.Now()
	look := func(first int) int64 {
		ctx, n := models.CountStatements(as(t, 0))
		style, err := r.loaders.Style(ctx, styles[0])
		if err != nil {
			t.Fatal(err)
		}
		comments, err := style.Comments(&first, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, comment := range comments.Nodes {
			author, err := comment.Author()
			if err != nil {
				t.Fatal(err)
			}
			days, err := author.Calendar(now.Year(), int(now.Month()), ptr("UTC"))
			if err != nil || len(days) != 1 || days[0].StyleCount != 2 || days[0].Cover.AuthorID != author.ID {
				t.Fatalf("%d days, %v", len(days), err)
			}
		}
		if err = r.cache.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		return n.Load()
	}
	look(4)
	for _, first := range []int{4, 1} {
		if n := look(first); n != 2 { // ids of comments, calendars
			t.Errorf("%d statements for %d people, want 2", n, first)
		}
	}
}

// What a viewer may not see of a collection does not exist for them, whichever way they come.
func TestPrivateCollectionsDoNotExistForOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	owner, other := r.person(t, "owner"), r.person(t, "other")
	ids := map[bool]int64{}
	for _, isPrivate := range []bool{true, false} {
		id, err := r.db.CreateCollection(t.Context(), models.Attempt{UserID: owner}, "kept", isPrivate)
		if err != nil {
			t.Fatal(err)
		}
		ids[isPrivate] = id
	}
	for viewer, sees := range map[int64]map[bool]bool{owner: {true: true, false: true}, other: {false: true}, 0: {false: true}} {
		ctx, listed := as(t, viewer), 0
		for isPrivate, id := range ids {
			c, err := r.loaders.Collection(ctx, id)
			if err != nil || (c != nil) != sees[isPrivate] {
				t.Errorf("%d sees %v, %v", viewer, c != nil, err)
			}
			if sees[isPrivate] {
				listed++
			}
		}
		u, err := r.loaders.User(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		page, err := u.Collections(nil, nil)
		if err != nil || len(page.Nodes) != listed {
			t.Errorf("%d is listed %d, %v", viewer, len(page.Nodes), err)
		}
	}
	page, err := r.loaders.Viewer(as(t, owner)).Collections(nil, nil)
	if err != nil || len(page.Nodes) != 2 {
		t.Errorf("one's own: %d, %v", len(page.Nodes), err)
	}
}

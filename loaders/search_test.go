package loaders_test

import (
	"testing"

	"styleshare/models"
)

func TestSearchPagesAndBlocks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	author, blocked := r.person(t, "mina"), r.person(t, "bora")
	for range 3 {
		r.style(t, author, "오버핏 코트 #데일리룩")
	}
	search := func(viewer int64) (styles, people, tags int) {
		t.Helper()
		ctx, n := models.CountStatements(as(t, viewer))
		results, err := r.loaders.Search(ctx, "오버핏코트")
		if err != nil {
			t.Fatal(err)
		}
		for after := (*string)(nil); ; {
			page, err := results.Styles(ptr(2), after)
			if err != nil {
				t.Fatal(err)
			}
			if page.PageInfo().HasPreviousPage != (after != nil) {
				t.Error("hasPreviousPage")
			}
			styles += len(page.Nodes)
			if after = page.PageInfo().EndCursor(); !page.PageInfo().HasNextPage {
				break
			}
		}
		if n.Load() > 4 {
			t.Errorf("%d statements for two pages", n.Load())
		}
		named, err := r.loaders.Search(ctx, "min")
		if err != nil {
			t.Fatal(err)
		}
		users, err := named.Users(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		daily, err := r.loaders.Search(ctx, "데일리")
		if err != nil {
			t.Fatal(err)
		}
		found, err := daily.Tags(nil)
		if err != nil {
			t.Fatal(err)
		}
		return styles, len(users.Nodes), len(found)
	}
	if styles, people, tags := search(blocked); styles != 3 || people != 1 || tags != 1 {
		t.Errorf("found %d styles, %d people, %d tags", styles, people, tags)
	}
	if _, err := r.db.Block(t.Context(), models.Attempt{UserID: author}, blocked); err != nil {
		t.Fatal(err)
	}
	for _, viewer := range []int64{author, 0} {
		if styles, people, tags := search(viewer); styles != 3 || people != 1 || tags != 1 {
			t.Errorf("%d finds %d styles, %d people, %d tags", viewer, styles, people, tags)
		}
	}
	if styles, people, tags := search(blocked); styles+people+tags > 0 {
		t.Errorf("who is blocked finds %d styles, %d people, %d tags", styles, people, tags)
	}
}

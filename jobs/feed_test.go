package jobs

import (
	"context"
	"errors"
	"slices"
	"testing"

	"styleshare/models"
)

func TestAStyleComesIntoFeedsAndGoes(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	author, reader := member(t, db, "mina", "ko"), member(t, db, "jun", "en")
	if _, err := db.Follow(t.Context(), by(reader), author); err != nil {
		t.Fatal(err)
	}
	id := style(t, db, author)
	entries := func() int {
		return tally(t, db, `select count(*) from feed_entries where reader_id = ? and style_id = ?`, reader, id)
	}
	limits := models.FeedLimits{Cap: 10, FanOutBelow: 10}
	expect(t, db, models.JobFanOutStyle, FanOutStyle(db, limits), 1)
	if entries() != 1 {
		t.Error("not in the feed")
	}
	if _, err := db.DeleteStyle(t.Context(), by(author), id); err != nil {
		t.Fatal(err)
	}
	expect(t, db, models.JobEraseStyle, EraseStyle(db), 1)
	if entries() != 0 || tally(t, db, `select count(*) from styles`) != 0 || tally(t, db, `select count(*) from outbox where kind = ?`, models.JobErasePhoto) != 1 {
		t.Error("something is left of the style, or its objects are forgotten")
	}
	// A fan-out that was delivered late, or once more.
	if _, err := db.NewRaw(`update outbox set done_at = null where kind in (?, ?)`, models.JobFanOutStyle, models.JobEraseStyle).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, db, models.JobFanOutStyle, FanOutStyle(db, limits), 1)
	expect(t, db, models.JobEraseStyle, EraseStyle(db), 1)
	if entries() != 0 {
		t.Error("back in the feed")
	}
}

func TestInvalidateTellsWhatCouldNotBeTold(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	record(t, db, models.JobInvalidate, models.Changes{Users: []int64{1, 2}, Items: []int64{3}})
	down := errors.New("the cache is down")
	var told []models.Changes
	handler := Invalidate(func(_ context.Context, c models.Changes) error {
		told = append(told, c)
		if len(told) == 1 {
			return down
		}
		return nil
	})
	if _, errs := perform(t, db, models.JobInvalidate, handler); len(errs) != 1 || !errors.Is(errs[0], down) {
		t.Errorf("%v", errs)
	}
	expect(t, db, models.JobInvalidate, handler, 1)
	if c := told[1]; !slices.Equal(c.Users, []int64{1, 2}) || !slices.Equal(c.Items, []int64{3}) || c.Styles != nil {
		t.Errorf("%+v", c)
	}
}

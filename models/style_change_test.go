package models

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUpdateStyle(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina, jun := person(t, db), person(t, db), person(t, db)
	id := publishedWith(t, db, author, "#old #both "+mention(t, db, mina), ItemInput{Name: "hat", Brand: ptr("Old")}, ItemInput{Name: "bag", Brand: ptr("Both")})
	before := styleOf(t, db, id)
	exec(t, db, `delete from outbox`)
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	items := []ItemInput{{PhotoID: before.PhotoIDs[0], Name: "scarf", Brand: ptr("BOTH")}, {PhotoID: before.PhotoIDs[0], Name: "shoes", Brand: ptr("New")}}
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr("#both #new " + mention(t, db, jun)), Items: &items, WornOn: &day}))
	s := styleOf(t, db, id)
	if s.EditedAt == nil || !s.WornOn.Equal(day) || !slices.Equal(s.MentionIDs, []int64{jun}) || s.TagIDs[0] != before.TagIDs[1] || s.BrandIDs[0] != before.BrandIDs[1] ||
		!slices.Equal(s.PhotoIDs, before.PhotoIDs) || s.State != StylePublished {
		t.Errorf("%+v, before %+v", s, before)
	}
	if old := must(db.ItemTags(t.Context(), before.ItemIDs)); len(old) != 0 {
		t.Errorf("%d items stayed", len(old))
	}
	var told []int64
	if err := db.NewRaw(`select (payload->>'recipientId')::bigint from outbox where kind = ? order by 1`, JobNotify).Scan(t.Context(), &told); err != nil || !slices.Equal(told, []int64{mina, jun}) {
		t.Errorf("told %v, %v: both who is mentioned no longer and who is now", told, err)
	}
	for name, want := range map[string]int{"old": 0, "both": 1, "new": 1} {
		tag, brand := must(db.TagIDByName(t.Context(), name)), must(db.BrandIDBySlug(t.Context(), name))
		if got := must(db.Tags(t.Context(), []int64{tag}))[tag].StyleCount; got != want {
			t.Errorf("tag %s: %d styles", name, got)
		}
		if got := must(db.Brands(t.Context(), []int64{brand}))[brand].StyleCount; got != want {
			t.Errorf("brand %s: %d styles", name, got)
		}
	}
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{}))
	if again := styleOf(t, db, id); again.Caption != s.Caption || !slices.Equal(again.ItemIDs, s.ItemIDs) || !again.WornOn.Equal(day) {
		t.Errorf("nothing was to change: %+v", again)
	}
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr(""), Items: &[]ItemInput{}}))
	if bare := styleOf(t, db, id); bare.Caption != "" || len(bare.ItemIDs)+len(bare.TagIDs)+len(bare.BrandIDs)+len(bare.MentionIDs) != 0 {
		t.Errorf("%+v", bare)
	}
	checkCounters(t, db)
}

func TestUpdateAndDeleteStyleRefuse(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, stranger := person(t, db), person(t, db)
	id := published(t, db, author, "#tag")
	update := func(who, style int64, c StyleChange) error {
		_, err := db.UpdateStyle(t.Context(), by(who), style, c)
		return err
	}
	remove := func(who, style int64) error { _, err := db.DeleteStyle(t.Context(), by(who), style); return err }
	for _, act := range []func(who, style int64) error{remove, func(who, style int64) error { return update(who, style, StyleChange{}) }} {
		refused(t, act(author, 1), "styleId NOT_FOUND")
		refused(t, act(stranger, id), "styleId NOT_ALLOWED")
		exec(t, db, `update users set is_private = true where id = ?`, author)
		refused(t, act(stranger, id), "styleId NOT_FOUND") // what is hidden does not exist
		exec(t, db, `update users set is_private = false where id = ?`, author)
	}
	refused(t, update(author, id, StyleChange{Caption: ptr(strings.Repeat("x", 1<<20))}), "caption TOO_LONG")
	refused(t, update(author, id, StyleChange{Items: &[]ItemInput{{PhotoID: 1, Name: ""}}}), "items.0.photoId NOT_FOUND", "items.0.name REQUIRED")
	refused(t, update(author, id, StyleChange{WornOn: ptr(time.Time{})}), "wornOn INVALID")
	if err := remove(author, id); err != nil {
		t.Error(err)
	}
	refused(t, remove(author, id), "styleId NOT_FOUND")
	refused(t, update(author, id, StyleChange{}), "styleId NOT_FOUND")
	checkCounters(t, db)
}

func TestUpdateOfAStyleThatWaits(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, friend := person(t, db), person(t, db)
	photo := photoIn(t, db, author, PhotoProcessing)
	id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: []int64{photo}, Caption: "#old"}))
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr("#new " + mention(t, db, friend))}))
	checkCounters(t, db)
	if n := jobs(t, db, JobNotify); n != 0 {
		t.Errorf("%d notifications of what nobody sees", n)
	}
	ready(t, db, photo, PhotoResult{}, true)
	checkCounters(t, db)
	if n := jobs(t, db, JobNotify); n != 1 || styleOf(t, db, id).State != StylePublished {
		t.Errorf("%d notifications, %+v", n, styleOf(t, db, id))
	}
}

func TestADeletedStyleLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan := person(t, db), person(t, db)
	follow(t, db, fan, author)
	id := publishedWith(t, db, author, "#tag "+mention(t, db, fan), ItemInput{Name: "hat", Brand: ptr("Brand")})
	other := published(t, db, author, "#tag")
	photo := photoOf(t, db, styleOf(t, db, id).PhotoIDs[0])
	must(db.LikeStyle(t.Context(), by(fan), id))
	must(db.LikeStyle(t.Context(), by(fan), other))
	first := must(db.AddComment(t.Context(), by(fan), id, "x "+mention(t, db, author), 0)).CommentID
	must(db.AddComment(t.Context(), by(fan), id, "y", first))
	must(db.FanOutStyle(t.Context(), id, FeedLimits{Cap: 10, FanOutBelow: 10}))
	must(db.FanOutStyle(t.Context(), other, FeedLimits{Cap: 10, FanOutBelow: 10}))
	runNotifyJobs(t, db)
	erase := func() { inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, id) }) }
	erase()
	if styleOf(t, db, id).DeletedAt != nil {
		t.Error("a style that nobody deleted must stay")
	}
	must(db.DeleteStyle(t.Context(), by(author), id))
	checkCounters(t, db)
	if got := walk(t, db, FeedOfUser, fan, fan, 10, false, nil); !slices.Equal(got, []int64{other}) {
		t.Errorf("feed %v at once after the deletion", got)
	}
	if err := db.ClearFeeds(t.Context(), id); err != nil {
		t.Error(err)
	}
	erase()
	erase()
	for table, want := range map[string]int{"styles": 1, "photos": 1, "item_tags": 0, "likes": 1, "comments": 0, "style_tags": 1, "style_brands": 0, "feed_entries": 1, "tags": 1} {
		if got := one[int](t, db, `select count(*) from `+table); got != want {
			t.Errorf("%d rows in %s, want %d", got, table, want)
		}
	}
	for _, left := range []string{`select count(*) from notifications where subject_kind = 'Style' and subject_id = ?`, `select count(*) from notifications where subject_kind = 'Comment'`} {
		if n := one[int](t, db, left, id); n != 0 {
			t.Errorf("%d notifications are left", n)
		}
	}
	if n := one[int](t, db, `select count(*) from notifications`); n != 2 { // the follow, and the like of the other style
		t.Errorf("%d notifications, want 2", n)
	}
	if got := erasedObjects(t, db); !slices.Equal(got, photo.ObjectKeys()) {
		t.Errorf("objects %v", got)
	}
	runNotifyJobs(t, db) // late ones change nothing
	if n := one[int](t, db, `select count(*) from notifications`); n != 2 {
		t.Errorf("%d notifications, want 2", n)
	}
	checkCounters(t, db)
}

func TestAnAvatarOutlivesItsStyle(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "")
	photo := styleOf(t, db, id).PhotoIDs[0]
	if err := db.UpdateProfile(t.Context(), by(author), ProfileChange{AvatarPhotoID: &photo}); err != nil {
		t.Fatal(err)
	}
	must(db.DeleteStyle(t.Context(), by(author), id))
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, id) })
	if p := photoOf(t, db, photo); p == nil || p.StyleID != nil || len(erasedObjects(t, db)) != 0 {
		t.Errorf("%+v, erased %v", p, erasedObjects(t, db))
	}
}

package models

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPublishStyle(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, friend := person(t, db), person(t, db)
	photos := []int64{readyPhoto(t, db, author), readyPhoto(t, db, author)}
	slices.Reverse(photos) // the author's order is not that of the ids
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	caption := "  #데일리룩 #여름 " + mention(t, db, friend) + "@nobody_at_all " + awkward
	id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: photos, Caption: caption, WornOn: &day, Items: []ItemInput{
		{PhotoID: photos[0], X: 0, Y: 1, Name: " coat ", Brand: ptr("Über Coats"), PriceMinor: ptr(0), Currency: ptr(" krw "), ShopURL: ptr("https://shop.example/?q=%3F")},
		{PhotoID: photos[1], X: 0.5, Y: 1e-300, Name: "hat", Brand: ptr("über  coats")},
		{PhotoID: photos[1], Name: "socks"},
	}}))
	s := styleOf(t, db, id)
	if s.State != StylePublished || s.PublishedAt == nil || !slices.Equal(s.PhotoIDs, photos) || !s.WornOn.Equal(day) ||
		len(s.TagIDs) != 2 || len(s.BrandIDs) != 1 || !slices.Equal(s.MentionIDs, []int64{friend}) || s.Caption != strings.TrimSpace(caption) {
		t.Errorf("%+v", s)
	}
	if tag := must(db.Tags(t.Context(), s.TagIDs))[s.TagIDs[0]]; tag.Name != "데일리룩" || tag.StyleCount != 1 {
		t.Errorf("%+v", tag)
	}
	items := must(db.ItemTags(t.Context(), s.ItemIDs))
	coat, socks := items[s.ItemIDs[0]], items[s.ItemIDs[2]]
	if coat.Name != "coat" || *coat.PriceMinor != 0 || *coat.Currency != "KRW" || *coat.BrandID != s.BrandIDs[0] || coat.Y != 1 || *coat.ShopURL != "https://shop.example/?q=%3F" {
		t.Errorf("%+v", coat)
	}
	if socks.BrandID != nil || socks.PriceMinor != nil || socks.ShopURL != nil {
		t.Errorf("%+v", socks)
	}
	if p := photoOf(t, db, photos[0]); *p.StyleID != id {
		t.Errorf("%+v", p)
	}
	if jobs(t, db, JobFanOutStyle) != 1 || jobs(t, db, JobNotify) != 1 {
		t.Errorf("%d fan-outs, %d notifications", jobs(t, db, JobFanOutStyle), jobs(t, db, JobNotify))
	}
	checkCounters(t, db)
}

func TestPublishStyleRefuses(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	photo := readyPhoto(t, db, author)
	foreign := readyPhoto(t, db, person(t, db))
	used := styleOf(t, db, published(t, db, author, "")).PhotoIDs[0]
	photos := func(ids ...int64) func(*StyleInput) { return func(in *StyleInput) { in.PhotoIDs = ids } }
	item := func(change func(*ItemInput)) func(*StyleInput) {
		return func(in *StyleInput) {
			i := ItemInput{PhotoID: photo, X: 0.5, Y: 0.5, Name: "hat"}
			change(&i)
			in.Items = []ItemInput{i}
		}
	}
	worn := func(day time.Time) func(*StyleInput) { return func(in *StyleInput) { in.WornOn = &day } }
	for name, c := range map[string]struct {
		change func(*StyleInput)
		want   []string
	}{
		"no photo":            {photos(), []string{"photoIds REQUIRED"}},
		"11 photos":           {photos(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), []string{"photoIds TOO_MANY"}},
		"a photo twice":       {photos(photo, photo), []string{"photoIds.1 INVALID"}},
		"a foreign photo":     {photos(photo, foreign), []string{"photoIds.1 NOT_FOUND"}},
		"unknown photos":      {photos(1, photo, math.MaxInt64), []string{"photoIds.0 NOT_FOUND", "photoIds.2 NOT_FOUND"}},
		"a photo not sent":    {photos(photoIn(t, db, author, PhotoAwaitingUpload)), []string{"photoIds.0 NOT_READY"}},
		"a rejected photo":    {photos(photoIn(t, db, author, PhotoRejected)), []string{"photoIds.0 INVALID"}},
		"a photo in use":      {photos(used), []string{"photoIds.0 NOT_ALLOWED"}},
		"a long caption":      {func(in *StyleInput) { in.Caption = strings.Repeat("가", MaxCaption+1) }, []string{"caption TOO_LONG"}},
		"a megabyte caption":  {func(in *StyleInput) { in.Caption = strings.Repeat("#a @b ", 1<<20/6) }, []string{"caption TOO_LONG"}},
		"worn long ago":       {worn(time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)), []string{"wornOn INVALID"}},
		"worn in days":        {worn(time.Now().AddDate(0, 0, 3)), []string{"wornOn INVALID"}},
		"51 items":            {func(in *StyleInput) { in.Items = make([]ItemInput, MaxItems+1) }, []string{"items TOO_MANY"}},
		"an item elsewhere":   {item(func(i *ItemInput) { i.PhotoID = used }), []string{"items.0.photoId NOT_FOUND"}},
		"no number":           {item(func(i *ItemInput) { i.X = math.NaN() }), []string{"items.0.x INVALID"}},
		"left of the photo":   {item(func(i *ItemInput) { i.X = -0.1 }), []string{"items.0.x INVALID"}},
		"below the photo":     {item(func(i *ItemInput) { i.Y = 1.1 }), []string{"items.0.y INVALID"}},
		"beyond everything":   {item(func(i *ItemInput) { i.X, i.Y = math.Inf(1), math.Inf(-1) }), []string{"items.0.x INVALID", "items.0.y INVALID"}},
		"a nameless item":     {item(func(i *ItemInput) { i.Name = " " }), []string{"items.0.name REQUIRED"}},
		"a long item":         {item(func(i *ItemInput) { i.Name = strings.Repeat("x", maxItemName+1) }), []string{"items.0.name TOO_LONG"}},
		"an empty brand":      {item(func(i *ItemInput) { i.Brand = ptr("") }), []string{"items.0.brand REQUIRED"}},
		"a brand of signs":    {item(func(i *ItemInput) { i.Brand = ptr("!!!") }), []string{"items.0.brand INVALID"}},
		"a long brand":        {item(func(i *ItemInput) { i.Brand = ptr(strings.Repeat("x", maxBrandName+1)) }), []string{"items.0.brand TOO_LONG"}},
		"a negative price":    {item(func(i *ItemInput) { i.PriceMinor, i.Currency = ptr(-1), ptr("KRW") }), []string{"items.0.priceMinor INVALID"}},
		"a price too high":    {item(func(i *ItemInput) { i.PriceMinor, i.Currency = ptr(math.MaxInt32+1), ptr("KRW") }), []string{"items.0.priceMinor INVALID"}},
		"no currency":         {item(func(i *ItemInput) { i.PriceMinor = ptr(1) }), []string{"items.0.currency REQUIRED"}},
		"no price":            {item(func(i *ItemInput) { i.Currency = ptr("KRW") }), []string{"items.0.priceMinor REQUIRED"}},
		"an unknown currency": {item(func(i *ItemInput) { i.PriceMinor, i.Currency = ptr(1), ptr("WON") }), []string{"items.0.currency INVALID"}},
		"a wrong address":     {item(func(i *ItemInput) { i.ShopURL = ptr("javascript:alert(1)") }), []string{"items.0.shopUrl INVALID"}},
		"much at once": {func(in *StyleInput) {
			in.PhotoIDs, in.Caption, in.Items = nil, strings.Repeat("x", MaxCaption+1), []ItemInput{{PhotoID: 1, X: 2, Name: "hat"}}
		}, []string{"photoIds REQUIRED", "caption TOO_LONG", "items.0.photoId NOT_FOUND", "items.0.x INVALID"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := StyleInput{PhotoIDs: []int64{photo}}
			c.change(&in)
			_, err := db.PublishStyle(t.Context(), by(author), in)
			refused(t, err, c.want...)
		})
	}
	t.Cleanup(func() {
		if p := must(db.Photos(context.Background(), []int64{photo}))[photo]; p.StyleID != nil {
			t.Error("a refused style took a photo")
		}
	})
}

// What people type never breaks a caption: it is stored as it reads, and the tags are those that the style carries.
func TestAnyCaptionIsStored(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	rapid.Check(t, func(rt *rapid.T) {
		in := StyleInput{PhotoIDs: []int64{readyPhoto(t, db, author)}, Caption: rapid.StringN(0, 60, -1).Draw(rt, "caption")}
		id, err := db.PublishStyle(t.Context(), by(author), in)
		if err != nil {
			rt.Fatal(err)
		}
		s := styleOf(t, db, id)
		again := StyleInput{PhotoIDs: in.PhotoIDs, Caption: s.Caption}
		if err := again.check(); err != nil || again.Caption != s.Caption || len(again.tagNames) != len(s.TagIDs) {
			rt.Fatalf("%q, %d tags: %v", s.Caption, len(s.TagIDs), err)
		}
	})
}

func TestAStyleAppearsOnceWhenItsPhotosAreReadyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, friend := person(t, db), person(t, db)
	for range 5 {
		exec(t, db, `delete from outbox`)
		photos := []int64{photoIn(t, db, author, PhotoProcessing), photoIn(t, db, author, PhotoProcessing), photoIn(t, db, author, PhotoProcessing)}
		id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: photos, Caption: "#tag " + mention(t, db, friend)}))
		if s := styleOf(t, db, id); s.State != StyleProcessing || jobs(t, db, JobFanOutStyle)+jobs(t, db, JobNotify) != 0 {
			t.Fatalf("%+v", s)
		}
		checkCounters(t, db)
		for _, err := range atOnce(2*len(photos), func(i int) error { // each job delivered twice
			return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error {
				_, err := tx.PhotoReady(ctx, photos[i/2], PhotoResult{Width: 1, Height: 1})
				return err
			})
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if s := styleOf(t, db, id); s.State != StylePublished || jobs(t, db, JobFanOutStyle) != 1 || jobs(t, db, JobNotify) != 1 {
			t.Errorf("%+v, %d fan-outs, %d notifications", s, jobs(t, db, JobFanOutStyle), jobs(t, db, JobNotify))
		}
		checkCounters(t, db)
	}
}

func TestAStyleWithARejectedPhotoWaits(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	photos := []int64{photoIn(t, db, author, PhotoProcessing), readyPhoto(t, db, author)}
	id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: photos}))
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.PhotoRejected(ctx, photos[0], "UNREADABLE") })
	if s := styleOf(t, db, id); s.State != StyleProcessing {
		t.Errorf("%+v", s)
	}
	must(db.DeleteStyle(t.Context(), by(author), id))
	ready(t, db, photos[0], PhotoResult{}, true)
	if s := styleOf(t, db, id); s.State != StyleProcessing {
		t.Errorf("deleted, and yet %+v", s)
	}
	checkCounters(t, db)
}

func TestTheSamePhotoInTwoStylesAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	photos := []int64{readyPhoto(t, db, author), readyPhoto(t, db, author)}
	won := 0
	for _, err := range atOnce(6, func(i int) error {
		ids := slices.Clone(photos)
		if i%2 == 1 {
			slices.Reverse(ids)
		}
		_, err := db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: ids})
		return err
	}) {
		if err == nil {
			won++
		} else {
			refused(t, err, "photoIds.0 NOT_ALLOWED", "photoIds.1 NOT_ALLOWED")
		}
	}
	if won != 1 {
		t.Errorf("%d styles took the photos", won)
	}
	checkCounters(t, db)
}

func TestTheSameNewTagsAndBrandsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	const n = 12
	authors := people(t, db, n)
	for _, err := range atOnce(n, func(i int) error {
		caption, brands := "#a #b #c", []*string{ptr("X"), ptr("Y"), ptr("Z")}
		if i%2 == 1 {
			caption = "#c #b #a"
			slices.Reverse(brands)
		}
		in := StyleInput{PhotoIDs: []int64{readyPhoto(t, db, authors[i])}, Caption: caption}
		for _, b := range brands {
			in.Items = append(in.Items, ItemInput{PhotoID: in.PhotoIDs[0], Name: "hat", Brand: b})
		}
		id, err := db.PublishStyle(t.Context(), by(authors[i]), in)
		if err == nil && i%3 == 0 {
			_, err = db.UpdateStyle(t.Context(), by(authors[i]), id, StyleChange{Caption: ptr("#b #d")})
		}
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if tags, brands := one[int](t, db, `select count(*) from tags`), one[int](t, db, `select count(*) from brands`); tags != 4 || brands != 3 {
		t.Errorf("%d tags, %d brands", tags, brands)
	}
	checkCounters(t, db)
}

// The last of two photos shows the style even if neither transaction saw the other's photo ready.
func TestAStyleAppearsWhenItsPhotosBecomeReadyUnseen(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	photos := []int64{photoIn(t, db, author, PhotoProcessing), photoIn(t, db, author, PhotoProcessing)}
	id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: photos}))
	become := func(ctx context.Context, tx *Tx, photo int64) error {
		_, err := tx.PhotoReady(ctx, photo, PhotoResult{})
		return err
	}
	var second <-chan error
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		err := become(ctx, tx, photos[0])
		second = whenBlocked(t, db, 0, func() error {
			return db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return become(ctx, tx, photos[1]) })
		})
		return err
	})
	if err := <-second; err != nil {
		t.Error(err)
	}
	if s := styleOf(t, db, id); s.State != StylePublished {
		t.Errorf("%+v", s)
	}
}

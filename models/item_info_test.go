package models

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// whole asks for the whole look.
var whole ItemInfoPoint

func point(photo int64, x, y float64) ItemInfoPoint { return ItemInfoPoint{&photo, &x, &y} }

// looked is a style with one photo, of an author whom a fan asks.
func looked(t testing.TB, db *DB) (author, fan, style, photo int64) {
	t.Helper()
	author, fan = person(t, db), person(t, db)
	style = published(t, db, author, "")
	return author, fan, style, styleOf(t, db, style).PhotoIDs[0]
}

func ask(t testing.TB, db *DB, who, style int64, at ItemInfoPoint) {
	t.Helper()
	if id, err := db.RequestItemInfo(t.Context(), by(who), style, at); err != nil || id != style {
		t.Fatalf("asked about %d, %v", id, err)
	}
}

func answerItems(t testing.TB, db *DB, author, style int64, wantNotified int, items ...ItemInput) {
	t.Helper()
	got, err := db.AnswerItemInfo(t.Context(), by(author), style, items)
	if err != nil {
		t.Fatal(err)
	}
	if got != (ItemInfoAnswer{style, wantNotified}) {
		t.Errorf("%+v, want %d notified", got, wantNotified)
	}
}

func TestAsksPileUp(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	other := person(t, db)
	wantAsks := func(when string, want int) {
		t.Helper()
		if s := styleOf(t, db, id); s.ItemInfoRequestCount != want {
			t.Errorf("%s: %d asks, want %d", when, s.ItemInfoRequestCount, want)
		}
		checkCounters(t, db)
	}
	for range 3 {
		ask(t, db, fan, id, whole)
	}
	wantAsks("the whole look", 1)
	for _, at := range []ItemInfoPoint{point(photo, 0.5, 0.5), point(photo, 0.5, 0.5), point(photo, 0.54, 0.52), point(photo, 0.46, 0.5)} {
		ask(t, db, fan, id, at)
	}
	wantAsks("one point and near it", 2)
	ask(t, db, fan, id, point(photo, 0.5, 0.56))
	ask(t, db, fan, id, point(photo, 0, 1))
	wantAsks("other points", 4)
	ask(t, db, other, id, point(photo, 0.5, 0.5))
	wantAsks("the point of somebody else", 5)
	flags := must(db.StyleFlagsFor(t.Context(), fan, []int64{id}))
	if !flags[id].RequestedItemInfo || must(db.StyleFlagsFor(t.Context(), author, []int64{id}))[id].RequestedItemInfo {
		t.Errorf("%+v", flags)
	}
	runNotifyJobs(t, db)
	wantFold(t, onlyFold(t, db, author), ItemInfoRequested, id, 2, other, fan)
}

func TestAsksThatAreRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	_, _, private, _ := looked(t, db)
	exec(t, db, `update users set is_private = true where id = (select author_id from styles where id = ?)`, private)
	at := func(photo *int64, x, y *float64) ItemInfoPoint { return ItemInfoPoint{photo, x, y} }
	for name, c := range map[string]struct {
		who, style int64
		at         ItemInfoPoint
		want       []string
	}{
		"one's own":         {author, id, whole, []string{"styleId NOT_ALLOWED"}},
		"unknown":           {fan, 1, whole, []string{"styleId NOT_FOUND"}},
		"private":           {fan, private, whole, []string{"styleId NOT_FOUND"}},
		"no point":          {fan, id, at(&photo, nil, nil), []string{"x REQUIRED", "y REQUIRED"}},
		"no photo":          {fan, id, at(nil, ptr(0.5), ptr(0.5)), []string{"photoId REQUIRED"}},
		"half a point":      {fan, id, at(nil, nil, ptr(0.5)), []string{"photoId REQUIRED", "x REQUIRED"}},
		"outside":           {fan, id, point(photo, -0.01, 1.01), []string{"x INVALID", "y INVALID"}},
		"nowhere":           {fan, id, point(photo, math.NaN(), math.Inf(1)), []string{"x INVALID", "y INVALID"}},
		"another's photo":   {fan, id, point(readyPhoto(t, db, author), 0, 0), []string{"photoId NOT_FOUND"}},
		"an unknown photo":  {fan, id, point(1, 0, 0), []string{"photoId NOT_FOUND"}},
		"one's own in part": {author, id, point(1, 0, 0), []string{"styleId NOT_ALLOWED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := db.RequestItemInfo(t.Context(), by(c.who), c.style, c.at)
			refused(t, err, c.want...)
		})
	}
}

func TestAsksAreBounded(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	for i := range MaxAsks {
		ask(t, db, fan, id, point(photo, float64(i%10)/10, float64(i/10)/10))
	}
	_, err := db.RequestItemInfo(t.Context(), by(fan), id, whole)
	refused(t, err, "TOO_MANY")
	ask(t, db, fan, id, point(photo, 0, 0)) // asked already
	if _, err = db.DeleteStyle(t.Context(), by(author), id); err != nil {
		t.Fatal(err)
	}
	_, err = db.RequestItemInfo(t.Context(), by(person(t, db)), id, whole)
	refused(t, err, "styleId NOT_FOUND")
}

func TestOneAnswerReachesEverybodyOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	fans := append(people(t, db, 3), fan)
	for _, who := range fans {
		ask(t, db, who, id, whole)
		ask(t, db, who, id, point(photo, 0.1, 0.1))
	}
	coat := ItemInput{PhotoID: photo, X: 0.1, Y: 0.1, Name: " coat ", Brand: ptr("Maison"), PriceMinor: ptr(1), Currency: ptr("krw"), ShopURL: ptr("https://shop.example/ ")}
	hat := ItemInput{PhotoID: photo, X: 0.1, Y: 0.1, Name: "hat"}
	answerItems(t, db, author, id, 4, coat)
	answerItems(t, db, author, id, 0, coat)
	answerItems(t, db, author, id, 0, coat, hat, hat)
	s := styleOf(t, db, id)
	if len(s.ItemIDs) != 2 || len(s.BrandIDs) != 1 || s.ItemInfoRequestCount != 8 || s.EditedAt != nil {
		t.Errorf("%+v", s)
	}
	if n := one[int](t, db, `select style_count from brands where slug = 'maison'`); n != 1 {
		t.Errorf("%d styles of the brand", n)
	}
	checkCounters(t, db)
	runNotifyJobs(t, db)
	for _, who := range fans {
		wantFold(t, onlyFold(t, db, who), ItemInfoAnswered, id, 1, author)
		must(db.MarkNotificationsRead(t.Context(), by(who), nil))
	}
	runNotifyJobs(t, db)
	if n := unread(t, db, fan); n != 0 {
		t.Error("an answer is news once")
	}
	// What is asked after the answer waits for the next one.
	ask(t, db, fan, id, whole)
	answerItems(t, db, author, id, 1, hat)
	runNotifyJobs(t, db)
	if unread(t, db, fan) != 1 || unread(t, db, fans[0]) != 0 {
		t.Errorf("%d and %d unread", unread(t, db, fan), unread(t, db, fans[0]))
	}
	if s = styleOf(t, db, id); s.ItemInfoRequestCount != 9 {
		t.Errorf("%d asks", s.ItemInfoRequestCount)
	}
}

// Who may not see the answer is not told, and not taken for answered.
func TestAnAnswerReachesWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	suspended, stranger := person(t, db), person(t, db)
	for _, who := range []int64{fan, suspended, stranger} {
		ask(t, db, who, id, whole)
	}
	follow(t, db, fan, author)
	follow(t, db, suspended, author)
	exec(t, db, `update users set is_private = true where id = ?`, author)
	exec(t, db, `update users set suspended_at = now() where id = ?`, suspended)
	hat := ItemInput{PhotoID: photo, Name: "hat"}
	answerItems(t, db, author, id, 1, hat)
	exec(t, db, `update users set is_private = false, suspended_at = null`)
	answerItems(t, db, author, id, 2, hat)
	runNotifyJobs(t, db)
	for _, who := range []int64{fan, suspended, stranger} {
		wantFold(t, onlyFold(t, db, who), ItemInfoAnswered, id, 1, author)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	ask(t, db, fan, id, whole)
	hat := ItemInput{PhotoID: photo, Name: "hat"}
	with := func(change func(*ItemInput)) []ItemInput { i := hat; change(&i); return []ItemInput{i} }
	for name, c := range map[string]struct {
		who, style int64
		items      []ItemInput
		want       []string
	}{
		"another's":       {fan, id, []ItemInput{hat}, []string{"styleId NOT_ALLOWED"}},
		"unknown":         {author, 1, []ItemInput{hat}, []string{"styleId NOT_FOUND"}},
		"nothing":         {author, id, nil, []string{"items REQUIRED"}},
		"51":              {author, id, make([]ItemInput, MaxItems+1), []string{"items TOO_MANY"}},
		"nameless":        {author, id, with(func(i *ItemInput) { i.Name = " " }), []string{"items.0.name REQUIRED"}},
		"another's photo": {author, id, with(func(i *ItemInput) { i.PhotoID = readyPhoto(t, db, author) }), []string{"items.0.photoId NOT_FOUND"}},
		"outside":         {author, id, with(func(i *ItemInput) { i.X = 2 }), []string{"items.0.x INVALID"}},
		"long brand":      {author, id, with(func(i *ItemInput) { i.Brand = ptr(strings.Repeat("x", 61)) }), []string{"items.0.brand TOO_LONG"}},
		"no price":        {author, id, with(func(i *ItemInput) { i.Currency = ptr("KRW") }), []string{"items.0.priceMinor REQUIRED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := db.AnswerItemInfo(t.Context(), by(c.who), c.style, c.items)
			refused(t, err, c.want...)
		})
	}
}

func TestAStyleHasRoomForSoManyItems(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	ask(t, db, fan, id, whole)
	numbered := func(from, n int) []ItemInput {
		items := make([]ItemInput, n)
		for i := range items {
			items[i] = ItemInput{PhotoID: photo, Name: fmt.Sprint("item ", from+i)}
		}
		return items
	}
	answerItems(t, db, author, id, 1, numbered(0, 49)...)
	ask(t, db, fan, id, whole)
	_, err := db.AnswerItemInfo(t.Context(), by(author), id, numbered(48, 3)) // one of them is there already
	refused(t, err, "items TOO_MANY")
	if n := one[int](t, db, `select count(*) from item_info_requests where answered_at is null`); n != 1 {
		t.Error("a refused answer answers nothing")
	}
	answerItems(t, db, author, id, 1, numbered(48, 2)...)
	checkCounters(t, db)
}

// Asks and answers of one moment: each ask is answered once, and none is lost.
func TestAsksAndAnswersAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, _, id, photo := looked(t, db)
	fans := people(t, db, 4)
	hat := ItemInput{PhotoID: photo, Name: "hat", Brand: ptr("Brand")}
	notified := make([]int, 24)
	for _, err := range atOnce(len(notified), func(i int) error {
		if i%4 == 3 {
			answer, err := db.AnswerItemInfo(t.Context(), by(author), id, []ItemInput{hat})
			notified[i] = answer.NotifiedCount
			return err
		}
		_, err := db.RequestItemInfo(t.Context(), by(fans[i%3]), id, whole)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	checkCounters(t, db)
	total := 0
	for _, n := range notified {
		total += n
	}
	if answered := one[int](t, db, `select count(*) from item_info_requests where answered_at is not null`); answered != total {
		t.Errorf("%d asks are answered, %d people were told", answered, total)
	}
	if waiting := one[int](t, db, `select coalesce(max(n), 0) from (select count(*) as n from item_info_requests where answered_at is null group by user_id) x`); waiting > 1 {
		t.Errorf("%d asks for the same wait", waiting)
	}
	if s := styleOf(t, db, id); len(s.ItemIDs) != 1 {
		t.Errorf("%d items", len(s.ItemIDs))
	}
}

// A phone that lost the answer sends it again: the same is answered, and nothing happens twice.
func TestItemInfoWithAKey(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan, id, photo := looked(t, db)
	key := func(who int64, mutation string) Attempt {
		return must(NewAttempt(who, mutation, ptr("key"), struct{ ID int64 }{id}))
	}
	for range 2 {
		must(db.RequestItemInfo(t.Context(), key(fan, "requestItemInfo"), id, whole))
	}
	for range 2 {
		got := must(db.AnswerItemInfo(t.Context(), key(author, "answerItemInfo"), id, []ItemInput{{PhotoID: photo, Name: "hat"}}))
		if got.NotifiedCount != 1 {
			t.Errorf("%+v", got)
		}
	}
	must(db.RequestItemInfo(t.Context(), key(fan, "requestItemInfo"), id, whole)) // late
	if s := styleOf(t, db, id); s.ItemInfoRequestCount != 1 || len(s.ItemIDs) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestAnAnswerForMany(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, _, id, photo := looked(t, db)
	const askers = 2001
	exec(t, db, `with p as (insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
			select 'm' || n, '', '', false, 0, 0, 0, false, now() from generate_series(1, ?) n returning id)
		insert into item_info_requests (style_id, user_id, created_at) select ?, id, now() from p`, askers, id)
	exec(t, db, `delete from outbox`)
	answerItems(t, db, author, id, askers, ItemInput{PhotoID: photo, Name: "hat"})
	if n := one[int](t, db, `select count(distinct payload ->> 'recipientId') from outbox where kind = ?`, JobNotify); n != askers || jobs(t, db, JobNotify) != askers {
		t.Errorf("%d people are told in %d jobs", n, jobs(t, db, JobNotify))
	}
}

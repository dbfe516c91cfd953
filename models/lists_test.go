package models

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// walk reads a whole list in pages of a size, and runs between before each page but the first. Entries come in the list's
// order, whichever way it goes.
func walk(t testing.TB, db *DB, list List, viewer, parent int64, size int, backward bool, between func()) []int64 {
	t.Helper()
	p := Page{Size: size, After: math.MaxInt64, Before: -1, Backward: backward}
	var ids []int64
	for {
		entries := must(db.Lists(t.Context(), list, viewer, []int64{parent}, p))[parent]
		more := len(entries) > size
		for _, e := range entries[:min(size, len(entries))] {
			ids = append(ids, e.ID)
			if backward {
				p.Before = e.Key
			} else {
				p.After = e.Key
			}
		}
		if !more {
			if backward {
				slices.Reverse(ids)
			}
			return ids
		}
		if between != nil {
			between()
		}
	}
}

// listed is a list with a parent, and what is to be seen there.
type listed struct {
	list   List
	parent int64
	want   []int64 // latest first
	// more puts a new entry on top; hide takes one away.
	more func() int64
	hide func(id int64)
}

// everyList makes each list of the API, with few entries.
func everyList(t *testing.T, db *DB) map[string]*listed {
	t.Helper()
	reader, author := person(t, db), person(t, db)
	follow(t, db, reader, author)
	style := published(t, db, author, "")
	newStyle := func() int64 {
		id := publishedWith(t, db, author, "#tag", ItemInput{Name: "hat", Brand: ptr("Brand")})
		must(db.FanOutStyle(t.Context(), id, FeedLimits{Cap: 1000, FanOutBelow: 1000}))
		return id
	}
	hideStyle := func(id int64) { must(db.DeleteStyle(t.Context(), by(author), id)) }
	hidePerson := func(id int64) { exec(t, db, `update users set suspended_at = now() where id = ?`, id) }
	newComment := func() int64 { return must(db.AddComment(t.Context(), by(person(t, db)), style, "x", 0)).CommentID }
	hideComment := func(id int64) { must(db.DeleteComment(t.Context(), by(author), id)) }
	newLiker := func() int64 { id := person(t, db); must(db.LikeStyle(t.Context(), by(id), style)); return id }
	newFollower := func() int64 { id := person(t, db); follow(t, db, id, author); return id }
	newFollowee := func() int64 { id := person(t, db); follow(t, db, reader, id); return id }

	collection := must(db.CreateCollection(t.Context(), by(reader), "kept", false))
	newCollection := func() int64 { return must(db.CreateCollection(t.Context(), by(author), "x", false)) }
	newCollected := func() int64 {
		id := newStyle()
		must(db.CollectStyle(t.Context(), by(reader), id, collection))
		return id
	}

	first := newStyle()
	tag, brand := one[int64](t, db, `select id from tags`), one[int64](t, db, `select id from brands`)
	lists := map[string]*listed{
		"styles of a user":       {StylesOfUser, author, []int64{first, style}, newStyle, hideStyle},
		"styles of a tag":        {StylesOfTag, tag, []int64{first}, newStyle, hideStyle},
		"styles of a brand":      {StylesOfBrand, brand, []int64{first}, newStyle, hideStyle},
		"rising styles":          {RisingStyles, 0, []int64{first, style}, newStyle, hideStyle},
		"feed":                   {FeedOfUser, reader, []int64{first}, newStyle, hideStyle},
		"comments":               {CommentsOfStyle, style, nil, newComment, hideComment},
		"comments of the hidden": {CommentsOfStyle, style, nil, newComment, func(id int64) { hidePerson(one[int64](t, db, `select author_id from comments where id = ?`, id)) }},
		"likers":                 {LikersOfStyle, style, nil, newLiker, hidePerson},
		"unliking likers":        {LikersOfStyle, style, nil, newLiker, func(id int64) { must(db.UnlikeStyle(t.Context(), by(id), style)) }},
		"collections":            {CollectionsOfUser, author, nil, newCollection, func(id int64) { must(db.DeleteCollection(t.Context(), by(author), id)) }},
		"styles of a collection": {StylesOfCollection, collection, nil, newCollected, hideStyle},
		"uncollected styles":     {StylesOfCollection, collection, nil, newCollected, func(id int64) { must(db.UncollectStyle(t.Context(), by(reader), id, collection)) }},
		"followers":              {FollowersOfUser, author, []int64{reader}, newFollower, hidePerson},
		"following":              {FollowingOfUser, reader, []int64{author}, newFollowee, hidePerson},
	}
	listQuestions(t, db, lists)
	return lists
}

func listQuestions(t *testing.T, db *DB, lists map[string]*listed) {
	t.Helper()
	newQuestion := func() int64 { return asked(t, db, person(t, db)) }
	removeQuestion := func(id int64) { remove(t, db, (*Tx).RemoveQuestion, id) }
	hideAsker := func(id int64) {
		exec(t, db, `update users set suspended_at = now() where id = ?`, questionOf(t, db, id).AuthorID)
	}
	first := newQuestion()
	newAnswer := func() int64 { return answered(t, db, person(t, db), first) }
	lists["questions"] = &listed{Questions, 0, []int64{first}, newQuestion, removeQuestion}
	lists["questions of the hidden"] = &listed{Questions, 0, []int64{first}, newQuestion, hideAsker}
	lists["unanswered questions"] = &listed{UnansweredQuestions, 0, []int64{first}, newQuestion, func(id int64) { answered(t, db, person(t, db), id) }}
	lists["answers"] = &listed{AnswersOfQuestion, first, nil, newAnswer, func(id int64) { remove(t, db, (*Tx).RemoveAnswer, id) }}
}

func TestListsForwardsAndBackwards(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"styles of a user", "styles of a tag", "styles of a brand", "rising styles", "feed", "comments", "comments of the hidden",
		"likers", "unliking likers", "collections", "styles of a collection", "uncollected styles", "followers", "following",
		"questions", "questions of the hidden", "unanswered questions", "answers"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			l := everyList(t, db)[name]
			if name == "feed" { // the follow came before any style
				l.want = walk(t, db, FeedOfUser, l.parent, l.parent, 100, false, nil)
			}
			for range 9 {
				l.want = slices.Insert(l.want, 0, l.more())
			}
			viewer := l.parent
			if name != "feed" {
				viewer = 0
			}
			for _, size := range []int{1, 2, 3, 7, 100} {
				for _, backward := range []bool{false, true} {
					if got := walk(t, db, l.list, viewer, l.parent, size, backward, nil); !slices.Equal(got, l.want) {
						t.Errorf("pages of %d, backward %v: %v, want %v", size, backward, got, l.want)
					}
				}
			}
			whileRowsComeAndGo(t, db, l, viewer)
		})
	}
}

// whileRowsComeAndGo: who stays all the time is seen exactly once, in order; nobody is seen twice.
func whileRowsComeAndGo(t *testing.T, db *DB, l *listed, viewer int64) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for _, backward := range []bool{false, true} {
		stay := slices.Clone(l.want)
		got := walk(t, db, l.list, viewer, l.parent, 2, backward, func() {
			l.want = slices.Insert(l.want, 0, l.more())
			if i := random.IntN(len(stay)); i > 0 && i < len(stay)-1 {
				l.hide(stay[i])
				l.want = slices.DeleteFunc(l.want, func(id int64) bool { return id == stay[i] })
				stay = slices.Delete(stay, i, i+1)
			}
		})
		kept := slices.DeleteFunc(slices.Clone(got), func(id int64) bool { return !slices.Contains(stay, id) })
		if !slices.Equal(kept, stay) {
			t.Errorf("backward %v: of those who stayed, %v, came %v", backward, stay, kept)
		}
		slices.Sort(got)
		if len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("backward %v: twice in %v", backward, got)
		}
		if now := walk(t, db, l.list, viewer, l.parent, 100, false, nil); !slices.Equal(now, l.want) {
			t.Errorf("afterwards %v, want %v", now, l.want)
		}
	}
}

func TestListsOfManyParents(t *testing.T) {
	t.Parallel()
	db := open(t)
	var authors []int64
	want := map[int64][]int64{}
	for range 3 {
		author := person(t, db)
		authors = append(authors, author)
		for range 3 {
			want[author] = slices.Insert(want[author], 0, published(t, db, author, ""))
		}
	}
	got := must(db.Lists(t.Context(), StylesOfUser, 0, append(authors, 1), Page{Size: 1, After: math.MaxInt64, Before: -1}))
	for _, author := range authors {
		if entries := got[author]; len(entries) != 2 || entries[0].ID != want[author][0] || entries[1].ID != want[author][1] {
			t.Errorf("%v, want the first two of %v", entries, want[author])
		}
	}
	if len(got) != len(authors) {
		t.Errorf("pages of %d parents", len(got))
	}
}

// Who looks decides what a list shows.
func TestListsShowWhatIsVisible(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, follower, stranger := person(t, db), person(t, db), person(t, db)
	follow(t, db, follower, author)
	follow(t, db, author, follower)
	shown := publishedWith(t, db, author, "#tag", ItemInput{Name: "hat", Brand: ptr("Brand")})
	removed := publishedWith(t, db, author, "#tag", ItemInput{Name: "hat", Brand: ptr("Brand")})
	exec(t, db, `update styles set state = 'REMOVED' where id = ?`, removed)
	waiting := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: []int64{photoIn(t, db, author, PhotoProcessing)}}))
	tag, brand := one[int64](t, db, `select id from tags`), one[int64](t, db, `select id from brands`)
	check := func(who string, list List, viewer, parent int64, want ...int64) {
		t.Helper()
		if got := walk(t, db, list, viewer, parent, 10, false, nil); !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", who, got, want)
		}
	}
	for _, private := range []bool{false, true} {
		exec(t, db, `update users set is_private = ? where id = ?`, private, author)
		hidden := []int64{shown}
		if private {
			hidden = nil
		}
		check("nobody", StylesOfUser, 0, author, hidden...)
		check("a stranger", StylesOfUser, stranger, author, hidden...)
		check("a follower", StylesOfUser, follower, author, shown)
		check("the author", StylesOfUser, author, author, waiting, removed, shown)
		check("a stranger", StylesOfTag, stranger, tag, hidden...)
		check("a follower", StylesOfTag, follower, tag, shown)
		check("a stranger", StylesOfBrand, stranger, brand, hidden...)
		check("a follower", StylesOfBrand, follower, brand, shown)
		check("a stranger", RisingStyles, stranger, 0, hidden...)
		check("a follower", RisingStyles, follower, 0, hidden...) // only what is public rises
		check("a follower", FeedOfUser, follower, follower)       // nothing fanned out yet
		people := []int64{follower}
		if private {
			people = nil
		}
		check("a stranger", FollowersOfUser, stranger, author, people...)
		check("a stranger", FollowingOfUser, stranger, author, people...)
		check("the follower", FollowersOfUser, follower, author, follower)
	}
	exec(t, db, `update users set suspended_at = now() where id = ?`, author)
	for name, list := range map[string]List{"styles": StylesOfUser, "followers": FollowersOfUser, "following": FollowingOfUser} {
		check("the suspended author, "+name, list, author, author)
	}
}

func TestRisingStylesRise(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	loved, commented, latest := published(t, db, author, ""), published(t, db, author, ""), published(t, db, author, "")
	for range 3 {
		must(db.LikeStyle(t.Context(), by(person(t, db)), loved))
	}
	must(db.AddComment(t.Context(), by(author), commented, "x", 0))
	want := []int64{loved, commented, latest}
	if got := walk(t, db, RisingStyles, 0, 0, 1, false, nil); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPageArguments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, last   *int
		after, before *string
	}{
		{first: ptr(0)}, {first: ptr(-1)}, {first: ptr(101)}, {last: ptr(0)}, {last: ptr(101)}, {first: ptr(1), last: ptr(1)},
		{after: ptr("")}, {after: ptr("x")}, {before: ptr("-1")}, {after: ptr(awkward)},
	} {
		if _, err := NewPage(c.first, c.after, c.last, c.before); err == nil {
			t.Errorf("%v %v %v %v was taken", c.first, c.last, c.after, c.before)
		}
	}
	p, err := NewPage(nil, nil, nil, nil)
	if err != nil || p.Size != DefaultPageSize || p.IsAfter() || p.Order() != "desc" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestStatementsAreCounted(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, n := CountStatements(t.Context())
	must(db.Users(ctx, []int64{1}))
	_ = db.NewRaw(`select 1`).Scan(ctx, new(int))
	must(db.Users(t.Context(), []int64{1}))
	err := db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.NewRaw(`select 1`).Scan(ctx, new(int)) })
	if n.Load() != 3 || err != nil {
		t.Errorf("%d statements, want 3: begin and commit do not count; %v", n.Load(), err)
	}
}

func TestTopicsByName(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := named(t, db, "mina")
	publishedWith(t, db, author, "#여름 #여름 #OOTD", ItemInput{Name: "coat", Brand: ptr("  Über Coats ")})
	for name, id := range map[string]int64{
		"tag":   must(db.TagIDByName(t.Context(), "여름")),
		"latin": must(db.TagIDByName(t.Context(), "ootd")),
		"brand": must(db.BrandIDBySlug(t.Context(), "über-coats")),
	} {
		if id == 0 {
			t.Errorf("no %s", name)
		}
	}
	if id := must(db.UserIDByUsername(t.Context(), "mina")); id != author {
		t.Errorf("mina is %d, want %d", id, author)
	}
	for _, id := range []int64{must(db.TagIDByName(t.Context(), "none")), must(db.BrandIDBySlug(t.Context(), "")), must(db.UserIDByUsername(t.Context(), "Mina"))} {
		if id != 0 {
			t.Errorf("found %d", id)
		}
	}
	if got := one[string](t, db, `select name from brands`); got != "Über Coats" {
		t.Errorf("brand %q", got)
	}
}

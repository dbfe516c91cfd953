package models

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func collection(t testing.TB, db *DB, owner int64, isPrivate bool) int64 {
	t.Helper()
	return must(db.CreateCollection(t.Context(), by(owner), "kept", isPrivate))
}

func collectionOf(t testing.TB, db *DB, id int64) *Collection {
	t.Helper()
	return must(db.Collections(t.Context(), []int64{id}))[id]
}

func TestCollectingTwiceIsCollectingOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan := person(t, db), person(t, db)
	id := published(t, db, author, "")
	exec(t, db, `update accounts set locale = 'en' where user_id = ?`, fan)
	// Several requests race for the first use: there is one default collection, and the style is in it once.
	for _, err := range atOnce(6, func(int) error { _, err := db.CollectStyle(t.Context(), by(fan), id, 0); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	kept := must(db.CollectStyle(t.Context(), by(fan), id, 0)).CollectionID
	if c := collectionOf(t, db, kept); c.StyleCount != 1 || !c.IsDefault || c.IsPrivate || c.Name != "Saved styles" || c.OwnerID != fan {
		t.Errorf("%+v", c)
	}
	if n := one[int](t, db, `select count(*) from collections`); n != 1 {
		t.Errorf("%d collections", n)
	}
	other := collection(t, db, fan, true)
	must(db.CollectStyle(t.Context(), by(fan), id, other))
	if s := styleOf(t, db, id); s.CollectCount != 1 {
		t.Errorf("one person keeps it, it says %d", s.CollectCount)
	}
	if flags := must(db.StyleFlagsFor(t.Context(), fan, []int64{id})); !flags[id].Collected {
		t.Error("the viewer has collected it")
	}
	must(db.UncollectStyle(t.Context(), by(fan), id, kept))
	if s := styleOf(t, db, id); s.CollectCount != 1 || collectionOf(t, db, kept).StyleCount != 0 {
		t.Errorf("still in another: %d", s.CollectCount)
	}
	must(db.CollectStyle(t.Context(), by(fan), id, 0))
	for _, err := range atOnce(4, func(int) error { _, err := db.UncollectStyle(t.Context(), by(fan), id, 0); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	if s := styleOf(t, db, id); s.CollectCount != 0 || collectionOf(t, db, other).StyleCount != 0 {
		t.Errorf("taken out of all: %d", s.CollectCount)
	}
	checkCounters(t, db)
}

func TestCollectionsAreTheirOwners(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, owner, stranger := person(t, db), person(t, db), person(t, db)
	id := published(t, db, author, "")
	public, private := collection(t, db, owner, false), collection(t, db, owner, true)
	for name, act := range map[string]func(collectionID int64) error{
		"update": func(c int64) error {
			_, err := db.UpdateCollection(t.Context(), by(stranger), c, CollectionChange{})
			return err
		},
		"delete":    func(c int64) error { _, err := db.DeleteCollection(t.Context(), by(stranger), c); return err },
		"collect":   func(c int64) error { _, err := db.CollectStyle(t.Context(), by(stranger), id, c); return err },
		"uncollect": func(c int64) error { _, err := db.UncollectStyle(t.Context(), by(stranger), id, c); return err },
	} {
		t.Log(name)
		refused(t, act(public), "collectionId NOT_ALLOWED")
		refused(t, act(private), "collectionId NOT_FOUND")
		refused(t, act(1), "collectionId NOT_FOUND")
	}
	for _, hide := range []string{`update users set is_private = true where id = ?`, `update users set suspended_at = now() where id = ?`} {
		exec(t, db, hide, author)
		_, err := db.CollectStyle(t.Context(), by(owner), id, public)
		refused(t, err, "styleId NOT_FOUND")
		_, err = db.UncollectStyle(t.Context(), by(owner), id, 0)
		refused(t, err, "styleId NOT_FOUND")
	}
	checkCounters(t, db)
}

func TestNamesOfCollections(t *testing.T) {
	t.Parallel()
	db := open(t)
	owner := person(t, db)
	id := collection(t, db, owner, false)
	for name, want := range map[string]string{"": "name REQUIRED", "\n": "name REQUIRED", strings.Repeat("가", 51): "name TOO_LONG"} {
		_, err := db.CreateCollection(t.Context(), by(owner), name, false)
		refused(t, err, want)
		_, err = db.UpdateCollection(t.Context(), by(owner), id, CollectionChange{Name: &name})
		refused(t, err, want)
	}
	must(db.UpdateCollection(t.Context(), by(owner), id, CollectionChange{Name: ptr(" 겨울 " + strings.Repeat("x", 47))}))
	must(db.UpdateCollection(t.Context(), by(owner), id, CollectionChange{}))
	must(db.UpdateCollection(t.Context(), by(owner), id, CollectionChange{IsPrivate: ptr(true)}))
	if c := collectionOf(t, db, id); c.Name != "겨울 "+strings.Repeat("x", 47) || !c.IsPrivate {
		t.Errorf("%+v", c)
	}
}

func TestHowManyCollectionsAndStyles(t *testing.T) {
	t.Parallel()
	db := open(t)
	owner := person(t, db)
	id := published(t, db, person(t, db), "")
	exec(t, db, `insert into collections (owner_id, name, is_private, is_default, style_count, created_at)
		select ?, 'x', false, false, 0, now() from generate_series(1, ?)`, owner, MaxCollections-2)
	refusals := 0
	for _, err := range atOnce(4, func(int) error { _, err := db.CreateCollection(t.Context(), by(owner), "x", false); return err }) {
		if err != nil {
			refused(t, err, "TOO_MANY")
			refusals++
		}
	}
	must(db.CollectStyle(t.Context(), by(owner), id, 0)) // there is room for the default one
	if n := one[int](t, db, `select count(*) from collections where owner_id = ?`, owner); n != MaxCollections || refusals != 3 {
		t.Errorf("%d collections, %d refusals", n, refusals)
	}
	full := one[int64](t, db, `select min(id) from collections`)
	exec(t, db, `update collections set style_count = ? where id = ?`, MaxCollectionStyles, full)
	_, err := db.CollectStyle(t.Context(), by(owner), id, full)
	refused(t, err, "collectionId TOO_MANY")
	exec(t, db, `update collections set style_count = ? where id = ?`, MaxCollectionStyles-1, full)
	must(db.CollectStyle(t.Context(), by(owner), id, full))
	must(db.CollectStyle(t.Context(), by(owner), id, full)) // it is there: nothing to refuse
}

func TestDeletingACollection(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, owner := person(t, db), person(t, db)
	both, only := published(t, db, author, ""), published(t, db, author, "")
	first := must(db.CollectStyle(t.Context(), by(owner), only, 0)).CollectionID
	other := collection(t, db, owner, false)
	must(db.CollectStyle(t.Context(), by(owner), both, 0))
	must(db.CollectStyle(t.Context(), by(owner), both, other))
	failures := 0
	for _, err := range atOnce(3, func(int) error { _, err := db.DeleteCollection(t.Context(), by(owner), first); return err }) {
		if err != nil {
			refused(t, err, "collectionId NOT_FOUND")
			failures++
		}
	}
	if failures != 2 || styleOf(t, db, only).CollectCount != 0 || styleOf(t, db, both).CollectCount != 1 {
		t.Errorf("%d failures, collected %d and %d", failures, styleOf(t, db, only).CollectCount, styleOf(t, db, both).CollectCount)
	}
	if again := must(db.CollectStyle(t.Context(), by(owner), only, 0)).CollectionID; again == first || !collectionOf(t, db, again).IsDefault {
		t.Error("another default collection is made when it is needed")
	}
	checkCounters(t, db)
}

// A private collection never gives its owner away, whichever way it became private.
func TestWhoIsToldOfACollectedStyle(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, owner, loud := person(t, db), person(t, db), person(t, db)
	id := published(t, db, author, "")
	public, private := collection(t, db, owner, false), collection(t, db, owner, true)
	check := func(when string, actors ...int64) {
		t.Helper()
		runNotifyJobs(t, db)
		folds := listFolds(t, db, author)
		switch {
		case len(folds) == 0 && len(actors) == 0:
		case len(folds) != 1 || folds[0].Kind != StyleCollected || folds[0].ActorCount != len(actors) || !slices.Equal(folds[0].ActorIDs, actors):
			t.Errorf("%s: %+v, want %v", when, folds, actors)
		}
		if wrong := misfolded(t, db); len(wrong) > 0 {
			t.Errorf("%s: %q", when, wrong)
		}
	}
	must(db.CollectStyle(t.Context(), by(owner), id, private))
	if n := jobs(t, db, JobNotify); n != 0 {
		t.Errorf("%d jobs of what is private", n)
	}
	must(db.CollectStyle(t.Context(), by(owner), id, public))
	check("collected", owner)
	must(db.CollectStyle(t.Context(), by(loud), id, 0))
	must(db.CollectStyle(t.Context(), by(author), id, 0)) // nobody is told of what they did themselves
	check("by another", loud, owner)
	must(db.UpdateCollection(t.Context(), by(owner), public, CollectionChange{IsPrivate: ptr(true)}))
	check("made private", loud)
	must(db.UpdateCollection(t.Context(), by(owner), private, CollectionChange{IsPrivate: ptr(false)}))
	check("another made public", loud, owner)
	must(db.DeleteCollection(t.Context(), by(owner), private))
	check("deleted", loud)
	must(db.UncollectStyle(t.Context(), by(loud), id, 0))
	check("uncollected")
	exec(t, db, `update users set is_private = true where id = ?`, loud)
	must(db.CollectStyle(t.Context(), by(loud), id, 0))
	runNotifyJobs(t, db)
	if folds := listFolds(t, db, author); len(folds) != 0 {
		t.Errorf("told of the public collection of a private account: %+v", folds[0])
	}
}

func TestErasedStylesLeaveCollections(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, owner := person(t, db), person(t, db)
	id := published(t, db, author, "")
	kept := must(db.CollectStyle(t.Context(), by(owner), id, 0)).CollectionID
	must(db.DeleteStyle(t.Context(), by(author), id))
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, id) })
	if c := collectionOf(t, db, kept); c.StyleCount != 0 {
		t.Errorf("%d styles", c.StyleCount)
	}
	checkCounters(t, db)
}

func TestVisibilityOfCollectionsInSQLAndGo(t *testing.T) {
	t.Parallel()
	db := open(t)
	owner, follower, stranger := person(t, db), person(t, db), person(t, db)
	follow(t, db, follower, owner)
	shown, hidden := collection(t, db, owner, false), collection(t, db, owner, true)
	want := map[string][]int64{
		"":                     {owner, shown, owner, hidden, follower, shown, stranger, shown, 0, shown},
		"is_private = true":    {owner, shown, owner, hidden, follower, shown},
		"suspended_at = now()": {},
		"deleted_at = now()":   {},
	}
	for change, pairs := range want {
		if change != "" {
			exec(t, db, `update users set `+change+` where id = ?`, owner)
		}
		u := must(db.Users(t.Context(), []int64{owner}))[owner]
		for _, viewer := range []int64{owner, follower, stranger, 0} {
			var wanted []int64
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == viewer {
					wanted = slices.Insert(wanted, 0, pairs[i+1])
				}
			}
			if got := walk(t, db, CollectionsOfUser, viewer, owner, 10, false, nil); !slices.Equal(got, wanted) {
				t.Errorf("%q: %d sees %v, want %v", change, viewer, got, wanted)
			}
			for _, id := range []int64{shown, hidden} {
				if got := CollectionVisible(collectionOf(t, db, id), u, viewer, Between{Follows: viewer == follower}); got != slices.Contains(wanted, id) {
					t.Errorf("%q: %d sees %d by Go %v", change, viewer, id, got)
				}
			}
		}
		exec(t, db, `update users set is_private = false, suspended_at = null, deleted_at = null where id = ?`, owner)
	}
}

func TestCoversAreVisible(t *testing.T) {
	t.Parallel()
	db := open(t)
	owner, author, shy := person(t, db), person(t, db), person(t, db)
	first, second, third := published(t, db, author, ""), published(t, db, shy, ""), published(t, db, author, "")
	full, empty := collection(t, db, owner, false), collection(t, db, owner, false)
	for _, id := range []int64{third, first, second} {
		must(db.CollectStyle(t.Context(), by(owner), id, full))
	}
	check := func(when string, viewer, style int64) {
		t.Helper()
		want := map[int64]int64{}
		if style != 0 {
			want[full] = styleOf(t, db, style).PhotoIDs[0]
		}
		got := must(db.Covers(t.Context(), viewer, []int64{full, empty}))
		if len(got) != len(want) || got[full] != want[full] {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	check("all visible", 0, second)
	exec(t, db, `update users set is_private = true where id = ?`, shy)
	check("the newest is private", 0, first)
	check("the newest is private, its author looks", shy, second)
	exec(t, db, `update styles set state = 'REMOVED' where id = ?`, first)
	check("the next is removed", 0, third)
	exec(t, db, `update photos set state = 'PROCESSING' where style_id = ?`, third)
	check("no photo is ready", 0, 0)
}

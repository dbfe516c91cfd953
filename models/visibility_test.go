package models

import (
	"testing"

	"github.com/uptrace/bun/dialect/pgdialect"
	"pgregory.net/rapid"
)

// someWorld is people in every relation to each other, each with a style in any state.
type someWorld struct {
	people, styles []int64
}

func newWorld(t *testing.T, rt *rapid.T, db *DB) someWorld {
	t.Helper()
	var w someWorld
	maybe := func(name string) bool { return rapid.IntRange(0, 3).Draw(rt, name) == 0 }
	for range rapid.IntRange(2, 4).Draw(rt, "people") {
		w.people = append(w.people, person(t, db))
	}
	for _, id := range w.people {
		w.styles = append(w.styles, published(t, db, id, ""))
	}
	for i, id := range w.people {
		exec(t, db, `update users set is_private = ?, suspended_at = case when ? then now() end, deleted_at = case when ? then now() end where id = ?`,
			rapid.Bool().Draw(rt, "private"), maybe("suspended"), maybe("deleted"), id)
		exec(t, db, `update styles set state = ?, deleted_at = case when ? then now() end where id = ?`,
			rapid.SampledFrom([]StyleState{StylePublished, StylePublished, StyleProcessing, StyleRemoved}).Draw(rt, "state"), maybe("style deleted"), w.styles[i])
		for _, other := range w.people {
			if other == id {
				continue
			}
			if rapid.Bool().Draw(rt, "follows") {
				exec(t, db, `insert into follows (follower_id, followee_id, merged) values (?, ?, false)`, id, other)
			} else if maybe("requested") {
				exec(t, db, `insert into follow_requests (follower_id, followee_id) values (?, ?)`, id, other)
			}
			if maybe("blocks") {
				exec(t, db, `insert into blocks (blocker_id, blocked_id) values (?, ?)`, id, other)
			}
			if maybe("mutes") {
				exec(t, db, `insert into mutes (muter_id, muted_id) values (?, ?)`, id, other)
			}
		}
	}
	return w
}

// seen is what the rule says of a style and its author.
type seen struct{ Person, Content, Style bool }

// TestVisibilityInSQLAndGo has everybody, and nobody, look at everything in worlds of all kinds.
func TestVisibilityInSQLAndGo(t *testing.T) {
	t.Parallel()
	db := open(t)
	verdicts := map[seen]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, rt, db)
		for _, viewer := range append([]int64{0}, w.people...) {
			inSQL, inGo := seenBySQL(t, db, viewer, w.styles), seenByGo(t, db, viewer, w.styles)
			for _, id := range w.styles {
				if inSQL[id] != inGo[id] {
					rt.Errorf("%d looks at %d: by SQL %+v, by Go %+v", viewer, id, inSQL[id], inGo[id])
				}
				verdicts[inGo[id]]++
			}
		}
	})
	for _, v := range []seen{{}, {Person: true}, {Person: true, Content: true}, {Person: true, Content: true, Style: true}} {
		if verdicts[v] == 0 {
			t.Errorf("no world had %+v: %v", v, verdicts)
		}
	}
	if len(verdicts) != 4 {
		t.Errorf("what is seen of a style but not of its author: %v", verdicts)
	}
}

func seenBySQL(t *testing.T, db *DB, viewer int64, styles []int64) map[int64]seen {
	t.Helper()
	var rows []struct {
		ID int64
		seen
	}
	err := db.NewRaw(forViewer(`select s.id, `+userVisibleSQL+` as person, `+contentVisibleSQL+` as content, `+styleVisibleSQL+` as style
		from styles s join users u on u.id = s.author_id where s.id = any(?1)`, "?0"), viewer, pgdialect.Array(styles)).Scan(t.Context(), &rows)
	if err != nil {
		t.Fatal(err)
	}
	all := map[int64]seen{}
	for _, r := range rows {
		all[r.ID] = r.seen
	}
	return all
}

func seenByGo(t *testing.T, db *DB, viewer int64, ids []int64) map[int64]seen {
	t.Helper()
	all := map[int64]seen{}
	for id, s := range must(db.Styles(t.Context(), ids)) {
		author := must(db.Users(t.Context(), []int64{s.AuthorID}))[s.AuthorID]
		b := Between{
			Follows: must(db.UserFlagsFor(t.Context(), viewer, []int64{author.ID}))[author.ID].Follows,
			Blocked: len(must(db.BlockedAmong(t.Context(), viewer, []int64{author.ID}))) > 0,
		}
		all[id] = seen{UserVisible(author, b), ContentVisible(author, viewer, b), StyleVisible(s, author, viewer, b)}
	}
	return all
}

// TestVisibilityAsPromised states the rule once more, in words, for what both could have wrong.
func TestVisibilityAsPromised(t *testing.T) {
	t.Parallel()
	now := ptr(someTime)
	public, private := User{ID: 1}, User{ID: 1, IsPrivate: true}
	gone, suspended := User{ID: 1, DeletedAt: now}, User{ID: 1, SuspendedAt: now}
	shown, waiting := Style{AuthorID: 1, State: StylePublished}, Style{AuthorID: 1, State: StyleProcessing}
	removed, deleted := Style{AuthorID: 1, State: StyleRemoved}, Style{AuthorID: 1, State: StylePublished, DeletedAt: now}
	const self, other, nobody = 1, 2, 0
	none, follows, blocked := Between{}, Between{Follows: true}, Between{Blocked: true}
	for i, c := range []struct {
		style   Style
		author  User
		viewer  int64
		between Between
		want    bool
	}{
		{shown, public, nobody, none, true}, {shown, public, other, none, true}, {shown, public, self, none, true},
		{shown, private, nobody, none, false}, {shown, private, other, none, false}, {shown, private, other, follows, true}, {shown, private, self, none, true},
		{waiting, public, other, follows, false}, {waiting, public, self, none, true}, {waiting, private, self, none, true},
		{removed, public, other, follows, false}, {removed, public, self, none, true},
		{deleted, public, self, none, false}, {deleted, public, other, follows, false},
		{shown, gone, self, none, false}, {shown, gone, other, follows, false}, {shown, suspended, other, follows, false}, {shown, suspended, self, none, false},
		{shown, public, other, blocked, false}, {shown, private, other, Between{Follows: true, Blocked: true}, false},
	} {
		if got := StyleVisible(&c.style, &c.author, c.viewer, c.between); got != c.want {
			t.Errorf("case %d: visible %v, want %v", i, got, c.want)
		}
	}
}

package models

import (
	"fmt"
	"testing"
)

// TestVisibilityInSQLAndGo has every kind of viewer look at every kind of style of every kind of author.
func TestVisibilityInSQLAndGo(t *testing.T) {
	t.Parallel()
	db := open(t)
	follower, stranger := person(t, db), person(t, db)
	seen := map[bool]int{}
	for _, author := range []struct{ name, change string }{
		{"public", `bio = bio`}, {"private", `is_private = true`}, {"suspended", `suspended_at = now()`}, {"deleted", `deleted_at = now()`},
		{"private and suspended", `is_private = true, suspended_at = now()`},
	} {
		id := person(t, db)
		follow(t, db, follower, id)
		for _, style := range []struct{ name, change string }{
			{"published", `caption = caption`}, {"processing", `state = 'PROCESSING'`}, {"removed", `state = 'REMOVED'`},
			{"deleted", `deleted_at = now()`}, {"removed and deleted", `state = 'REMOVED', deleted_at = now()`},
		} {
			styleID := published(t, db, id, "")
			exec(t, db, `update styles set `+style.change+` where id = ?`, styleID)
			exec(t, db, `update users set `+author.change+` where id = ?`, id)
			for viewer, viewerID := range map[string]int64{"nobody": 0, "self": id, "follower": follower, "stranger": stranger} {
				name := fmt.Sprintf("%s looks at a %s style of a %s account", viewer, style.name, author.name)
				seen[compareVisibility(t, db, name, viewerID, styleID)]++
			}
			exec(t, db, `update users set is_private = false, suspended_at = null, deleted_at = null where id = ?`, id)
		}
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("visible and not: %v", seen)
	}
}

// compareVisibility has the Go say what the SQL says, and tells what that is.
func compareVisibility(t *testing.T, db *DB, name string, viewerID, styleID int64) bool {
	t.Helper()
	s := styleOf(t, db, styleID)
	author := must(db.Users(t.Context(), []int64{s.AuthorID}))[s.AuthorID]
	follows := must(db.UserFlagsFor(t.Context(), viewerID, []int64{author.ID}))[author.ID].Follows
	for what, test := range map[string]struct {
		condition string
		inGo      bool
	}{
		"person":  {userVisibleSQL, UserVisible(author)},
		"content": {contentVisibleSQL, ContentVisible(author, viewerID, follows)},
		"style":   {styleVisibleSQL, StyleVisible(s, author, viewerID, follows)},
	} {
		var inSQL bool
		err := db.Pool.QueryRow(t.Context(), `select exists (select from styles s join users u on u.id = s.author_id
			where s.id = $2 and `+test.condition+`) and $1::bigint is not null`, viewerID, styleID).Scan(&inSQL)
		if err != nil {
			t.Fatal(err)
		}
		if inSQL != test.inGo {
			t.Errorf("%s: %s visible by SQL %v, by Go %v", name, what, inSQL, test.inGo)
		}
	}
	return StyleVisible(s, author, viewerID, follows)
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
	for i, c := range []struct {
		style   Style
		author  User
		viewer  int64
		follows bool
		want    bool
	}{
		{shown, public, nobody, false, true}, {shown, public, other, false, true}, {shown, public, self, false, true},
		{shown, private, nobody, false, false}, {shown, private, other, false, false}, {shown, private, other, true, true}, {shown, private, self, false, true},
		{waiting, public, other, true, false}, {waiting, public, self, false, true}, {waiting, private, self, false, true},
		{removed, public, other, true, false}, {removed, public, self, false, true},
		{deleted, public, self, false, false}, {deleted, public, other, true, false},
		{shown, gone, self, false, false}, {shown, gone, other, true, false}, {shown, suspended, other, true, false}, {shown, suspended, self, false, false},
	} {
		if got := StyleVisible(&c.style, &c.author, c.viewer, c.follows); got != c.want {
			t.Errorf("case %d: visible %v, want %v", i, got, c.want)
		}
	}
}

package models

import (
	"context"
	"slices"
	"testing"
)

// changePerson changes what others may see of a person, as the verbs do.
func changePerson(t testing.TB, db *DB, userID int64, set string) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.NewRaw(`update users set `+set+` where id = ?`, userID).Exec(ctx); err != nil {
			return err
		}
		return tx.personVisibilityChanged(ctx, userID)
	})
}

func settle(t testing.TB, db *DB, userID int64) {
	t.Helper()
	if err := db.SettlePerson(t.Context(), userID); err != nil {
		t.Fatal(err)
	}
}

// Tags and brands count what everybody may see, and lose nothing of what followers may.
func TestTopicsCountWhatEverybodyMaySee(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, follower := person(t, db), person(t, db)
	follow(t, db, follower, author)
	open1 := publishedWith(t, db, person(t, db), "#coat", ItemInput{Name: "coat", Brand: ptr("Maison")})
	id := publishedWith(t, db, author, "#coat", ItemInput{Name: "coat", Brand: ptr("Maison")})
	tag := styleOf(t, db, id).TagIDs[0]
	check := func(when string, counted, followers, strangers int) {
		t.Helper()
		settle(t, db, author)
		settle(t, db, author) // again
		if n := one[int](t, db, `select style_count from tags`); n != counted {
			t.Errorf("%s: the tag counts %d, want %d", when, n, counted)
		}
		if n := one[int](t, db, `select style_count from brands`); n != counted {
			t.Errorf("%s: the brand counts %d, want %d", when, n, counted)
		}
		checkCounters(t, db)
		for viewer, want := range map[int64]int{follower: followers, 0: strangers} {
			if n := len(must(db.Lists(t.Context(), StylesOfTag, viewer, []int64{tag}, must(NewPage(nil, nil, nil, nil))))[tag]); n != want {
				t.Errorf("%s: viewer %d sees %d styles, want %d", when, viewer, n, want)
			}
		}
	}
	check("public", 2, 2, 2)
	changePerson(t, db, author, `is_private = true`)
	if n := jobs(t, db, JobSettlePerson); n != 1 {
		t.Errorf("%d jobs", n)
	}
	check("private", 1, 2, 1)
	publishedWith(t, db, author, "#coat", ItemInput{Name: "hat", Brand: ptr("Maison")})
	check("published while private", 1, 3, 1)
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr("none")}))
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr("#coat again")}))
	check("changed while private", 1, 3, 1)
	changePerson(t, db, author, `is_private = false`)
	check("public again", 3, 3, 3)
	changePerson(t, db, author, `suspended_at = now()`)
	check("suspended", 1, 1, 1)
	changePerson(t, db, author, `suspended_at = null`)
	check("let back in", 3, 3, 3)
	changePerson(t, db, author, `is_private = true, deleted_at = now()`)
	check("gone", 1, 1, 1)
	must(db.DeleteStyle(t.Context(), by(styleOf(t, db, open1).AuthorID), open1))
	check("nothing is left", 0, 0, 0)
}

// A fold counts whom its recipient is to hear of, and remembers the others.
func TestFoldsFollowWhoIsHidden(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "")
	fans := people(t, db, 5)
	for _, fan := range fans {
		must(db.LikeStyle(t.Context(), by(fan), id))
	}
	runNotifyJobs(t, db)
	must(db.MarkNotificationsRead(t.Context(), by(author), nil))
	wantFold(t, onlyFold(t, db, author), StyleLiked, id, 5, fans[4], fans[3], fans[2])
	changePerson(t, db, fans[4], `suspended_at = now()`)
	wantFold(t, onlyFold(t, db, author), StyleLiked, id, 4, fans[3], fans[2]) // at once
	settle(t, db, fans[4])
	wantFold(t, onlyFold(t, db, author), StyleLiked, id, 4, fans[3], fans[2], fans[1])
	changePerson(t, db, fans[0], `deleted_at = now()`)
	settle(t, db, fans[0])
	wantFold(t, onlyFold(t, db, author), StyleLiked, id, 3, fans[3], fans[2], fans[1])
	for _, fan := range []int64{fans[0], fans[4]} {
		changePerson(t, db, fan, `suspended_at = null, deleted_at = null`)
		settle(t, db, fan)
	}
	n := onlyFold(t, db, author)
	wantFold(t, n, StyleLiked, id, 5, fans[4], fans[3], fans[2])
	if n.ReadAt == nil || jobs(t, db, JobPush) != 0 {
		t.Error("who comes back is no news")
	}
	if wrong := misfolded(t, db); len(wrong) > 0 {
		t.Errorf("folds and actors: %q", wrong)
	}
}

// Whoever made the account private may have died before the cache knew: the job tells it, too.
func TestSettlingTellsTheCacheOfThePerson(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	var told []int64
	db.OnCommit(func(_ context.Context, c Changes) { told = append(told, c.Users...) })
	if err := db.SettlePerson(t.Context(), author); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(told, author) {
		t.Errorf("the cache is told of %v", told)
	}
}

package models

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLikesAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan := person(t, db), person(t, db)
	id := published(t, db, author, "")
	exec(t, db, `delete from outbox`)
	all := func(verb func() error) {
		t.Helper()
		for _, err := range atOnce(6, func(int) error { return verb() }) {
			if err != nil {
				t.Error(err)
			}
		}
	}
	all(func() error { _, err := db.LikeStyle(t.Context(), by(fan), id); return err })
	if s := styleOf(t, db, id); s.LikeCount != 1 || jobs(t, db, JobNotify) != 1 {
		t.Errorf("%d likes, %d notifications", s.LikeCount, jobs(t, db, JobNotify))
	}
	if flags := must(db.StyleFlagsFor(t.Context(), fan, []int64{id, 1})); !flags[id].Liked || flags[1].Liked || flags[id].Collected || flags[id].RequestedItemInfo {
		t.Errorf("%+v", flags)
	}
	all(func() error { _, err := db.UnlikeStyle(t.Context(), by(fan), id); return err })
	if s := styleOf(t, db, id); s.LikeCount != 0 || jobs(t, db, JobNotify) != 2 {
		t.Errorf("%d likes, %d notifications", s.LikeCount, jobs(t, db, JobNotify))
	}
	must(db.LikeStyle(t.Context(), by(author), id)) // one's own: counted, not told
	if s := styleOf(t, db, id); s.LikeCount != 1 || jobs(t, db, JobNotify) != 2 {
		t.Errorf("%d likes, %d notifications", s.LikeCount, jobs(t, db, JobNotify))
	}
}

// Everybody gets the counter as their own like left it, so no two get the same, whatever they had to wait for.
func TestLikesOfManyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	fans := people(t, db, 8)
	id := published(t, db, author, "")
	exec(t, db, `delete from outbox`)
	counts := make([]int, len(fans))
	change := func(name string, verb func(context.Context, Attempt, int64) (Liked, error), want []int) {
		t.Helper()
		for _, err := range atOnce(len(fans), func(i int) error {
			liked, err := verb(t.Context(), keyed(t, fans[i], name, "k", id), id)
			if err == nil {
				counts[i] = liked.Style.LikeCount
			}
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if slices.Sort(counts); !slices.Equal(counts, want) {
			t.Errorf("%s: counts %v, want %v", name, counts, want)
		}
	}
	change("likeStyle", db.LikeStyle, []int{1, 2, 3, 4, 5, 6, 7, 8})
	change("unlikeStyle", db.UnlikeStyle, []int{0, 1, 2, 3, 4, 5, 6, 7})
	if n := jobs(t, db, JobNotify); n != 16 {
		t.Errorf("%d notifications", n)
	}
	checkCounters(t, db)
}

// A like is one statement, which says all of the style; its repetition with the same key finds what was answered.
func TestALikeIsOneStatement(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan := person(t, db), person(t, db)
	id := published(t, db, author, awkward)
	for _, step := range []struct {
		name  string
		verb  func(context.Context, Attempt, int64) (Liked, error)
		likes bool
	}{
		{"likeStyle", db.LikeStyle, true}, {"likeStyle", db.LikeStyle, true}, {"unlikeStyle", db.UnlikeStyle, false}, {"unlikeStyle", db.UnlikeStyle, false},
	} {
		for _, a := range []Attempt{by(fan), keyed(t, fan, step.name, rand.Text(), id)} {
			ctx, statements := CountStatements(t.Context())
			liked := must(step.verb(ctx, a, id))
			if n := statements.Load(); n != 1 || liked.StyleID != id || liked.Flags != (StyleFlags{Liked: step.likes}) {
				t.Fatalf("%d statements, %+v", n, liked)
			}
			same(t, step.name, liked.Style, utc(styleOf(t, db, id)))
			if a.Key != "" {
				if again := must(step.verb(t.Context(), a, id)); again.StyleID != id || again.Style != nil {
					t.Errorf("again: %+v", again)
				}
			}
		}
	}
	checkCounters(t, db)
}

// A like that finds its like in the making waits for it, and gives no row that is older than that.
func TestALikeThatWaitsForItself(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fan := person(t, db), person(t, db)
	id := published(t, db, author, "")
	results := make([]Liked, 6)
	for _, err := range atOnce(len(results), func(i int) (err error) {
		results[i], err = db.LikeStyle(t.Context(), keyed(t, fan, "likeStyle", fmt.Sprint(i), id), id)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, r := range results {
		if r.StyleID != id || r.Style != nil && r.Style.LikeCount != 1 {
			t.Errorf("%+v", r)
		}
	}
	if n := one[int](t, db, `select count(*) from idempotency_keys where result = ?`, fmt.Sprintf(`{"result": %d}`, id)); n != len(results) {
		t.Errorf("%d answers are remembered", n)
	}
	checkCounters(t, db)
}

func TestNobodyActsOnWhatTheyDoNotSee(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, stranger := person(t, db), person(t, db)
	id := published(t, db, author, "")
	comment := must(db.AddComment(t.Context(), by(author), id, "x", 0)).CommentID
	acts := map[string]func(style int64) error{
		"like":    func(style int64) error { _, err := db.LikeStyle(t.Context(), by(stranger), style); return err },
		"unlike":  func(style int64) error { _, err := db.UnlikeStyle(t.Context(), by(stranger), style); return err },
		"comment": func(style int64) error { _, err := db.AddComment(t.Context(), by(stranger), style, "x", 0); return err },
	}
	for change, back := range map[string]string{
		`update users set is_private = true where id = ?0`:      `update users set is_private = false where id = ?0`,
		`update users set suspended_at = now() where id = ?0`:   `update users set suspended_at = null where id = ?0`,
		`update styles set state = 'PROCESSING' where id = ?1`:  `update styles set state = 'PUBLISHED' where id = ?1`,
		`update styles set deleted_at = now() where id = ?1`:    `update styles set deleted_at = null where id = ?1`,
		`select 1 /* nothing is hidden, but the id is wrong */`: `select 1`,
	} {
		exec(t, db, change, author, id)
		style := id
		if strings.HasPrefix(change, "select") {
			style = 1
		} else {
			_, err := db.DeleteComment(t.Context(), by(stranger), comment)
			refused(t, err, "commentId NOT_FOUND")
		}
		for _, act := range acts {
			refused(t, act(style), "styleId NOT_FOUND")
		}
		exec(t, db, back, author, id)
	}
	checkCounters(t, db)
}

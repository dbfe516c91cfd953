package models

import (
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

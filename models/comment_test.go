package models

import (
	"slices"
	"strings"
	"testing"
)

func TestComments(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina, jun := person(t, db), person(t, db), person(t, db)
	id, elsewhere := published(t, db, author, ""), published(t, db, author, "")
	exec(t, db, `delete from outbox`)
	add := func(who int64, body string, replyTo int64) int64 {
		t.Helper()
		return must(db.AddComment(t.Context(), by(who), id, body, replyTo)).CommentID
	}
	first := add(mina, " 정보 좀요 ", 0)
	reply := add(jun, mention(t, db, mina, author)+awkward, first)
	found := must(db.Comments(t.Context(), []int64{first, reply}))
	if c := found[first]; c.Body != "정보 좀요" || !c.IsItemInfoRequest || c.ReplyToID != nil || len(c.MentionIDs) != 0 {
		t.Errorf("%+v", c)
	}
	if c := found[reply]; c.IsItemInfoRequest || *c.ReplyToID != first || !slices.Equal(c.MentionIDs, []int64{mina, author}) {
		t.Errorf("%+v", c)
	}
	if n := jobs(t, db, JobNotify); n != 3 { // the author of both comments, although mentioned only once, and mina of being mentioned
		t.Errorf("%d notifications: %+v", n, notifyJobs(t, db))
	}
	for _, c := range []struct {
		body    string
		replyTo int64
		want    string
	}{
		{"", 0, "body REQUIRED"}, {" \u200b", 0, "body REQUIRED"}, {strings.Repeat("가", MaxComment+1), 0, "body TOO_LONG"}, {strings.Repeat("x", 1<<20), 0, "body TOO_LONG"},
		{"x", 1, "replyToId NOT_FOUND"}, {"x", must(db.AddComment(t.Context(), by(mina), elsewhere, "x", 0)).CommentID, "replyToId NOT_FOUND"},
	} {
		_, err := db.AddComment(t.Context(), by(mina), id, c.body, c.replyTo)
		refused(t, err, c.want)
	}
	remove := func(who, comment int64) error { _, err := db.DeleteComment(t.Context(), by(who), comment); return err }
	refused(t, remove(mina, reply), "commentId NOT_ALLOWED")
	refused(t, remove(mina, 1), "commentId NOT_FOUND")
	if err := remove(mina, first); err != nil {
		t.Errorf("one's own: %v", err)
	}
	if c := must(db.Comments(t.Context(), []int64{reply}))[reply]; c == nil || c.ReplyToID != nil {
		t.Errorf("the reply: %+v", c)
	}
	if err := remove(author, reply); err != nil {
		t.Errorf("under one's own style: %v", err)
	}
	refused(t, remove(author, reply), "commentId NOT_FOUND")
	checkCounters(t, db)
}

func TestACommentDeletedTwiceAndAnsweredAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "")
	for range 5 {
		comment := must(db.AddComment(t.Context(), by(author), id, "x", 0)).CommentID
		for i, err := range atOnce(6, func(i int) error {
			if i < 3 {
				_, err := db.DeleteComment(t.Context(), by(author), comment)
				return err
			}
			_, err := db.AddComment(t.Context(), by(author), id, "y", comment)
			return err
		}) {
			if err != nil && i < 3 {
				refused(t, err, "commentId NOT_FOUND")
			} else if err != nil {
				refused(t, err, "replyToId NOT_FOUND")
			}
		}
		checkCounters(t, db)
	}
}

package models

import (
	"context"
	"testing"
)

// kindsOf are those of a person's folds, latest first.
func kindsOf(t testing.TB, db *DB, userID int64) (kinds []NotificationKind) {
	t.Helper()
	for _, n := range listFolds(t, db, userID) {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// Whoever could be told of a comment in three ways is told in the one that says most.
func TestOneCommentTellsAPersonOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina, jun := person(t, db), person(t, db), person(t, db)
	id := published(t, db, author, "")
	own := must(db.AddComment(t.Context(), by(author), id, "the coat is old", 0))
	ofMina := must(db.AddComment(t.Context(), by(mina), id, "where from?", 0))
	runNotifyJobs(t, db)
	exec(t, db, `delete from outbox`)
	exec(t, db, `delete from notifications`)
	both := mention(t, db, author, mina, jun)
	must(db.AddComment(t.Context(), by(jun), id, both, ofMina.CommentID))
	runNotifyJobs(t, db)
	wantFold(t, onlyFold(t, db, mina), CommentReplied, ofMina.CommentID, 1, jun)
	wantFold(t, onlyFold(t, db, author), StyleCommented, id, 1, jun)
	exec(t, db, `delete from notifications`)
	must(db.AddComment(t.Context(), by(mina), id, both, own.CommentID))
	runNotifyJobs(t, db)
	if kinds := kindsOf(t, db, author); len(kinds) != 2 || kinds[0] != CommentReplied || kinds[1] != StyleCommented {
		t.Errorf("the author of style and comment hears of a reply as %v; the second is jun's", kinds)
	}
	if n := onlyFold(t, db, jun); n.Kind != Mentioned {
		t.Errorf("who is only mentioned hears of %s", n.Kind)
	}
	if len(listFolds(t, db, mina)) != 1 {
		t.Errorf("mina hears again of %v", kindsOf(t, db, mina))
	}
}

// A reply stays one: with the comment it answers, the news of it goes, and nobody is told of it in another way.
func TestRepliesToADeletedComment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina := person(t, db), person(t, db)
	id := published(t, db, author, "")
	own := must(db.AddComment(t.Context(), by(author), id, "the coat is old", 0))
	reply := must(db.AddComment(t.Context(), by(mina), id, mention(t, db, author), own.CommentID))
	runNotifyJobs(t, db)
	wantFold(t, onlyFold(t, db, author), CommentReplied, own.CommentID, 1, mina)
	must(db.DeleteComment(t.Context(), by(author), own.CommentID))
	runNotifyJobs(t, db)
	if kinds := kindsOf(t, db, author); len(kinds) != 0 {
		t.Errorf("%v", kinds)
	}
	must(db.DeleteComment(t.Context(), by(mina), reply.CommentID))
	runNotifyJobs(t, db)
	if wrong := misfolded(t, db); len(wrong) > 0 || len(listFolds(t, db, author)) != 0 {
		t.Errorf("folds and actors: %q", wrong)
	}
}

// The comment is deleted while the job of a reply to it is under way: its notification goes with it.
func TestADeletionWaitsForTheFoldOfAReply(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina := person(t, db), person(t, db)
	id := published(t, db, author, "")
	own := must(db.AddComment(t.Context(), by(author), id, "the coat is old", 0))
	must(db.AddComment(t.Context(), by(mina), id, "how old?", own.CommentID))
	var deleted <-chan error
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		for _, job := range notifyJobs(t, db) {
			if err := tx.Fold(ctx, job); err != nil {
				return err
			}
		}
		deleted = whenBlocked(t, db, 0, func() error {
			_, err := db.DeleteComment(ctx, by(author), own.CommentID)
			return err
		})
		return nil
	})
	if err := <-deleted; err != nil {
		t.Error(err)
	}
	if n := one[int](t, db, `select count(*) from notifications`); n != 0 {
		t.Errorf("%d notifications of a comment that is gone", n)
	}
}

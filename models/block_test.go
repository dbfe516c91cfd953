package models

import (
	"context"
	"testing"
	"time"
)

// between is who follows whom, in both directions.
func between(t testing.TB, db *DB, a, b int64) (ab, ba UserFlags) {
	t.Helper()
	return must(db.UserFlagsFor(t.Context(), a, []int64{b}))[b], must(db.UserFlagsFor(t.Context(), b, []int64{a}))[a]
}

func TestBlockEndsWhatIsBetweenTwo(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun, other := person(t, db), person(t, db), person(t, db)
	follow(t, db, mina, jun)
	follow(t, db, jun, mina)
	follow(t, db, mina, other)
	styles := map[int64]int64{mina: published(t, db, mina, ""), jun: published(t, db, jun, ""), other: published(t, db, other, "")}
	for _, id := range styles {
		must(db.FanOutStyle(t.Context(), id, wideFeed))
		must(db.LikeStyle(t.Context(), by(jun), id))
		must(db.LikeStyle(t.Context(), by(other), id))
	}
	must(db.LikeStyle(t.Context(), by(mina), styles[jun]))
	runNotifyJobs(t, db)
	wantFeed(t, db, mina, max(styles[jun], styles[other]), min(styles[jun], styles[other]))
	for range 2 {
		must(db.Block(t.Context(), by(mina), jun))
	}
	if ab, ba := between(t, db, mina, jun); ab != (UserFlags{Blocks: true}) || ba != (UserFlags{}) {
		t.Errorf("%+v, %+v", ab, ba)
	}
	wantFeed(t, db, mina, styles[other])
	wantFeed(t, db, jun)
	checkCounters(t, db)
	wantFold(t, onlyFold(t, db, mina), StyleLiked, styles[mina], 1, other) // without the follow, and without jun's like
	wantFold(t, onlyFold(t, db, jun), StyleLiked, styles[jun], 1, other)
	runNotifyJobs(t, db)
	checkCounters(t, db)
	for name, act := range map[string]func() error{
		"follow":   func() error { _, err := db.Follow(t.Context(), by(jun), mina); return err },
		"block":    func() error { _, err := db.Block(t.Context(), by(jun), mina); return err },
		"mute":     func() error { _, err := db.Mute(t.Context(), by(jun), mina); return err },
		"unblock":  func() error { _, err := db.Unblock(t.Context(), by(jun), mina); return err },
		"unfollow": func() error { _, err := db.Unfollow(t.Context(), by(jun), mina); return err },
	} {
		if err := act(); err == nil || err.Error() != "user errors: userId NOT_FOUND" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := db.Follow(t.Context(), by(mina), jun)
	refused(t, err, "userId BLOCKED")
	_, err = db.LikeStyle(t.Context(), by(mina), styles[jun])
	refused(t, err, "styleId NOT_FOUND")
	for range 2 {
		must(db.Unblock(t.Context(), by(mina), jun))
	}
	if ab, ba := between(t, db, mina, jun); ab != (UserFlags{}) || ba != (UserFlags{}) {
		t.Errorf("follows come back: %+v, %+v", ab, ba)
	}
	wantFeed(t, db, mina, styles[other])
	folds := listFolds(t, db, mina)
	wantFold(t, folds[0], StyleLiked, styles[mina], 2, other, jun)
	if len(folds) != 1 {
		t.Errorf("%d folds", len(folds))
	}
	checkCounters(t, db)
}

func TestBlockEndsRequests(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	exec(t, db, `update users set is_private = true`)
	must(db.Follow(t.Context(), by(mina), jun))
	must(db.Follow(t.Context(), by(jun), mina))
	runNotifyJobs(t, db)
	must(db.Block(t.Context(), by(mina), jun))
	if ab, ba := between(t, db, mina, jun); ab.Requested || ba.Requested {
		t.Errorf("%+v, %+v", ab, ba)
	}
	must(db.Unblock(t.Context(), by(mina), jun))
	runNotifyJobs(t, db)
	for _, who := range []int64{mina, jun} {
		if n := len(listFolds(t, db, who)); n != 0 {
			t.Errorf("%d notifications of requests that are gone", n)
		}
	}
	_, err := db.AnswerFollowRequest(t.Context(), by(mina), jun, true)
	refused(t, err, "userId NOT_FOUND")
}

// A notification of one of the two that is folded while the other blocks them is hidden.
func TestBlockWhileANotificationIsFolded(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	id := published(t, db, mina, "")
	must(db.LikeStyle(t.Context(), by(jun), id))
	var blocked <-chan error
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		err := tx.Fold(ctx, notifyJobs(t, db)[0])
		blocked = whenBlocked(t, db, 0, func() error { _, err := db.Block(ctx, by(mina), jun); return err })
		return err
	})
	if err := <-blocked; err != nil {
		t.Error(err)
	}
	if len(listFolds(t, db, mina)) != 0 || unread(t, db, mina) != 0 {
		t.Error("told of who is blocked")
	}
	checkCounters(t, db)
}

func TestMute(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun, big := person(t, db), person(t, db), person(t, db)
	exec(t, db, `update users set feed_merged = true where id = ?`, big)
	id := published(t, db, mina, "")
	var feed []int64
	for _, author := range []int64{jun, big} {
		follow(t, db, mina, author)
		style := published(t, db, author, mention(t, db, mina))
		must(db.FanOutStyle(t.Context(), style, wideFeed))
		feed = append([]int64{style}, feed...)
	}
	must(db.LikeStyle(t.Context(), by(jun), id))
	runNotifyJobs(t, db)
	before := len(listFolds(t, db, mina))
	if before != 3 {
		t.Fatalf("%d notifications", before)
	}
	wantFeed(t, db, mina, feed...)
	for _, who := range []int64{jun, big} {
		for range 2 {
			must(db.Mute(t.Context(), by(mina), who))
		}
	}
	wantFeed(t, db, mina)
	must(db.AddComment(t.Context(), by(jun), id, "hello "+mention(t, db, mina), 0))
	mails := jobs(t, db, JobMail)
	move(db, mailAgainAfter+time.Second)
	runNotifyJobs(t, db)
	if n := len(listFolds(t, db, mina)); n != 0 || unread(t, db, mina) != 0 || jobs(t, db, JobMail) != mails {
		t.Errorf("%d notifications, %d unread, %d more mails of who is muted", n, unread(t, db, mina), jobs(t, db, JobMail)-mails)
	}
	if ab, ba := between(t, db, mina, jun); ab != (UserFlags{Follows: true, Mutes: true}) || ba != (UserFlags{FollowedBy: true}) {
		t.Errorf("%+v, %+v", ab, ba)
	}
	if rows := must(db.Lists(t.Context(), StylesOfUser, mina, []int64{jun}, must(NewPage(nil, nil, nil, nil)))); len(rows[jun]) != 1 {
		t.Error("who looks for a muted person finds them")
	}
	checkCounters(t, db)
	if deleted := must(db.CleanUpRows(t.Context())); deleted["notifications"] != 0 {
		t.Errorf("what is hidden is kept: %v", deleted)
	}
	for _, who := range []int64{jun, big} {
		for range 2 {
			must(db.Unmute(t.Context(), by(mina), who))
		}
	}
	wantFeed(t, db, mina, feed...)
	if n := len(listFolds(t, db, mina)); n != before+1 {
		t.Errorf("%d notifications are back, with the comment", n)
	}
	checkCounters(t, db)
}

func TestRelationsWithOneselfAndNobody(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	for name, act := range map[string]func(context.Context, Attempt, int64) (int64, error){
		"block": db.Block, "unblock": db.Unblock, "mute": db.Mute, "unmute": db.Unmute,
		"answer": func(ctx context.Context, a Attempt, id int64) (int64, error) {
			return db.AnswerFollowRequest(ctx, a, id, true)
		},
	} {
		t.Log(name)
		_, err := act(t.Context(), by(mina), mina)
		refused(t, err, "userId NOT_ALLOWED")
		_, err = act(t.Context(), by(mina), 1)
		refused(t, err, "userId NOT_FOUND")
	}
}

// Of two who block each other at the same moment, one does; for the other, the first does not exist any more.
func TestOppositeBlocksAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	pair := people(t, db, 2)
	won := 0
	for _, err := range atOnce(6, func(i int) error {
		_, err := db.Block(t.Context(), by(pair[i%2]), pair[1-i%2])
		return err
	}) {
		if err == nil {
			won++
		} else {
			refused(t, err, "userId NOT_FOUND")
		}
	}
	if won != 3 {
		t.Errorf("%d blocks", won)
	}
	checkCounters(t, db)
}

package models

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func listFolds(t testing.TB, db *DB, userID int64) []*Notification {
	t.Helper()
	return must(db.Notifications(t.Context(), userID, must(NewPage(nil, nil, nil, nil))))
}

// onlyFold is the single one that a person has.
func onlyFold(t testing.TB, db *DB, userID int64) *Notification {
	t.Helper()
	all := listFolds(t, db, userID)
	if len(all) != 1 {
		t.Fatalf("%d folds", len(all))
	}
	return all[0]
}

func wantFold(t testing.TB, n *Notification, kind NotificationKind, subject int64, count int, actors ...int64) {
	t.Helper()
	if n.Kind != kind || n.SubjectID != subject || n.ActorCount != count || !slices.Equal(n.ActorIDs, actors) {
		t.Errorf("%+v, want %s on %d by %d: %v", n, kind, subject, count, actors)
	}
}

func unread(t testing.TB, db *DB, userID int64) int {
	t.Helper()
	return must(db.UnreadNotificationCount(t.Context(), userID))
}

func TestFoldsOfEachKind(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "")
	fans := people(t, db, 4)
	var last CommentResult
	for _, fan := range fans {
		follow(t, db, fan, author)
		must(db.LikeStyle(t.Context(), by(fan), id))
		last = must(db.AddComment(t.Context(), by(fan), id, "x", 0))
	}
	must(db.AddComment(t.Context(), by(fans[0]), id, "again", 0))
	must(db.AddComment(t.Context(), by(author), id, mention(t, db, fans[1], author), last.CommentID)) // to oneself nothing is told
	mentioned := published(t, db, fans[0], mention(t, db, author, fans[0]))
	runNotifyJobs(t, db)
	folds := listFolds(t, db, author)
	if len(folds) != 4 || unread(t, db, author) != 4 {
		t.Fatalf("%d folds, %d unread", len(folds), unread(t, db, author))
	}
	wantFold(t, folds[0], Mentioned, mentioned, 1, fans[0])
	wantFold(t, folds[1], StyleCommented, id, 4, fans[0], fans[3], fans[2])
	wantFold(t, folds[2], StyleLiked, id, 4, fans[3], fans[2], fans[1])
	wantFold(t, folds[3], Followed, author, 4, fans[3], fans[2], fans[1])
	if own := onlyFold(t, db, fans[1]); own.Kind != Mentioned || own.SubjectKind != "Comment" {
		t.Errorf("%+v", own)
	}
	wantFold(t, onlyFold(t, db, fans[3]), CommentReplied, last.CommentID, 1, author)
	if n := unread(t, db, fans[0]); n != 0 {
		t.Errorf("%d notifications of what one did oneself", n)
	}
	var pages []*Notification
	page := must(NewPage(ptr(1), nil, nil, nil))
	for {
		rows := must(db.Notifications(t.Context(), author, page))
		pages = append(pages, rows[0])
		if len(rows) == 1 {
			break
		}
		page.After = rows[0].Position
	}
	if len(pages) != 4 || pages[3].ID != folds[3].ID {
		t.Errorf("page by page: %d", len(pages))
	}
	if found := must(db.NotificationsByID(t.Context(), author, []int64{folds[0].ID, 1})); len(found) != 1 {
		t.Errorf("%d by id", len(found))
	}
	if found := must(db.NotificationsByID(t.Context(), fans[0], []int64{folds[0].ID})); len(found) != 0 {
		t.Error("somebody else's notification by its id")
	}
}

func TestWhatIsTakenBackLeavesTheFold(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina, jun := person(t, db), person(t, db), person(t, db)
	id := published(t, db, author, "")
	must(db.LikeStyle(t.Context(), by(mina), id))
	must(db.LikeStyle(t.Context(), by(jun), id))
	runNotifyJobs(t, db)
	must(db.MarkNotificationsRead(t.Context(), by(author), nil))
	must(db.UnlikeStyle(t.Context(), by(jun), id))
	runNotifyJobs(t, db)
	n := onlyFold(t, db, author)
	wantFold(t, n, StyleLiked, id, 1, mina)
	if n.ReadAt == nil {
		t.Error("a like that was taken back is no news")
	}
	must(db.UnlikeStyle(t.Context(), by(mina), id))
	runNotifyJobs(t, db)
	if folds := listFolds(t, db, author); len(folds) != 0 || len(must(db.NotificationsByID(t.Context(), author, []int64{n.ID}))) != 0 || unread(t, db, author) != 0 {
		t.Errorf("%+v", folds)
	}
	must(db.LikeStyle(t.Context(), by(mina), id))
	runNotifyJobs(t, db)
	n = onlyFold(t, db, author)
	wantFold(t, n, StyleLiked, id, 1, mina)
	if n.ReadAt != nil || unread(t, db, author) != 1 {
		t.Error("news is unread")
	}
	must(db.UnlikeStyle(t.Context(), by(mina), id))
	runNotifyJobs(t, db)
	move(db, mailAgainAfter+time.Second)
	if deleted := must(db.CleanUpRows(t.Context())); deleted["notifications"] != 1 || must(db.Notification(t.Context(), n.ID)) != nil {
		t.Errorf("empty folds are cleaned up: %v", deleted)
	}
}

func TestReadAndUnread(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, other, mina := person(t, db), person(t, db), person(t, db)
	a, b := published(t, db, author, ""), published(t, db, author, "")
	foreign := published(t, db, other, "")
	for _, id := range []int64{a, b, foreign} {
		must(db.LikeStyle(t.Context(), by(mina), id))
	}
	runNotifyJobs(t, db)
	folds := listFolds(t, db, author)
	mark := func(want int, ids ...int64) {
		t.Helper()
		left, err := db.MarkNotificationsRead(t.Context(), by(author), ids)
		if left != want || err != nil || unread(t, db, author) != want {
			t.Errorf("%d left unread, %v; want %d", left, err, want)
		}
	}
	mark(2, []int64{}...) // none, which is not all
	mark(2, 1)
	mark(2, onlyFold(t, db, other).ID)
	mark(1, folds[0].ID)
	mark(1, folds[0].ID)
	if left := must(db.MarkNotificationsRead(t.Context(), by(author), nil)); left != 0 || unread(t, db, other) != 1 {
		t.Errorf("%d left, %d of another person", left, unread(t, db, other))
	}
	must(db.LikeStyle(t.Context(), by(other), a))
	runNotifyJobs(t, db)
	again := listFolds(t, db, author)
	if again[0].SubjectID != a || again[0].ReadAt != nil || again[1].ReadAt == nil || unread(t, db, author) != 1 {
		t.Errorf("news must come first and unread: %+v, %+v", again[0], again[1])
	}
}

func TestHiddenPeopleAreLeftOut(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina, jun := person(t, db), person(t, db), person(t, db)
	id := published(t, db, author, "")
	hide := func(who int64) { exec(t, db, `update users set suspended_at = now() where id = ?`, who) }
	must(db.AddComment(t.Context(), by(mina), id, "hi", 0))
	runNotifyJobs(t, db)
	hide(mina)
	if len(listFolds(t, db, author)) != 0 || unread(t, db, author) != 0 {
		t.Error("a notification of somebody who is hidden")
	}
	must(db.AddComment(t.Context(), by(jun), id, "hi", 0))
	hide(jun)
	runNotifyJobs(t, db)
	if n := jobs(t, db, JobMail); n != 1 || len(listFolds(t, db, author)) != 0 || unread(t, db, author) != 0 {
		t.Errorf("hidden people are told of, %d times by mail", n-1)
	}
}

// A private account's style is told only to who may see it.
func TestMentionsInWhatTheRecipientDoesNotSee(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, follower, stranger := person(t, db), person(t, db), person(t, db)
	follow(t, db, follower, author)
	exec(t, db, `update users set is_private = true where id = ?`, author)
	id := published(t, db, author, mention(t, db, follower, stranger))
	must(db.AddComment(t.Context(), by(author), id, mention(t, db, follower, stranger), 0))
	runNotifyJobs(t, db)
	if n := len(listFolds(t, db, follower)); n != 2 {
		t.Errorf("the follower has %d notifications", n)
	}
	if n := one[int](t, db, `select count(*) from notifications where recipient_id = ?`, stranger); n != 0 {
		t.Errorf("the stranger has %d notifications", n)
	}
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr("")}))
	runNotifyJobs(t, db)
	if n := onlyFold(t, db, follower); n.SubjectKind != "Comment" {
		t.Errorf("%+v", n)
	}
}

func TestAnnouncementsAreThrottled(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina := person(t, db), person(t, db)
	id := published(t, db, author, "")
	for _, token := range []string{"a", "b"} {
		exec(t, db, `insert into devices (user_id, platform, token, token_hash, name, created_at, registered_at) values (?, 'IOS', ?1, ?1::bytea, '', now(), now())`, author, token)
	}
	pushes, mails := 0, 0
	step := func(name string, act func(), morePushes, moreMails int) {
		t.Helper()
		act()
		runNotifyJobs(t, db)
		pushes, mails = pushes+morePushes, mails+moreMails
		if p, m := jobs(t, db, JobPush), jobs(t, db, JobMail); p != pushes || m != mails {
			t.Errorf("%s: %d pushes and %d mails, want %d and %d", name, p, m, pushes, mails)
		}
	}
	comment := func() { must(db.AddComment(t.Context(), by(mina), id, "x", 0)) }
	step("the first", comment, 2, 1)
	step("more of the same", comment, 0, 0)
	step("a like taken back and given again and again", func() {
		must(db.LikeStyle(t.Context(), by(mina), id))
		runNotifyJobs(t, db)
		for range 3 {
			must(db.UnlikeStyle(t.Context(), by(mina), id))
			runNotifyJobs(t, db)
			must(db.LikeStyle(t.Context(), by(mina), id))
			runNotifyJobs(t, db)
		}
	}, 2, 0)
	move(db, pushAgainAfter)
	step("after a while", comment, 2, 0)
	must(db.MarkNotificationsRead(t.Context(), by(author), nil))
	step("after it was read", comment, 2, 1)
	move(db, mailAgainAfter)
	step("after a day", comment, 2, 1)
}

func TestFoldOfWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	db := open(t)
	for _, job := range []NotifyJob{{Kind: "WAVED", SubjectKind: "User"}, {Kind: Mentioned, SubjectKind: "User"}, {Kind: Followed, SubjectKind: "Planet"}} {
		err := db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, job) })
		if err == nil {
			t.Errorf("%+v was taken", job)
		}
	}
	fold(t, db, NotifyJob{RecipientID: 1, Kind: Followed, SubjectKind: "User", SubjectID: 1, ActorID: 2})
	fold(t, db, NotifyJob{RecipientID: 1, Kind: StyleLiked, SubjectKind: "Style", SubjectID: 3, ActorID: 2})
}

// However often and in whichever order, also at once, the jobs run: the folds say what is so.
func TestFoldsConverge(t *testing.T) {
	t.Parallel()
	db := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := newCommunity(t, db, 3)
		exec(t, db, `delete from outbox`)
		draw := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "choice") }
		c.act(0, draw)
		var late []NotifyJob
		for range rapid.IntRange(3, 10).Draw(rt, "length") {
			c.act(rapid.IntRange(0, len(openVerbs)-1).Draw(rt, "verb"), draw)
			if all := notifyJobs(t, db); len(all) > 0 && draw(2) == 0 {
				fold(t, db, all[draw(len(all))])
			}
		}
		late = rapid.Permutation(notifyJobs(t, db)).Draw(rt, "order")
		for _, err := range atOnce(2, func(i int) error {
			if i == 1 { // the second half runs twice, once in company
				return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, late[len(late)/2:]...) })
			}
			for _, job := range late {
				if err := db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, job) }); err != nil {
					return err
				}
			}
			return nil
		}) {
			if err != nil {
				rt.Error(err)
			}
		}
		if wrong := misfolded(t, db); len(wrong) > 0 {
			rt.Errorf("folds and actors: %q", wrong)
		}
	})
}

// The job of a like is under way when the like is taken back: the job of that must not find nothing to do.
func TestAFoldWaitsForTheOneBefore(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina := person(t, db), person(t, db)
	id := published(t, db, author, "")
	must(db.LikeStyle(t.Context(), by(mina), id))
	job := notifyJobs(t, db)[0]
	var second <-chan error
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		if err := tx.Fold(ctx, job); err != nil {
			return err
		}
		must(db.UnlikeStyle(ctx, by(mina), id))
		second = whenBlocked(t, db, 0, func() error {
			return db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, job) })
		})
		return nil
	})
	if err := <-second; err != nil {
		t.Error(err)
	}
	if wrong := misfolded(t, db); len(wrong) > 0 {
		t.Errorf("folds and actors: %q", wrong)
	}
}

// What is erased while a job about it is under way takes the notification with it.
func TestAnErasureWaitsForTheFold(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina := person(t, db), person(t, db)
	id := published(t, db, author, "")
	must(db.LikeStyle(t.Context(), by(mina), id))
	var erased <-chan error
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		if err := tx.Fold(ctx, notifyJobs(t, db)[0]); err != nil {
			return err
		}
		exec(t, db, `update styles set deleted_at = now()`) // as DeleteStyle does
		erased = whenBlocked(t, db, 0, func() error {
			return db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, id) })
		})
		return nil
	})
	if err := <-erased; err != nil {
		t.Error(err)
	}
	if n := one[int](t, db, `select count(*) from notifications`); n != 0 {
		t.Errorf("%d notifications of a style that is gone", n)
	}
}

func TestCountingTheUnreadEnds(t *testing.T) {
	t.Parallel()
	db := open(t)
	recipient, actor := person(t, db), person(t, db)
	const n = MaxUnread + 5
	_, err := db.NewRaw(`insert into notifications (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
		select ?, 'STYLE_LIKED', 'STYLE', n, array[?::bigint], 1, n, now() from generate_series(1, ?) n`, recipient, actor, n).Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := unread(t, db, recipient); got != MaxUnread {
		t.Errorf("%d of %d unread are counted", got, n)
	}
	must(db.NewRaw(`delete from notifications where recipient_id = ? and position <= ?`, recipient, 10).Exec(t.Context()))
	if got := unread(t, db, recipient); got != n-10 {
		t.Errorf("%d of %d unread are counted", got, n-10)
	}
}

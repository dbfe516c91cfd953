package models

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"styleshare/internal/fault"
)

// keyed is an attempt with an idempotency key.
func keyed(t testing.TB, userID int64, mutation, key string, input any) Attempt {
	t.Helper()
	a, err := NewAttempt(userID, mutation, &key, input)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheSameAttemptHasOneEffect(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	in := StyleInput{PhotoIDs: []int64{readyPhoto(t, db, author)}, Caption: "#once"}
	a := keyed(t, author, "publishStyle", "k", in)
	first := must(db.PublishStyle(t.Context(), a, in))
	// A server that died between commit and answer looks like this to the phone: it asks again.
	if again, err := db.PublishStyle(t.Context(), a, in); again != first || err != nil {
		t.Errorf("again %d, %v; the first time %d", again, err, first)
	}
	if n := one[int](t, db, `select count(*) from styles`); n != 1 {
		t.Errorf("%d styles", n)
	}
	comment := func(key string) (CommentResult, error) {
		return db.AddComment(t.Context(), keyed(t, author, "addComment", key, "x"), first, "x", 0)
	}
	one1, again, other := must(comment("k")), must(comment("k")), must(comment("l"))
	if one1 != again || one1 == other || one1.StyleID != first {
		t.Errorf("%v, %v, %v", one1, again, other)
	}
	if got := styleOf(t, db, first).CommentCount; got != 2 {
		t.Errorf("%d comments", got)
	}
}

func TestAKeyIsOfOneUserMutationAndInput(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	style := published(t, db, mina, "")
	comment := func(who int64, mutation, body string) error {
		_, err := db.AddComment(t.Context(), keyed(t, who, mutation, "k", body), style, body, 0)
		return err
	}
	for _, err := range []error{comment(mina, "addComment", "a"), comment(jun, "addComment", "b"), comment(mina, "other", "c")} {
		if err != nil {
			t.Error(err)
		}
	}
	refused(t, comment(mina, "addComment", "another"), "clientMutationId IDEMPOTENCY_KEY_REUSED")
	if err := comment(mina, "addComment", "a"); err != nil {
		t.Errorf("the first input afterwards: %v", err)
	}
	_, err := NewAttempt(mina, "m", ptr(strings.Repeat("k", maxIdempotencyKey+1)), nil)
	refused(t, err, "clientMutationId TOO_LONG")
	if a, err := NewAttempt(mina, "m", ptr(""), nil); a.Key != "" || err != nil {
		t.Errorf("an empty key: %v, %v", a, err)
	}
}

func TestTheSameAttemptAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	style := published(t, db, author, "")
	const n = 8
	results := make([]CommentResult, n)
	a := keyed(t, author, "addComment", "k", "x")
	for _, err := range atOnce(n, func(i int) (err error) {
		results[i], err = db.AddComment(t.Context(), a, style, "x", 0)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, r := range results {
		if r != results[0] {
			t.Errorf("results %v", results)
		}
	}
	if got := styleOf(t, db, style).CommentCount; got != 1 {
		t.Errorf("%d comments", got)
	}
}

func TestRefusalsAreRemembered(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	hidden := published(t, db, author, "")
	exec(t, db, `update styles set state = 'REMOVED' where id = ?`, hidden)
	reader := person(t, db)
	a := keyed(t, reader, "likeStyle", "k", hidden)
	like := func() error { _, err := db.LikeStyle(t.Context(), a, hidden); return err }
	refused(t, like(), "styleId NOT_FOUND")
	exec(t, db, `update styles set state = 'PUBLISHED' where id = ?`, hidden)
	refused(t, like(), "styleId NOT_FOUND")
	if got := styleOf(t, db, hidden).LikeCount; got != 0 {
		t.Errorf("%d likes", got)
	}
	name := usernameOf(t, db, author)
	b := keyed(t, reader, "updateProfile", "k", name)
	for range 2 {
		refused(t, db.UpdateProfile(t.Context(), b, ProfileChange{Username: &name}), "username TAKEN")
		exec(t, db, `update users set username = 'free' where id = ?`, author)
	}
}

// A message with a number reads the same when it comes from memory.
func TestRememberedRefusalsKeepTheirWords(t *testing.T) {
	t.Parallel()
	db := open(t)
	a := keyed(t, person(t, db), "m", "k", nil)
	refusal := fault.Reject("items.0.name", fault.TooLong, "too_long", 12000)
	for range 2 {
		_, err := Once(t.Context(), db, a, func(context.Context, *Tx) (int64, error) { return 0, refusal })
		users, _ := errors.AsType[fault.Users](err)
		if len(users) != 1 || users[0].Text != "too_long" || len(users[0].Args) != 1 || len(users[0].Field) != 3 {
			t.Fatalf("%#v", users)
		}
	}
}

// Who is refused at the same moment as the same attempt succeeds gets one answer with it, whichever comes first.
func TestARefusalAndASuccessAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	a := keyed(t, person(t, db), "m", "k", nil)
	refuse := make(chan struct{})
	var first, second error
	var value int64
	calls := 0
	done := make(chan struct{})
	first = func() error {
		_, err := Once(t.Context(), db, a, func(ctx context.Context, tx *Tx) (int64, error) {
			if calls++; calls > 1 {
				return 0, errors.New("called again")
			}
			go func() {
				defer close(done)
				close(refuse)
				value, second = Once(t.Context(), db, a, func(context.Context, *Tx) (int64, error) { return 7, nil })
			}()
			<-refuse
			return 0, fault.Reject("", fault.NotReady, "not_ready")
		})
		return err
	}()
	<-done
	if (first == nil) != (second == nil) || (second == nil && value != 7) {
		t.Errorf("answers %v and %d, %v", first, value, second)
	}
}

func TestKeysAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	style := published(t, db, author, "")
	comment := func(body string) error {
		_, err := db.AddComment(t.Context(), keyed(t, author, "addComment", "k", body), style, body, 0)
		return err
	}
	if err := comment("a"); err != nil {
		t.Fatal(err)
	}
	move(db, IdempotencyTTL-time.Minute)
	refused(t, comment("b"), "clientMutationId IDEMPOTENCY_KEY_REUSED")
	move(db, time.Minute+time.Microsecond)
	if err := comment("b"); err != nil {
		t.Error(err)
	}
	refused(t, comment("a"), "clientMutationId IDEMPOTENCY_KEY_REUSED")
	if got := styleOf(t, db, style).CommentCount; got != 2 {
		t.Errorf("%d comments", got)
	}
}

// What fails for other reasons is not remembered: the phone may try again.
func TestFailuresAreNotRemembered(t *testing.T) {
	t.Parallel()
	db := open(t)
	a := keyed(t, person(t, db), "m", "k", nil)
	broken := errors.New("broken")
	if _, err := Once(t.Context(), db, a, func(context.Context, *Tx) (int64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if got, err := Once(t.Context(), db, a, func(context.Context, *Tx) (int64, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}

func TestTransactionsThatLoseADeadlockRunAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	users := people(t, db, 2)
	runs := make(chan struct{}, 2*maxTxAttempts)
	meet := make(chan struct{})
	errs := atOnce(2, func(i int) error {
		waited := false
		return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error {
			runs <- struct{}{}
			lock := func(id int64) error {
				_, err := tx.NewRaw(`update users set bio = bio where id = ?`, id).Exec(ctx)
				return err
			}
			if err := lock(users[i]); err != nil {
				return err
			}
			if !waited { // both hold one lock before either asks for the other
				waited = true
				select {
				case meet <- struct{}{}:
				case <-meet:
				}
			}
			return lock(users[1-i])
		})
	})
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if len(runs) < 3 {
		t.Errorf("%d runs: nothing was tried again", len(runs))
	}
}

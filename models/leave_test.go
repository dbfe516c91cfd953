package models

import (
	"context"
	"errors"
	"testing"
	"time"
)

func leave(t testing.TB, db *DB, grant *SessionGrant) time.Time {
	t.Helper()
	at, err := db.DeleteAccount(t.Context(), by(grant.UserID), grant.SessionID, ptr(goodPassword))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func mails(t testing.TB, db *DB, template MailTemplate) int {
	t.Helper()
	return one[int](t, db, `select count(*) from outbox where kind = 'mail' and payload->>'template' = ?`, template)
}

func TestLeavingHidesAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := signUp(t, db, "mina"), signUp(t, db, "jun")
	style := published(t, db, mina.UserID, "#coat")
	at := leave(t, db, mina)
	if d := at.Sub(db.Now()); d > LeaveTTL || d < LeaveTTL-time.Minute {
		t.Errorf("erased after %s", d)
	}
	if must(db.SessionActive(t.Context(), mina.UserID, mina.SessionID)) {
		t.Error("the session lives")
	}
	_, err := db.LikeStyle(t.Context(), by(jun.UserID), style)
	refused(t, err, "styleId NOT_FOUND")
	_, err = db.Follow(t.Context(), by(jun.UserID), mina.UserID)
	refused(t, err, "userId NOT_FOUND")
	// Name and address are kept for them.
	in := signUpInput("mina")
	_, err = db.SignUp(t.Context(), in)
	refused(t, err, "username TAKEN")
	if mails(t, db, MailAccountDeleted) != 1 || jobs(t, db, JobErasePerson) != 1 || jobs(t, db, JobSettlePerson) != 1 {
		t.Error("something is not recorded, or twice")
	}
}

func TestLeavingIsConfirmed(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := signUp(t, db, "mina")
	leave := func(grant *SessionGrant, password *string) error {
		_, err := db.DeleteAccount(t.Context(), by(grant.UserID), grant.SessionID, password)
		return err
	}
	refused(t, leave(mina, nil), "password REQUIRED")
	refused(t, leave(mina, ptr("")), "password WRONG_CREDENTIALS")
	refused(t, leave(mina, ptr("wrong")), "password WRONG_CREDENTIALS")
	jun := must(db.SignInWithIdentity(t.Context(), Attempt{}, idToken("jun", "jun@example.com", true)))
	now := db.Now
	move(db, freshSession+time.Second)
	refused(t, leave(jun, nil), "EXPIRED")
	refused(t, leave(jun, ptr("")), "EXPIRED")
	db.Now = now
	if err := leave(jun, nil); err != nil {
		t.Error(err)
	}
	if err := leave(mina, ptr(goodPassword)); err != nil {
		t.Error(err)
	}
	if n := jobs(t, db, JobErasePerson); n != 2 {
		t.Errorf("%d jobs", n)
	}
}

// The answer that got lost is given once more, to nobody but the same attempt.
func TestLeavingAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := signUp(t, db, "mina")
	a := keyed(t, mina.UserID, "deleteAccount", "k", "input")
	first := must(db.DeleteAccount(t.Context(), a, mina.SessionID, ptr(goodPassword)))
	a.OnlyAgain = true
	if again, err := db.DeleteAccount(t.Context(), a, mina.SessionID, nil); err != nil || !again.Equal(first) {
		t.Errorf("%s, %v; the first time %s", again, err, first)
	}
	b := keyed(t, mina.UserID, "deleteAccount", "l", "input")
	b.OnlyAgain = true
	if _, err := db.DeleteAccount(t.Context(), b, mina.SessionID, ptr(goodPassword)); !errors.Is(err, ErrNotAnswered) {
		t.Errorf("%v", err)
	}
	if n := jobs(t, db, JobErasePerson); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

func TestSigningInBringsBack(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := signUp(t, db, "mina")
	verifyAddress(t, db, mina.UserID)
	style := published(t, db, mina.UserID, "#coat")
	ways := map[string]func() error{
		"password": func() error { _, err := db.SignIn(t.Context(), Attempt{}, "mina", goodPassword, ""); return err },
		"token": func() error {
			_, err := db.SignInWithIdentity(t.Context(), Attempt{}, idToken("mina", "mina@example.com", true))
			return err
		},
		"known token": func() error {
			_, err := db.SignInWithIdentity(t.Context(), Attempt{}, idToken("mina", "", false))
			return err
		},
	}
	for _, name := range []string{"password", "token", "known token"} {
		leave(t, db, mina)
		move(db, LeaveTTL-time.Minute)
		if err := ways[name](); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !must(db.Users(t.Context(), []int64{mina.UserID}))[mina.UserID].Active() {
			t.Errorf("%s: not back", name)
		}
		must(db.LikeStyle(t.Context(), by(person(t, db)), style))
		move(db, 2*time.Minute)
		if must(db.BeginErasing(t.Context(), mina.UserID)) {
			t.Errorf("%s: erased although she came back", name)
		}
	}
	if n := mails(t, db, MailAccountRestored); n != 3 {
		t.Errorf("%d mails", n)
	}
	// Whoever leaves again gets a new date: the old jobs find nothing to do.
	leave(t, db, mina)
	if must(db.BeginErasing(t.Context(), mina.UserID)) {
		t.Error("erased by the job of an earlier leaving")
	}
	refused(t, func() error {
		_, err := db.SignIn(t.Context(), Attempt{}, "mina", "wrong", "")
		return err
	}(), "WRONG_CREDENTIALS")
	if err := db.RequestPasswordReset(t.Context(), Attempt{}, "mina@example.com"); err != nil || mails(t, db, MailPasswordReset) != 1 {
		t.Errorf("whoever forgot the password cannot come back: %v", err)
	}
	move(db, LeaveTTL+time.Second)
	refused(t, ways["password"](), "WRONG_CREDENTIALS")
	refused(t, ways["known token"](), "idToken NOT_READY")
	if !must(db.BeginErasing(t.Context(), mina.UserID)) {
		t.Error("not erased in time")
	}
}

// Nobody comes back to an account that is being erased, whoever is faster.
func TestComingBackWhileBeingErased(t *testing.T) {
	t.Parallel()
	db := open(t)
	for range 10 {
		id := person(t, db)
		exec(t, db, `update users set deleted_at = ? where id = ?`, db.Now().Add(-LeaveTTL+time.Millisecond), id)
		var due bool
		errs := atOnce(2, func(i int) (err error) {
			if i == 0 {
				late := *db
				move(&late, time.Second)
				due, err = late.BeginErasing(t.Context(), id)
				return err
			}
			return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.comeBack(ctx, id) })
		})
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		u := must(db.Users(t.Context(), []int64{id}))[id]
		account := one[bool](t, db, `select exists (select from accounts where user_id = ?)`, id)
		if due == u.Active() || due == account {
			t.Errorf("due %v, active %v, with account %v", due, u.Active(), account)
		}
	}
}

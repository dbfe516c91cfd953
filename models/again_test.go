package models

import (
	"testing"
	"time"
)

// anonymous is an attempt of somebody who has no session.
func anonymous(t testing.TB, mutation, key string, input any) Attempt {
	t.Helper()
	return keyed(t, 0, mutation, key, input)
}

// A phone that lost the answer of a way to a session gets the same session once more, and nobody else does.
func TestSessionsThatBeginAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	up := func(key, username, password string) (*SessionGrant, error) {
		in := signUpInput(username)
		in.Email, in.Password = "mina@example.com", password
		in.Attempt = anonymous(t, "signUp", key, username)
		return db.SignUp(t.Context(), in)
	}
	in := func(key, login, password string) (*SessionGrant, error) {
		return db.SignIn(t.Context(), anonymous(t, "signIn", key, login), login, password, "phone")
	}
	with := func(key, email string) (*SessionGrant, error) {
		return db.SignInWithIdentity(t.Context(), anonymous(t, "signInWithIdToken", key, email), idToken("1", email, true))
	}
	same := func(first *SessionGrant, again *SessionGrant, err error) {
		t.Helper()
		if err != nil || *again != *first {
			t.Errorf("%+v, %v; the first time %+v", again, err, first)
		}
	}
	first := must(up("k", "mina", goodPassword))
	again, err := up("k", "mina", goodPassword)
	same(first, again, err)
	_, err = up("k", "mina", "another good password")
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	_, err = up("k", "jun", goodPassword)
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	_, err = up("l", "mina", goodPassword)
	refused(t, err, "username TAKEN")
	if n := one[int](t, db, `select count(*) from outbox`); n != 1 {
		t.Errorf("%d mails", n)
	}

	second := must(in("k", "mina", goodPassword))
	again, err = in("k", "mina", goodPassword)
	same(second, again, err)
	_, err = in("k", "mina@example.com", goodPassword)
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	_, err = in("k", "mina", "wrong")
	refused(t, err, "WRONG_CREDENTIALS")

	verifyAddress(t, db, first.UserID)
	third := must(with("k", "mina@example.com"))
	again, err = with("k", "mina@example.com")
	same(third, again, err)
	_, err = with("k", "other@example.com")
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	if n := one[int](t, db, `select count(*) from sessions`); n != 3 {
		t.Errorf("%d sessions", n)
	}

	// Who has used the first token had the answer; who has ended the session does not want it back.
	must(db.RefreshSession(t.Context(), second.RefreshToken, nil))
	_, err = in("k", "mina", goodPassword)
	refused(t, err, "clientMutationId EXPIRED")
	exec(t, db, `update sessions set revoked_at = now()`)
	_, err = up("k", "mina", goodPassword)
	refused(t, err, "clientMutationId EXPIRED")
	move(db, IdempotencyTTL)
	if again := must(in("k", "mina", goodPassword)); again.SessionID == second.SessionID {
		t.Error("a key is remembered for longer than a day")
	}
}

func TestSessionsThatBeginAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	const n = 6
	for name, begin := range map[string]func() (*SessionGrant, error){
		"signUp": func() (*SessionGrant, error) {
			in := signUpInput("mina")
			in.Attempt = anonymous(t, "signUp", "k", "x")
			return db.SignUp(t.Context(), in)
		},
		"signInWithIdToken": func() (*SessionGrant, error) {
			return db.SignInWithIdentity(t.Context(), anonymous(t, "signInWithIdToken", "k", "x"), idToken("1", "jun@example.com", true))
		},
	} {
		grants := make([]*SessionGrant, n)
		for i, err := range atOnce(n, func(i int) (err error) { grants[i], err = begin(); return err }) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if *grants[i] != *grants[0] {
				t.Errorf("%s: %+v and %+v", name, grants[i], grants[0])
			}
		}
	}
	if n := one[int](t, db, `select count(*) from sessions`); n != 2 {
		t.Errorf("%d sessions", n)
	}
}

func TestMailedLinksUsedAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := signUp(t, db, "mina").UserID
	link, other := mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL), mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL)
	for range 2 {
		if id, err := db.VerifyEmail(t.Context(), anonymous(t, "verifyEmail", "k", link), link); id != mina || err != nil {
			t.Errorf("%d, %v", id, err)
		}
	}
	_, err := db.VerifyEmail(t.Context(), anonymous(t, "verifyEmail", "k", other), other)
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	_, err = db.VerifyEmail(t.Context(), anonymous(t, "verifyEmail", "l", link), link)
	refused(t, err, "token EXPIRED")
	_, err = db.VerifyEmail(t.Context(), anonymous(t, "verifyEmail", "k", "x"), "made up")
	refused(t, err, "token EXPIRED")

	reset := mailedToken(t, db, mina, ResetPasswordToken, ResetPasswordTTL)
	for range 2 {
		if err := db.ResetPassword(t.Context(), anonymous(t, "resetPassword", "k", nextPassword), reset, nextPassword); err != nil {
			t.Error(err)
		}
	}
	refused(t, db.ResetPassword(t.Context(), anonymous(t, "resetPassword", "k", goodPassword), reset, goodPassword), "clientMutationId IDEMPOTENCY_KEY_REUSED")
	before := jobs(t, db, JobMail)
	for _, address := range []string{"mina@example.com", " MINA@example.com", "nobody@example.com"} {
		if err := db.RequestPasswordReset(t.Context(), anonymous(t, "requestPasswordReset", "k", nil), address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := jobs(t, db, JobMail) - before; n != 1 {
		t.Errorf("%d mails", n)
	}
}

// A key that a session was refreshed with is free again after a day.
func TestRefreshKeysAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	db := open(t)
	next := must(db.RefreshSession(t.Context(), signUp(t, db, "mina").RefreshToken, ptr("k")))
	_, err := db.RefreshSession(t.Context(), next.RefreshToken, ptr("k"))
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	move(db, IdempotencyTTL+time.Minute)
	must(db.RefreshSession(t.Context(), next.RefreshToken, ptr("k")))
}

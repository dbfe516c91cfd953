package models

import (
	"testing"
	"time"
)

const nextPassword = "thirteen red hats"

func mailedToken(t testing.TB, db *DB, userID int64, purpose TokenPurpose, ttl time.Duration) string {
	t.Helper()
	return must(db.NewMailedToken(t.Context(), must(db.Account(t.Context(), userID)), purpose, ttl))
}

func TestVerifyEmail(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	token := mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL)
	if id, err := db.VerifyEmail(t.Context(), Attempt{}, token); id != mina || err != nil {
		t.Errorf("%d, %v", id, err)
	}
	first := must(db.Account(t.Context(), mina)).EmailVerifiedAt
	if first == nil {
		t.Fatal("not verified")
	}
	_, err := db.VerifyEmail(t.Context(), Attempt{}, token)
	refused(t, err, "token EXPIRED")
	move(db, time.Hour)
	must(db.VerifyEmail(t.Context(), Attempt{}, mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL)))
	if again := must(db.Account(t.Context(), mina)).EmailVerifiedAt; !again.Equal(*first) {
		t.Errorf("verified at %v, then at %v", first, again)
	}
}

func TestMailedTokensThatDoNotCount(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	old := mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL)
	move(db, VerifyEmailTTL)
	moved := mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL)
	exec(t, db, `update accounts set email = 'new@example.com' where user_id = ?`, mina)
	for name, token := range map[string]string{
		"expired": old, "for the address before": moved, "for a password": mailedToken(t, db, mina, ResetPasswordToken, ResetPasswordTTL),
		"made up": "x", "empty": "",
	} {
		if id, err := db.VerifyEmail(t.Context(), Attempt{}, token); id != 0 || err == nil {
			t.Errorf("%s: %d, %v", name, id, err)
		}
	}
	refused(t, db.ResetPassword(t.Context(), Attempt{}, mailedToken(t, db, mina, VerifyEmailToken, VerifyEmailTTL), nextPassword), "token EXPIRED")
	refused(t, db.ResetPassword(t.Context(), Attempt{}, moved, nextPassword), "token EXPIRED")
}

func TestATokenUsedTwiceAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	token := mailedToken(t, db, person(t, db), ResetPasswordToken, ResetPasswordTTL)
	won := 0
	for _, err := range atOnce(3, func(int) error { return db.ResetPassword(t.Context(), Attempt{}, token, nextPassword) }) {
		if err == nil {
			won++
		} else {
			refused(t, err, "token EXPIRED")
		}
	}
	if won != 1 || jobs(t, db, JobMail) != 1 {
		t.Errorf("%d succeeded, %d mails", won, jobs(t, db, JobMail))
	}
}

func TestRequestPasswordReset(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := named(t, db, "mina")
	for _, address := range []string{"nobody@example.com", "", "mina", awkward} {
		if err := db.RequestPasswordReset(t.Context(), Attempt{}, address); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
	exec(t, db, `update users set suspended_at = now()`)
	if err := db.RequestPasswordReset(t.Context(), Attempt{}, "mina@example.com"); err != nil || jobs(t, db, JobMail) != 0 {
		t.Errorf("%d mails, %v", jobs(t, db, JobMail), err)
	}
	exec(t, db, `update users set suspended_at = null`)
	if err := db.RequestPasswordReset(t.Context(), Attempt{}, " MINA@example.com"); err != nil || jobs(t, db, JobMail) != 1 {
		t.Errorf("%d mails, %v", jobs(t, db, JobMail), err)
	}
	if got := one[int64](t, db, `select (payload->>'userId')::bigint from outbox`); got != mina {
		t.Errorf("mail to %d", got)
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	db := open(t)
	grant := signUp(t, db, "mina.of.seoul")
	token := mailedToken(t, db, grant.UserID, ResetPasswordToken, ResetPasswordTTL)
	other := mailedToken(t, db, grant.UserID, ResetPasswordToken, ResetPasswordTTL)
	refused(t, db.ResetPassword(t.Context(), Attempt{}, token, "short"), "newPassword TOO_SHORT")
	refused(t, db.ResetPassword(t.Context(), Attempt{}, token, "Mina.Of.Seoul"), "newPassword INVALID")
	if err := db.ResetPassword(t.Context(), Attempt{}, token, nextPassword); err != nil {
		t.Fatal(err)
	}
	refused(t, db.ResetPassword(t.Context(), Attempt{}, token, nextPassword), "token EXPIRED")
	refused(t, db.ResetPassword(t.Context(), Attempt{}, other, nextPassword), "token EXPIRED")
	if must(db.SessionActive(t.Context(), grant.UserID, grant.SessionID)) {
		t.Error("a session outlived the reset")
	}
	_, err := db.SignIn(t.Context(), Attempt{}, "mina.of.seoul", goodPassword, "")
	refused(t, err, "WRONG_CREDENTIALS")
	must(db.SignIn(t.Context(), Attempt{}, "mina.of.seoul", nextPassword, ""))
	if must(db.Account(t.Context(), grant.UserID)).EmailVerifiedAt == nil {
		t.Error("who opened the link has shown that the address is theirs")
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := signUp(t, db, "mina.of.seoul")
	other := must(db.SignIn(t.Context(), Attempt{}, "mina.of.seoul", goodPassword, ""))
	link := mailedToken(t, db, mina.UserID, ResetPasswordToken, ResetPasswordTTL)
	change := func(a Attempt, current, next string) error {
		return db.ChangePassword(t.Context(), a, mina.SessionID, current, next)
	}
	refused(t, change(by(mina.UserID), "wrong password", nextPassword), "currentPassword WRONG_CREDENTIALS")
	refused(t, change(by(mina.UserID), goodPassword, "short"), "newPassword TOO_SHORT")
	refused(t, change(by(mina.UserID), goodPassword, "mina.of.seoul"), "newPassword INVALID")
	a := keyed(t, mina.UserID, "changePassword", "k", "input")
	for range 2 { // the second time the current password is another one
		if err := change(a, goodPassword, nextPassword); err != nil {
			t.Error(err)
		}
	}
	if n := one[int](t, db, `select max(length(input_hash)) from idempotency_keys`); n != 1 {
		t.Errorf("%d bytes of a fast hash of passwords are kept", n)
	}
	if !must(db.SessionActive(t.Context(), mina.UserID, mina.SessionID)) || must(db.SessionActive(t.Context(), mina.UserID, other.SessionID)) {
		t.Error("only the current session must live")
	}
	refused(t, db.ResetPassword(t.Context(), Attempt{}, link, goodPassword), "token EXPIRED")
	must(db.SignIn(t.Context(), Attempt{}, "mina.of.seoul", nextPassword, ""))
	if n := one[int](t, db, `select count(*) from outbox where payload->>'template' = ?`, MailPasswordChanged); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestPasswordChangedTwiceAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := signUp(t, db, "mina")
	won := 0
	for _, err := range atOnce(3, func(i int) error {
		return db.ChangePassword(t.Context(), by(mina.UserID), mina.SessionID, goodPassword, nextPassword+string(rune('a'+i)))
	}) {
		if err == nil {
			won++
		} else {
			refused(t, err, "currentPassword WRONG_CREDENTIALS")
		}
	}
	if won != 1 {
		t.Errorf("%d changed it", won)
	}
}

func TestUnsubscribeMail(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	for range 2 {
		if err := db.UnsubscribeMail(t.Context(), mina); err != nil {
			t.Error(err)
		}
	}
	if must(db.Account(t.Context(), mina)).MailUnsubscribedAt == nil || must(db.Account(t.Context(), jun)).MailUnsubscribedAt != nil {
		t.Error("not the one who unsubscribed")
	}
	if err := db.UnsubscribeMail(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

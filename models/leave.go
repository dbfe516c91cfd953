package models

import (
	"context"
	"fmt"
	"time"

	"styleshare/internal/fault"
)

// LeaveTTL is how long an account that was deleted can be had back by signing in, before it is erased.
const LeaveTTL = 30 * 24 * time.Hour

// freshSession is how old the session may be in which somebody without a password deletes their account.
const freshSession = 10 * time.Minute

// erasing stands in users.deleted_at from when an account is being erased: nobody comes back from there.
var erasing = time.Unix(0, 0).UTC()

// DeleteAccount hides a person and all that they made at once, ends their sessions, and has everything erased after
// LeaveTTL; it tells when. Whoever has a password shows that they know it, everybody else has just signed in.
func (db *DB) DeleteAccount(ctx context.Context, a Attempt, sessionID int64, password *string) (erasedAt time.Time, err error) {
	a = a.withPasswords()
	account, right := &Account{}, false
	if !a.OnlyAgain {
		if account, err = db.Account(ctx, a.UserID); err != nil {
			return time.Time{}, err
		}
		if account.PasswordHash != "" && password != nil {
			// Outside of the transaction, which would hold a connection for as long.
			if right, err = db.Passwords.Verify(ctx, *password, account.PasswordHash); err != nil {
				return time.Time{}, fmt.Errorf("delete account: %w", err)
			}
		}
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (time.Time, error) {
		var now string
		err := tx.NewRaw(`select password_hash from accounts where user_id = ? for no key update`, a.UserID).Scan(ctx, &now)
		if err != nil {
			return time.Time{}, fmt.Errorf("delete account: %w", err)
		}
		switch {
		case now == "":
			if err = tx.checkFresh(ctx, sessionID); err != nil {
				return time.Time{}, err
			}
		case password == nil:
			return time.Time{}, fault.Reject("password", fault.Required, "required")
		case !right || now != account.PasswordHash:
			return time.Time{}, fault.Reject("password", fault.WrongCredentials, "wrong_password")
		}
		return tx.now.Add(LeaveTTL), tx.leave(ctx, a.UserID)
	})
}

func (tx *Tx) checkFresh(ctx context.Context, sessionID int64) error {
	n, err := tx.NewSelect().Model((*Session)(nil)).Where("id = ? and created_at > ?", sessionID, tx.now.Add(-freshSession)).Count(ctx)
	if err != nil {
		return fmt.Errorf("look for session: %w", err)
	}
	if n == 0 {
		return fault.Reject("", fault.Expired, "sign_in_again", int(freshSession/time.Minute))
	}
	return nil
}

// leave hides the person, and records what follows.
func (tx *Tx) leave(ctx context.Context, userID int64) error {
	n, err := affected(tx.NewRaw(`update users set deleted_at = ? where id = ? and deleted_at is null`, tx.now, userID).Exec(ctx))
	if err != nil || n == 0 {
		return err
	}
	if err = tx.revokeSessions(ctx, "user_id = ?", userID); err != nil {
		return err
	}
	if err = tx.personVisibilityChanged(ctx, userID); err != nil {
		return err
	}
	if err = tx.RecordAt(ctx, JobErasePerson, PersonJob{userID}, tx.now.Add(LeaveTTL)); err != nil {
		return err
	}
	return tx.Record(ctx, JobMail, MailJob{UserID: userID, Template: MailAccountDeleted})
}

// comeBack cancels the erasure of somebody who signs in again in time. The job that waits finds nothing to do; whoever
// leaves once more gets another.
func (tx *Tx) comeBack(ctx context.Context, userID int64) error {
	n, err := affected(tx.NewRaw(`update users set deleted_at = null where id = ? and deleted_at > ?`, userID, tx.now.Add(-LeaveTTL)).Exec(ctx))
	if err != nil || n == 0 {
		return err
	}
	if err = tx.personVisibilityChanged(ctx, userID); err != nil {
		return err
	}
	return tx.Record(ctx, JobMail, MailJob{UserID: userID, Template: MailAccountRestored})
}

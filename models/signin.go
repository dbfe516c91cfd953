package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"styleshare/internal/fault"
)

// SignIn begins a session by username or e-mail address and password. How long it takes does not tell whether the login
// exists.
func (db *DB) SignIn(ctx context.Context, a Attempt, login, password, userAgent string) (*SessionGrant, error) {
	account, err := db.accountByLogin(ctx, login)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	if account == nil || account.PasswordHash == "" { // there is none, or it has no password
		if err = db.Passwords.VerifyUnknown(ctx, password); err == nil {
			err = fault.Reject("", fault.WrongCredentials, "wrong_credentials")
		}
		return nil, err
	}
	ok, err := db.Passwords.Verify(ctx, password, account.PasswordHash)
	switch {
	case err != nil:
		return nil, fmt.Errorf("sign in: %w", err)
	case !ok:
		return nil, fault.Reject("", fault.WrongCredentials, "wrong_credentials")
	case account.SuspendedAt != nil:
		return nil, fault.Reject("", fault.Suspended, "suspended")
	}
	rehashed := ""
	if db.Passwords.NeedsRehash(account.PasswordHash) {
		if rehashed, err = db.Passwords.Hash(ctx, password); err != nil {
			return nil, fmt.Errorf("sign in: %w", err)
		}
	}
	a.UserID = account.ID
	secret, err := db.firstSecret(ctx, a, password)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	sessionID, err := Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if rehashed != "" {
			_, err := tx.NewRaw(`update accounts set password_hash = ? where user_id = ? and password_hash = ?`, rehashed, a.UserID, account.PasswordHash).Exec(ctx)
			if err != nil {
				return 0, err
			}
		}
		return tx.signIn(ctx, account, userAgent, secret)
	})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return db.granted(ctx, a, sessionID, secret)
}

// loginRow is what signing in needs to know.
type loginRow struct {
	ID                     int64
	PasswordHash           string
	SuspendedAt, DeletedAt *time.Time
}

// signIn begins a session of somebody who has shown who they are. Whoever had left comes back.
func (tx *Tx) signIn(ctx context.Context, who *loginRow, userAgent, secret string) (sessionID int64, err error) {
	if who.DeletedAt != nil {
		if err = tx.comeBack(ctx, who.ID); err != nil {
			return 0, err
		}
	}
	return tx.newSession(ctx, who.ID, userAgent, secret)
}

// accountByLogin is nil where there is no such account.
func (db *DB) accountByLogin(ctx context.Context, login string) (*loginRow, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	column := "u.username"
	if strings.Contains(login, "@") {
		column = "a.email"
	}
	row := new(loginRow)
	err := db.NewRaw(`select u.id, a.password_hash, u.suspended_at, u.deleted_at from users u join accounts a on a.user_id = u.id
		where `+column+` = ? and (u.deleted_at is null or u.deleted_at > ?)`, login, db.Now().Add(-LeaveTTL)).Scan(ctx, row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return row, err
}

package models

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"styleshare/internal/fault"
)

// SignUp makes an account with its first session and has the address verified. Of two that take one name at the same
// moment, one gets TAKEN. The same attempt made again, with the right password, gets its session once more.
func (db *DB) SignUp(ctx context.Context, in SignUpInput) (*SessionGrant, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	secret, err := db.firstSecret(ctx, in.Attempt, in.Password)
	if err != nil {
		return nil, fmt.Errorf("sign up: %w", err)
	}
	if grant, err := db.signedUp(ctx, in, secret); err != nil || grant != nil {
		return grant, err
	}
	hash, err := db.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, fmt.Errorf("sign up: %w", err)
	}
	a, sessionID := in.Attempt, int64(0)
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		a.UserID, err = tx.newAccount(ctx, &User{Username: in.Username, DisplayName: in.DisplayName},
			&Account{Email: in.Email, PasswordHash: hash, Locale: in.Locale, TimeZone: in.TimeZone})
		if err != nil {
			return err
		}
		sessionID, err = onceIn(ctx, tx, a, func() (int64, error) { return tx.newSession(ctx, a.UserID, in.UserAgent, secret) })
		return err
	})
	if violates(err, "users_username_key") || violates(err, "accounts_email_key") {
		// The same attempt, made at the same moment, may have been faster.
		if grant, err := db.signedUp(ctx, in, secret); err != nil || grant != nil {
			return grant, err
		}
	}
	switch {
	case violates(err, "users_username_key"):
		return nil, fault.Reject("username", fault.Taken, "username_taken")
	case violates(err, "accounts_email_key"):
		return nil, fault.Reject("email", fault.Taken, "email_taken")
	case err != nil:
		return nil, fmt.Errorf("sign up: %w", err)
	}
	return db.granted(ctx, a, sessionID, secret)
}

// newAccount makes a person with their account, findable, and has the address verified where it is not.
func (tx *Tx) newAccount(ctx context.Context, u *User, a *Account) (userID int64, err error) {
	u.CreatedAt = tx.now
	if _, err := tx.NewInsert().Model(u).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return 0, err
	}
	a.UserID = u.ID
	if _, err := tx.NewInsert().Model(a).Returning("NULL").Exec(ctx); err != nil {
		return 0, err
	}
	tx.changes.Users = append(tx.changes.Users, u.ID)
	if err := tx.index(ctx, searchUsers, u.ID); err != nil {
		return 0, err
	}
	if a.EmailVerifiedAt != nil {
		return u.ID, nil
	}
	return u.ID, tx.Record(ctx, JobMail, MailJob{UserID: u.ID, Template: MailVerifyEmail})
}

// signedUp gives the session of an account that the same attempt has made before; nil where it was not made. Nobody gets
// one who does not know the password: to them, and to any other input, the key was used.
func (db *DB) signedUp(ctx context.Context, in SignUpInput, secret string) (*SessionGrant, error) {
	a := in.Attempt
	if a.Key == "" {
		return nil, nil
	}
	var row struct {
		UserID            int64
		PasswordHash      string
		InputHash, Result []byte
	}
	err := db.NewRaw(`select a.user_id, a.password_hash, k.input_hash, k.result from accounts a join idempotency_keys k on k.user_id = a.user_id
		where a.email = ? and k.mutation = ? and k.key = ? and k.created_at > ?`, in.Email, a.Mutation, a.Key, db.Now().Add(-IdempotencyTTL)).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sign up again: %w", err)
	}
	right, err := db.Passwords.Verify(ctx, in.Password, row.PasswordHash)
	if err != nil {
		return nil, fmt.Errorf("sign up again: %w", err)
	}
	if !right || !slices.Equal(row.InputHash, a.InputHash) {
		return nil, fault.Reject("clientMutationId", fault.IdempotencyKeyReused, "reused_key")
	}
	var first answer
	var sessionID int64
	if err = json.Unmarshal(row.Result, &first); err == nil {
		err = first.read(&sessionID)
	}
	if err != nil {
		return nil, fmt.Errorf("sign up again: %w", err)
	}
	a.UserID = row.UserID
	return db.granted(ctx, a, sessionID, secret)
}

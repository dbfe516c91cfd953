package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/auth"
	"styleshare/internal/fault"
)

// TokenPurpose says what a mailed link is for.
type TokenPurpose string

// The purposes of mailed links, and how long they work.
const (
	VerifyEmailToken   TokenPurpose = "VERIFY_EMAIL"
	ResetPasswordToken TokenPurpose = "RESET_PASSWORD"

	VerifyEmailTTL   = 7 * 24 * time.Hour
	ResetPasswordTTL = time.Hour
)

// MailedToken is the secret of a mailed link, by its hash.
type MailedToken struct {
	bun.BaseModel `bun:"table:mailed_tokens"`

	TokenHash []byte `bun:",pk"`
	UserID    int64
	Purpose   TokenPurpose
	Email     string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// MailTemplate names a kind of mail.
type MailTemplate string

// The kinds of mail.
const (
	MailVerifyEmail     MailTemplate = "verify_email"
	MailPasswordReset   MailTemplate = "password_reset"
	MailPasswordChanged MailTemplate = "password_changed"
	MailAccountDeleted  MailTemplate = "account_deleted"
	MailAccountRestored MailTemplate = "account_restored"
	MailExportReady     MailTemplate = "export_ready"
	MailNotification    MailTemplate = "notification"
)

// MailJob names a mail to write; the secrets of its links are made when it is sent.
type MailJob struct {
	UserID         int64        `json:"userId"`
	Template       MailTemplate `json:"template"`
	NotificationID int64        `json:"notificationId,omitempty"`
	ExportID       int64        `json:"exportId,omitempty"`
}

// NewMailedToken makes the secret of a link that is about to be mailed to the account's address.
func (db *DB) NewMailedToken(ctx context.Context, a *Account, purpose TokenPurpose, ttl time.Duration) (string, error) {
	plain, hash := auth.NewToken()
	now := db.Now()
	t := &MailedToken{TokenHash: hash, UserID: a.UserID, Purpose: purpose, Email: a.Email, CreatedAt: now, ExpiresAt: now.Add(ttl)}
	if _, err := db.NewInsert().Model(t).Returning("NULL").Exec(ctx); err != nil {
		return "", fmt.Errorf("new mailed token: %w", err)
	}
	return plain, nil
}

// useToken takes a mailed link's secret, once; the account still has the address that it was mailed to.
func (tx *Tx) useToken(ctx context.Context, plain string, purpose TokenPurpose) (*Account, error) {
	a := new(Account)
	err := tx.NewRaw(`update mailed_tokens t set used_at = ? from accounts a where t.token_hash = ? and t.purpose = ?
		and t.used_at is null and t.expires_at > ? and a.user_id = t.user_id and a.email = t.email returning a.*`,
		tx.now, auth.HashToken(plain), purpose, tx.now).Scan(ctx, a)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errTokenExpired()
	}
	if err != nil {
		return nil, fmt.Errorf("use mailed token: %w", err)
	}
	return a, nil
}

// attemptOf says whose attempt it is to use a mailed link's secret; the hash of the input holds the secret, which nobody
// can guess, and so tells nothing of a password beside it.
func (db *DB) attemptOf(ctx context.Context, a Attempt, token string, purpose TokenPurpose) (Attempt, error) {
	if a.Key == "" {
		return a, nil
	}
	var err error
	a.UserID, err = db.idBy(ctx, `select user_id from mailed_tokens where token_hash = $1 and purpose = $2`, auth.HashToken(token), purpose)
	if err == nil && a.UserID == 0 {
		err = errTokenExpired()
	}
	return a, err
}

// VerifyEmail takes the token of the mailed link and tells whose address is verified.
func (db *DB) VerifyEmail(ctx context.Context, a Attempt, token string) (userID int64, err error) {
	if a, err = db.attemptOf(ctx, a, token, VerifyEmailToken); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		account, err := tx.useToken(ctx, token, VerifyEmailToken)
		if err != nil {
			return 0, err
		}
		return account.UserID, tx.verified(ctx, account.UserID)
	})
}

func (tx *Tx) verified(ctx context.Context, userID int64) error {
	tx.writer = userID
	_, err := tx.NewRaw(`update accounts set email_verified_at = ? where user_id = ? and email_verified_at is null`, tx.now, userID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("verify e-mail address: %w", err)
	}
	return nil
}

// RequestPasswordReset has a link mailed where the address has an account, and says nothing about it. Whoever has left may
// need it to come back.
func (db *DB) RequestPasswordReset(ctx context.Context, a Attempt, address string) error {
	address = strings.ToLower(strings.TrimSpace(address))
	var err error
	a.UserID, err = db.idBy(ctx, `select u.id from users u join accounts a on a.user_id = u.id where a.email = $1
		and u.suspended_at is null and (u.deleted_at is null or u.deleted_at > $2)`, address, db.Now().Add(-LeaveTTL))
	if err != nil {
		return fmt.Errorf("request password reset: %w", err)
	}
	if a.UserID == 0 {
		return nil
	}
	// The address is whom the attempt is of and all of its input: a key cannot come with another one.
	a.InputHash = []byte{}
	_, err = Once(ctx, db, a, func(ctx context.Context, tx *Tx) (bool, error) {
		return true, tx.Record(ctx, JobMail, MailJob{UserID: a.UserID, Template: MailPasswordReset})
	})
	return err
}

// ResetPassword takes the token of the mailed link, sets the password and ends all sessions. Whoever can open the link
// has shown that the address is theirs.
func (db *DB) ResetPassword(ctx context.Context, a Attempt, token, newPassword string) error {
	a, err := db.attemptOf(ctx, a, token, ResetPasswordToken)
	if err != nil {
		return err
	}
	if first, known, err := db.recall(ctx, a); err != nil || known {
		return errors.Join(err, first.Errors.Err())
	}
	// Asked before the password is hashed, so that made-up tokens cost little.
	var name, address string
	err = db.NewRaw(`select u.username, a.email from mailed_tokens t join accounts a on a.user_id = t.user_id and a.email = t.email
		join users u on u.id = t.user_id where t.token_hash = ? and t.purpose = ? and t.used_at is null and t.expires_at > ?`,
		auth.HashToken(token), ResetPasswordToken, db.Now()).Scan(ctx, &name, &address)
	if errors.Is(err, sql.ErrNoRows) {
		return errTokenExpired()
	}
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	if err = checkNewPassword(newPassword, name, address); err != nil {
		return err
	}
	hash, err := db.Passwords.Hash(ctx, newPassword)
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	_, err = Once(ctx, db, a, func(ctx context.Context, tx *Tx) (bool, error) {
		account, err := tx.useToken(ctx, token, ResetPasswordToken)
		if err != nil {
			return false, err
		}
		if err = tx.setPassword(ctx, account.UserID, hash, 0); err != nil {
			return false, err
		}
		return true, tx.verified(ctx, account.UserID)
	})
	return err
}

func errTokenExpired() error { return fault.Reject("token", fault.Expired, "expired_token") }

func checkNewPassword(newPassword, username, email string) error {
	var faults fault.Users
	password(&faults, "newPassword", newPassword, username, email)
	return faults.Err()
}

// setPassword ends all sessions but the one that is kept, voids links to reset the password and tells the person.
func (tx *Tx) setPassword(ctx context.Context, userID int64, hash string, keepSession int64) error {
	if _, err := tx.NewRaw(`update accounts set password_hash = ? where user_id = ?`, hash, userID).Exec(ctx); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	_, err := tx.NewRaw(`update mailed_tokens set used_at = ? where user_id = ? and purpose = ? and used_at is null`,
		tx.now, userID, ResetPasswordToken).Exec(ctx)
	if err != nil {
		return fmt.Errorf("void links: %w", err)
	}
	if err = tx.revokeSessions(ctx, "user_id = ? and id <> ?", userID, keepSession); err != nil {
		return err
	}
	return tx.Record(ctx, JobMail, MailJob{UserID: userID, Template: MailPasswordChanged})
}

// ChangePassword sets the password of somebody who knows the current one, and ends their other sessions.
func (db *DB) ChangePassword(ctx context.Context, a Attempt, sessionID int64, current, next string) error {
	account, err := db.Account(ctx, a.UserID)
	if err != nil {
		return err
	}
	var name string
	if err = db.NewRaw(`select username from users where id = ?`, a.UserID).Scan(ctx, &name); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err = checkNewPassword(next, name, account.Email); err != nil {
		return err
	}
	if account.PasswordHash == "" {
		return fault.Reject("currentPassword", fault.WrongCredentials, "no_password")
	}
	// Verified and hashed outside of the transaction, which would hold a connection for as long.
	right, err := db.Passwords.Verify(ctx, current, account.PasswordHash)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	hash, err := db.Passwords.Hash(ctx, next)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	_, err = Once(ctx, db, a.withPasswords(), func(ctx context.Context, tx *Tx) (bool, error) {
		var now string
		err := tx.NewRaw(`select password_hash from accounts where user_id = ? for no key update`, a.UserID).Scan(ctx, &now)
		if err != nil {
			return false, fmt.Errorf("change password: %w", err)
		}
		if !right || now != account.PasswordHash {
			return false, fault.Reject("currentPassword", fault.WrongCredentials, "wrong_password")
		}
		return true, tx.setPassword(ctx, a.UserID, hash, sessionID)
	})
	return err
}

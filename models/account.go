package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones are known on machines that have no data of their own
	"unicode"

	"styleshare/internal/auth"
	"styleshare/internal/caption"
	"styleshare/internal/fault"
)

// The limits of an account, in characters.
const (
	MaxDisplayName = 50
	MaxBio         = 500
	maxEmail       = 254 // RFC 5321, 4.5.3.1.3, less the angle brackets
	maxTimeZone    = 64
)

// Locales are the languages of mail and push.
var Locales = []string{"ko", "en"}

// DefaultTimeZone is that of people who do not say.
const DefaultTimeZone = "Asia/Seoul"

// SignUpInput is who signs up. Locale and TimeZone must be set; without a DisplayName it is the username.
type SignUpInput struct {
	Username, Email, Password, DisplayName, Locale, TimeZone, UserAgent string
}

func (in *SignUpInput) check() error {
	var faults fault.Users
	in.Username = username(&faults, in.Username)
	in.Email = email(&faults, in.Email)
	password(&faults, "password", in.Password, in.Username, in.Email)
	if in.DisplayName == "" {
		in.DisplayName = in.Username
	} else {
		in.DisplayName = text(&faults, "displayName", in.DisplayName, 1, MaxDisplayName)
	}
	checkLocale(&faults, in.Locale)
	checkTimeZone(&faults, in.TimeZone)
	return faults.Err()
}

func username(faults *fault.Users, name string) string {
	normal, ok := caption.NormalizeUsername(name)
	if !ok {
		faults.Add("username", fault.Invalid, "invalid_username")
	}
	return normal
}

// email is the address in lower case: nobody has two accounts that differ in case only. Letters of other scripts are
// refused, because few mail servers take them and many look like others; domains have an ASCII form.
func email(faults *fault.Users, address string) string {
	address = strings.TrimSpace(address)
	if len(address) > maxEmail {
		faults.Add("email", fault.TooLong, "too_long", maxEmail)
		return ""
	}
	isASCII := strings.IndexFunc(address, func(r rune) bool { return r > unicode.MaxASCII }) < 0
	parsed, err := mail.ParseAddress(address)
	_, domain, _ := strings.Cut(address, "@")
	if !isASCII || err != nil || parsed.Address != address || !strings.Contains(strings.Trim(domain, "."), ".") || strings.ContainsAny(domain, "[]:_") {
		faults.Add("email", fault.Invalid, "invalid_email")
	}
	return strings.ToLower(address)
}

func password(faults *fault.Users, field, password, username, email string) {
	local, _, _ := strings.Cut(email, "@")
	switch err := auth.CheckPassword(password, username, email, local); {
	case errors.Is(err, auth.ErrTooShort):
		faults.Add(field, fault.TooShort, "too_short", auth.MinPassword)
	case errors.Is(err, auth.ErrTooLong):
		faults.Add(field, fault.TooLong, "too_long", auth.MaxPassword)
	case err != nil:
		faults.Add(field, fault.Invalid, "weak_password")
	}
}

func checkLocale(faults *fault.Users, locale string) {
	if !slices.Contains(Locales, locale) {
		faults.Add("locale", fault.Invalid, "invalid_locale")
	}
}

func checkTimeZone(faults *fault.Users, name string) {
	// "Local" and "" name the server's own zone.
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" || len(name) > maxTimeZone {
		faults.Add("timeZone", fault.Invalid, "invalid_time_zone")
	}
}

// SignUp makes an account with its first session and has the address verified. Of two that take one name at the same
// moment, one gets TAKEN.
func (db *DB) SignUp(ctx context.Context, in SignUpInput) (*SessionGrant, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	hash, err := db.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, fmt.Errorf("sign up: %w", err)
	}
	var grant *SessionGrant
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		u := &User{Username: in.Username, DisplayName: in.DisplayName, CreatedAt: tx.now}
		if _, err := tx.NewInsert().Model(u).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
			return err
		}
		a := &Account{UserID: u.ID, Email: in.Email, PasswordHash: hash, Locale: in.Locale, TimeZone: in.TimeZone}
		if _, err := tx.NewInsert().Model(a).Returning("NULL").Exec(ctx); err != nil {
			return err
		}
		if err := tx.Record(ctx, JobMail, MailJob{UserID: u.ID, Template: MailVerifyEmail}); err != nil {
			return err
		}
		tx.changes.Users = append(tx.changes.Users, u.ID)
		grant, err = tx.newSession(ctx, u.ID, in.UserAgent)
		return err
	})
	switch {
	case violates(err, "users_username_key"):
		return nil, fault.Reject("username", fault.Taken, "username_taken")
	case violates(err, "accounts_email_key"):
		return nil, fault.Reject("email", fault.Taken, "email_taken")
	case err != nil:
		return nil, fmt.Errorf("sign up: %w", err)
	}
	return grant, nil
}

// UserIDByUsername finds a person by the normalised username; 0 where there is none.
func (db *DB) UserIDByUsername(ctx context.Context, username string) (int64, error) {
	return db.idBy(ctx, `select id from users where username = ?`, username)
}

// Account reads what is the person's own business.
func (db *DB) Account(ctx context.Context, userID int64) (*Account, error) {
	a := new(Account)
	if err := db.NewSelect().Model(a).Where("user_id = ?", userID).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read account %d: %w", userID, err)
	}
	return a, nil
}

// SignIn begins a session by username or e-mail address and password. How long it takes does not tell whether the login
// exists.
func (db *DB) SignIn(ctx context.Context, login, password, userAgent string) (*SessionGrant, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	column := "u.username"
	if strings.Contains(login, "@") {
		column = "a.email"
	}
	var row struct {
		ID           int64
		PasswordHash string
		SuspendedAt  *time.Time
	}
	err := db.NewRaw(`select u.id, a.password_hash, u.suspended_at from users u join accounts a on a.user_id = u.id
		where `+column+` = ? and u.deleted_at is null`, login).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		if err = db.Passwords.VerifyUnknown(ctx, password); err == nil {
			err = fault.Reject("", fault.WrongCredentials, "wrong_credentials")
		}
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	ok, err := db.Passwords.Verify(ctx, password, row.PasswordHash)
	switch {
	case err != nil:
		return nil, fmt.Errorf("sign in: %w", err)
	case !ok:
		return nil, fault.Reject("", fault.WrongCredentials, "wrong_credentials")
	case row.SuspendedAt != nil:
		return nil, fault.Reject("", fault.Suspended, "suspended")
	}
	rehashed := ""
	if db.Passwords.NeedsRehash(row.PasswordHash) {
		if rehashed, err = db.Passwords.Hash(ctx, password); err != nil {
			return nil, fmt.Errorf("sign in: %w", err)
		}
	}
	var grant *SessionGrant
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if rehashed != "" {
			_, err := tx.NewRaw(`update accounts set password_hash = ? where user_id = ? and password_hash = ?`, rehashed, row.ID, row.PasswordHash).Exec(ctx)
			if err != nil {
				return err
			}
		}
		grant, err = tx.newSession(ctx, row.ID, userAgent)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return grant, nil
}

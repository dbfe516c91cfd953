package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/caption"
	"styleshare/internal/fault"
)

// Identity says who one of our people is at an OpenID Connect issuer.
type Identity struct {
	bun.BaseModel `bun:"table:identities"`

	Issuer, Subject string `bun:",pk"`
	UserID          int64
	CreatedAt       time.Time
}

// IdentityInput is what a verified ID token says of a person, and what the client says of an account that is to be made.
type IdentityInput struct {
	Issuer, Subject string
	Email           string // empty where the token names none
	EmailVerified   bool   // by the issuer
	Name, Handle    string // as the person is called there; either may be empty

	Username                    *string // wanted for a new account
	Locale, TimeZone, UserAgent string
}

// SignInWithIdentity begins a session for whom a verified ID token is about. Whoever comes for the first time gets the
// account that has the address, where both the issuer and we have verified it, and a new one where nobody has it.
func (db *DB) SignInWithIdentity(ctx context.Context, a Attempt, in IdentityInput) (*SessionGrant, error) {
	var faults fault.Users
	if in.Username != nil {
		name := username(&faults, *in.Username)
		in.Username = &name
	}
	checkLocale(&faults, in.Locale)
	checkTimeZone(&faults, in.TimeZone)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	secret, err := db.firstSecret(ctx, a, in.Issuer+" "+in.Subject)
	if err != nil {
		return nil, fmt.Errorf("sign in with a token: %w", err)
	}
	var sessionID int64
	for range maxTxAttempts {
		err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
			person, err := tx.personOf(ctx, in)
			if err != nil {
				return err
			}
			a.UserID = person.ID
			sessionID, err = onceIn(ctx, tx, a, func() (int64, error) { return tx.signIn(ctx, person, in.UserAgent, secret) })
			return err
		})
		// Somebody else took the name that was found, or signed up with the address, at the same moment.
		if !violates(err, "users_username_key") && !violates(err, "accounts_email_key") {
			break
		}
	}
	if violates(err, "users_username_key") {
		return nil, fault.Reject("username", fault.Taken, "username_taken")
	}
	if err != nil {
		return nil, fmt.Errorf("sign in with a token: %w", err)
	}
	return db.granted(ctx, a, sessionID, secret)
}

// personOf finds the person, or makes one; a second sign-in of the same identity or address waits for the first.
func (tx *Tx) personOf(ctx context.Context, in IdentityInput) (*loginRow, error) {
	locks := []string{"identity/" + in.Issuer + " " + in.Subject}
	if in.Email != "" {
		locks = append(locks, "address/"+strings.ToLower(in.Email))
	}
	for _, lock := range locks {
		if _, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, lock).Exec(ctx); err != nil {
			return nil, fmt.Errorf("lock identity: %w", err)
		}
	}
	person := new(loginRow)
	err := tx.NewRaw(`select u.id, u.suspended_at, u.deleted_at from identities i join users u on u.id = i.user_id
		where i.issuer = ? and i.subject = ?`, in.Issuer, in.Subject).Scan(ctx, person)
	if errors.Is(err, sql.ErrNoRows) {
		person, err = tx.firstUse(ctx, in)
	}
	switch {
	case err != nil:
		return nil, err
	case person.SuspendedAt != nil:
		return nil, fault.Reject("", fault.Suspended, "suspended")
	case person.DeletedAt != nil && !person.DeletedAt.After(tx.now.Add(-LeaveTTL)):
		return nil, fault.Reject("idToken", fault.NotReady, "being_erased")
	}
	return person, nil
}

// firstUse gives an identity that nobody has an account.
func (tx *Tx) firstUse(ctx context.Context, in IdentityInput) (*loginRow, error) {
	if in.Email == "" {
		return nil, fault.Reject("idToken", fault.Required, "token_without_email")
	}
	var faults fault.Users
	address := email(&faults, in.Email)
	if len(faults) > 0 {
		return nil, fault.Reject("idToken", fault.Invalid, "invalid_email")
	}
	person, err := tx.ownerOf(ctx, address, in.EmailVerified)
	if err != nil {
		return nil, err
	}
	if person == nil {
		if person, err = tx.newPerson(ctx, in, address); err != nil {
			return nil, err
		}
	}
	i := &Identity{Issuer: in.Issuer, Subject: in.Subject, UserID: person.ID, CreatedAt: tx.now}
	_, err = tx.NewInsert().Model(i).Returning("NULL").Exec(ctx)
	return person, err
}

// ownerOf gives the account that has the address; nil where none has. Both sides must have verified the address:
// otherwise somebody could take an account over by naming its address to an issuer that does not look, or wait in an
// account that has the address of somebody else.
func (tx *Tx) ownerOf(ctx context.Context, address string, verified bool) (*loginRow, error) {
	var owner struct {
		loginRow
		EmailVerifiedAt *time.Time
	}
	err := tx.NewRaw(`select u.id, u.suspended_at, u.deleted_at, a.email_verified_at from accounts a join users u on u.id = a.user_id
		where a.email = ? for no key update of a`, address).Scan(ctx, &owner)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look for the address: %w", err)
	case !verified:
		return nil, fault.Reject("idToken", fault.Taken, "email_not_vouched_for")
	case owner.EmailVerifiedAt == nil:
		return nil, fault.Reject("idToken", fault.Taken, "email_unconfirmed")
	}
	return &owner.loginRow, nil
}

// newPerson makes an account without a password.
func (tx *Tx) newPerson(ctx context.Context, in IdentityInput, address string) (*loginRow, error) {
	u := &User{}
	var err error
	if in.Username != nil {
		u.Username = *in.Username
	} else if u.Username, err = tx.freeUsername(ctx, in.Handle, address); err != nil {
		return nil, err
	}
	u.DisplayName = shorten(caption.Normalize(in.Name), MaxDisplayName)
	if u.DisplayName == "" {
		u.DisplayName = u.Username
	}
	a := &Account{Email: address, Locale: in.Locale, TimeZone: in.TimeZone}
	if in.EmailVerified {
		a.EmailVerifiedAt = &tx.now
	}
	id, err := tx.newAccount(ctx, u, a)
	return &loginRow{ID: id}, err
}

package models

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones are known on machines that have no data of their own
	"unicode"

	"github.com/uptrace/bun"

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
	// Attempt is of a phone that may ask again; its person is found by Email and Password.
	Attempt Attempt
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

// UserIDByUsername finds a person by the normalised username; 0 where there is none.
func (db *DB) UserIDByUsername(ctx context.Context, username string) (int64, error) {
	return db.idBy(ctx, `select id from users where username = $1`, username)
}

// Account reads what is the person's own business.
func (db *DB) Account(ctx context.Context, userID int64) (*Account, error) {
	return accountOf(ctx, db, userID)
}

func accountOf(ctx context.Context, db bun.IDB, userID int64) (*Account, error) {
	a := new(Account)
	if err := db.NewSelect().Model(a).Where("user_id = ?", userID).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read account %d: %w", userID, err)
	}
	return a, nil
}

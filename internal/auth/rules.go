package auth

import (
	_ "embed"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Length of a password in characters (code points after NFKC).
const (
	MinPassword = 8
	MaxPassword = 128
)

// maxPasswordBytes refuses what cannot become MaxPassword characters before any work is done on it: a code
// point of a decomposed script takes up to three others of three bytes with it (Hangul jamo).
const maxPasswordBytes = MaxPassword * 3 * 4

// What CheckPassword finds wrong with a password; the caller words it for the person.
var (
	ErrTooShort  = errors.New("auth: password too short")
	ErrTooLong   = errors.New("auth: password too long")
	ErrMalformed = errors.New("auth: password is not text")
	ErrCommon    = errors.New("auth: password is among the commonest")
	ErrIdentity  = errors.New("auth: password equals the login")
)

//go:embed common.txt
var commonText string

var common = func() map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		set[word] = true
	}
	return set
}()

// CheckPassword applies the rules for a new password: MinPassword to MaxPassword characters, no NUL, valid
// UTF-8, not among the commonest passwords, and not one of identities (username, e-mail address, the part of
// the address before the @), whatever the case. There are no rules on kinds of characters: they make
// passwords worse (NIST SP 800-63B, 5.1.1.2).
func CheckPassword(password string, identities ...string) error {
	plain, err := Normalize(password)
	if err != nil {
		return err
	}
	switch n := utf8.RuneCountInString(plain); {
	case n < MinPassword:
		return ErrTooShort
	case n > MaxPassword:
		return ErrTooLong
	}
	folded := fold(plain)
	if common[folded] {
		return ErrCommon
	}
	for _, id := range identities {
		local, _, _ := strings.Cut(id, "@")
		if folded == fold(norm.NFKC.String(id)) || folded == fold(norm.NFKC.String(local)) {
			return ErrIdentity
		}
	}
	return nil
}

// Normalize gives the form of a password that is counted, compared and hashed: NFKC, so that the same keys
// pressed on a Mac (which composes Hangul and accents late) and on a phone give the same password.
// Errors: ErrTooLong, ErrMalformed (NUL or not UTF-8).
func Normalize(password string) (string, error) {
	if len(password) > maxPasswordBytes {
		return "", ErrTooLong
	}
	if !utf8.ValidString(password) || strings.ContainsRune(password, 0) {
		return "", ErrMalformed
	}
	return norm.NFKC.String(password), nil
}

func fold(s string) string { return cases.Fold().String(s) }

package oidc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
)

// claims are those that the library does not read.
type claims struct {
	AuthorizedParty   string  `json:"azp"`
	Email             string  `json:"email"`
	EmailVerified     verdict `json:"email_verified"`
	Name              string  `json:"name"`
	Nickname          string  `json:"nickname"`
	PreferredUsername string  `json:"preferred_username"`
}

// verdict is a boolean that Apple writes as a string at times. Whatever else stands there vouches for nothing.
type verdict bool

// UnmarshalJSON takes true and "true".
func (v *verdict) UnmarshalJSON(text []byte) error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	*v = value == true || value == "true"
	return nil
}

// sameNonce compares the nonce of a token with the one that the client made. Apple's and Google's SDKs are given its
// SHA-256, in hexadecimal, so that only whoever began the sign-in knows the nonce itself: both forms count.
func sameNonce(inToken, given string) bool {
	if inToken == "" || given == "" {
		return inToken == given
	}
	sum := sha256.Sum256([]byte(given))
	plain := subtle.ConstantTimeCompare([]byte(inToken), []byte(given))
	hashed := subtle.ConstantTimeCompare([]byte(inToken), []byte(hex.EncodeToString(sum[:])))
	return plain|hashed == 1
}

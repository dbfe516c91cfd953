package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// tokenBytes of randomness cannot be guessed or searched, so a plain SHA-256 is enough to store the token by.
const tokenBytes = 32

// refreshPrefix lets secret scanners and people recognise a leaked refresh token.
const refreshPrefix = "refresh"

// ErrBadRefresh means that a string cannot be a refresh token.
var ErrBadRefresh = errors.New("auth: malformed refresh token")

// NewToken makes a secret of 256 random bits as unpadded base64url and the SHA-256 to store in its place.
func NewToken() (plain string, hash []byte) {
	var b [tokenBytes]byte
	rand.Read(b[:]) // never fails: the runtime ends the process when the system has no randomness
	plain = base64.RawURLEncoding.EncodeToString(b[:])
	return plain, HashToken(plain)
}

// HashToken gives the SHA-256 that a token is stored and looked up by.
func HashToken(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

// MatchesHash tells in constant time whether plain is the token stored as hash.
func MatchesHash(plain string, hash []byte) bool {
	return subtle.ConstantTimeCompare(HashToken(plain), hash) == 1
}

// NewRefresh makes a refresh token for a session: what the client gets, and the hash of its secret to store.
func NewRefresh(sessionID int64) (token string, hash []byte) {
	secret, hash := NewToken()
	return FormatRefresh(sessionID, secret), hash
}

// FormatRefresh writes "refresh.<session id, base 36>.<secret>".
func FormatRefresh(sessionID int64, secret string) string {
	return refreshPrefix + "." + strconv.FormatInt(sessionID, 36) + "." + secret
}

// ParseRefresh takes apart what FormatRefresh wrote and accepts nothing else: each token has one spelling.
// Its only error is ErrBadRefresh. Whether the secret is right is for MatchesHash to say.
func ParseRefresh(token string) (sessionID int64, secret string, err error) {
	if len(token) > 128 {
		return 0, "", ErrBadRefresh
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[0] != refreshPrefix {
		return 0, "", ErrBadRefresh
	}
	sessionID, err = strconv.ParseInt(parts[1], 36, 64)
	if err != nil || sessionID <= 0 || strconv.FormatInt(sessionID, 36) != parts[1] {
		return 0, "", ErrBadRefresh
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(raw) != tokenBytes || strings.ContainsAny(parts[2], "\r\n") {
		return 0, "", ErrBadRefresh
	}
	return sessionID, parts[2], nil
}

// Sign gives the signature of a link that must work without a session (one-click unsubscribe): HMAC-SHA-256
// over purpose and subject, unpadded base64url. It does not expire; put a date into subject where it should.
// key must be secret and at least 32 bytes long.
func Sign(key []byte, purpose, subject string) string {
	return base64.RawURLEncoding.EncodeToString(mac(key, purpose, subject))
}

// Verify tells in constant time whether signature is Sign's for the same key, purpose and subject.
func Verify(key []byte, purpose, subject, signature string) bool {
	return hmac.Equal([]byte(signature), []byte(Sign(key, purpose, subject)))
}

func mac(key []byte, purpose, subject string) []byte {
	h := hmac.New(sha256.New, key)
	// The length keeps ("a", "bc") and ("ab", "c") apart.
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(purpose))))
	h.Write([]byte(purpose))
	h.Write([]byte(subject))
	return h.Sum(nil)
}

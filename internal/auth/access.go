package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// AccessTTL is how long an access token lives.
	AccessTTL = 15 * time.Minute

	issuer = "styleshare"
	// leeway forgives clocks of our own servers that differ; phones' clocks play no part.
	leeway = 5 * time.Second
	// maxAccessBytes is four times the length of a token made here.
	maxAccessBytes = 1024
)

// Why an access token is refused. A client answers ErrExpired by refreshing and ErrInvalid by signing in.
var (
	ErrExpired = errors.New("auth: access token expired")
	ErrInvalid = errors.New("auth: access token invalid")
)

// Claims is what an access token says.
type Claims struct {
	UserID    int64
	SessionID int64
	IssuedAt  time.Time // whole seconds
	ExpiresAt time.Time
}

type wireClaims struct {
	jwt.RegisteredClaims
	SessionID string `json:"sid"`
}

// Sign makes an access token that lives for AccessTTL, and tells when it ends. Its only error is ErrNoKey,
// when the last key has been retired.
func (r *KeyRing) Sign(userID, sessionID int64) (token string, expires time.Time, err error) {
	now := r.now().Truncate(time.Second)
	key, err := r.set.Load().signer(r.now())
	if err != nil {
		return "", time.Time{}, err
	}
	expires = now.Add(AccessTTL)
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, wireClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: strconv.FormatInt(userID, 10),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		SessionID: strconv.FormatInt(sessionID, 10),
	})
	t.Header["kid"] = key.ID
	token, err = t.SignedString(key.Private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("auth: sign: %w", err)
	}
	return token, expires, nil
}

// Verify checks an access token and gives its claims. Errors are ErrExpired and ErrInvalid, with their cause
// for the log; the token is in neither. ctx bounds the reload that an unknown key id leads to.
func (r *KeyRing) Verify(ctx context.Context, token string) (Claims, error) {
	if len(token) > maxAccessBytes {
		return Claims{}, fmt.Errorf("%w: too long", ErrInvalid)
	}
	sum := sha256.Sum256([]byte(token))
	if claims, ok := r.verified.claims(sum, r.set.Load(), r.now()); ok {
		return claims, nil
	}
	claims, keyID, err := r.check(ctx, token)
	if err == nil {
		r.verified.add(sum, verifiedToken{claims, keyID})
	}
	return claims, err
}

// check is Verify for a token that is seen for the first time.
func (r *KeyRing) check(ctx context.Context, token string) (_ Claims, keyID string, _ error) {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithIssuer(issuer),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway),
		jwt.WithStrictDecoding(), jwt.WithTimeFunc(r.now),
	)
	var wire wireClaims
	_, err := parser.ParseWithClaims(token, &wire, func(t *jwt.Token) (any, error) {
		keyID, _ = t.Header["kid"].(string)
		key, ok := r.find(ctx, keyID)
		if !ok {
			return nil, errors.New("unknown or retired key")
		}
		return key.Private.Public().(ed25519.PublicKey), nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, "", ErrExpired
	case err != nil:
		return Claims{}, "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	claims, err := wire.claims()
	return claims, keyID, err
}

func (w *wireClaims) claims() (Claims, error) {
	user, ok1 := parseID(w.Subject)
	session, ok2 := parseID(w.SessionID)
	if !ok1 || !ok2 || w.IssuedAt == nil {
		return Claims{}, fmt.Errorf("%w: claims", ErrInvalid)
	}
	return Claims{UserID: user, SessionID: session, IssuedAt: w.IssuedAt.Time, ExpiresAt: w.ExpiresAt.Time}, nil
}

func parseID(s string) (int64, bool) {
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil && id > 0 && strconv.FormatInt(id, 10) == s
}

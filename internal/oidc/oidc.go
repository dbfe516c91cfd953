// Package oidc checks ID tokens of OpenID Connect issuers (Apple, Google, Kakao, any other).
//
// An issuer is asked for its configuration and keys when the first token of it comes, not before: a process starts while
// its issuers are away. Both are kept, and asked for again when a token names a key that is not known and once an hour.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// What may be wrong with a token; each may be wrapped with a cause that only the log should see.
var (
	ErrUnknownIssuer = errors.New("oidc: the issuer is not configured")
	ErrInvalid       = errors.New("oidc: the token does not count")
	ErrExpired       = errors.New("oidc: the token has expired")
	// ErrUnavailable says nothing about the token: the issuer could not be asked.
	ErrUnavailable = errors.New("oidc: the issuer does not answer")
)

const (
	// maxToken bounds a token, in bytes: those of the large issuers have about 1,000.
	maxToken = 16 << 10
	// maxSubject is the longest `sub` there may be (OpenID Connect Core, section 2).
	maxSubject = 255
	// leeway is how far clocks may be apart.
	leeway = time.Minute
	// maxAhead is how far in the future a token may be issued.
	maxAhead = 5 * time.Minute
)

// Identity is whom a token is about.
type Identity struct {
	Issuer, Subject string
	// Email is empty where the person did not share it, or the issuer was not asked for it.
	Email string
	// EmailVerified says that the issuer vouches for the address.
	EmailVerified bool
	// Name and Username are what the person is called there; either may be empty.
	Name, Username string
}

// Verifier checks tokens. It is safe for use by several goroutines.
type Verifier struct {
	issuers map[string]*issuer
	now     func() time.Time
}

// New makes a Verifier; it asks nobody yet. client makes the requests to issuers, and nil takes one with short time-outs.
func New(issuers []Issuer, client *http.Client) *Verifier {
	if client == nil {
		client = newClient()
	}
	v := &Verifier{issuers: make(map[string]*issuer, len(issuers)), now: time.Now}
	for _, i := range issuers {
		v.issuers[i.URL] = &issuer{Issuer: i, client: client, verifier: v}
	}
	return v
}

// Verify checks signature, issuer, audience, times and nonce of a token. issuer is the one that the client says the token
// is of. Where the token carries a nonce, nonce must be it, or what it is the SHA-256 of; where nonce is given, the token
// must carry it.
func (v *Verifier) Verify(ctx context.Context, issuerURL, token, nonce string) (*Identity, error) {
	from := v.issuers[issuerURL]
	if from == nil {
		return nil, ErrUnknownIssuer
	}
	if len(token) > maxToken {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrInvalid, maxToken)
	}
	checked, err := from.check(ctx, token)
	if err != nil {
		return nil, err
	}
	var c claims
	if err = checked.Claims(&c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	switch {
	case checked.Subject == "" || len(checked.Subject) > maxSubject:
		return nil, fmt.Errorf("%w: no subject, or a long one", ErrInvalid)
	case !from.isForUs(checked.Audience, c.AuthorizedParty):
		return nil, fmt.Errorf("%w: made for another client", ErrInvalid)
	case checked.IssuedAt.After(v.now().Add(maxAhead)):
		return nil, fmt.Errorf("%w: issued in the future", ErrInvalid)
	case !sameNonce(checked.Nonce, nonce):
		return nil, fmt.Errorf("%w: another nonce", ErrInvalid)
	}
	return &Identity{Issuer: issuerURL, Subject: checked.Subject, Email: strings.TrimSpace(c.Email), EmailVerified: bool(c.EmailVerified),
		Name: firstOf(c.Name, c.Nickname), Username: c.PreferredUsername}, nil
}

// isForUs looks at the party that asked for the token only where it is for several: Google's tokens for Android are for
// the server's client id and were asked for by the app's.
func (i *issuer) isForUs(audience []string, authorizedParty string) bool {
	if len(audience) > 1 && !slices.Contains(i.ClientIDs, authorizedParty) {
		return false
	}
	return slices.ContainsFunc(audience, func(id string) bool { return slices.Contains(i.ClientIDs, id) })
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (i *issuer) check(ctx context.Context, token string) (*oidc.IDToken, error) {
	verifier, err := i.current(ctx)
	if err != nil {
		return nil, err
	}
	failed := new(error)
	checked, err := verifier.Verify(context.WithValue(ctx, keysFailedKey{}, failed), token)
	if _, expired := errors.AsType[*oidc.TokenExpiredError](err); expired {
		return nil, ErrExpired
	}
	if *failed != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, *failed)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return checked, nil
}

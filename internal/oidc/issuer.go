package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"
)

const (
	// refreshAfter is how old an issuer's configuration and keys may be, so that a key it took back stops to count.
	refreshAfter = time.Hour
	// staleFor is how much longer they count while the issuer is away.
	staleFor = 24 * time.Hour
	// askTimeout bounds one request to an issuer: somebody waits.
	askTimeout = 5 * time.Second
	// maxDocument bounds what an issuer may answer, in bytes.
	maxDocument = 1 << 20
)

// issuer is an Issuer with what it says of itself.
type issuer struct {
	Issuer
	client   *http.Client
	verifier *Verifier

	asking singleflight.Group
	mu     sync.Mutex
	tokens *oidc.IDTokenVerifier
	read   time.Time
}

// current gives what checks tokens now: it asks the issuer where that was not done, or long ago. Callers of one moment
// wait for one request.
func (i *issuer) current(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	tokens, age := i.known()
	if tokens != nil && age < refreshAfter {
		return tokens, nil
	}
	asked := i.asking.DoChan("", func() (any, error) { return nil, i.discover(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-asked:
		if result.Err == nil {
			tokens, _ = i.known()
			return tokens, nil
		}
		if tokens != nil && age < refreshAfter+staleFor {
			return tokens, nil
		}
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, result.Err)
	}
}

func (i *issuer) known() (*oidc.IDTokenVerifier, time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.tokens, i.verifier.now().Sub(i.read)
}

// discover reads the issuer's configuration; its keys are read with the first token.
func (i *issuer) discover(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, i.client), askTimeout)
	defer cancel()
	provider, err := oidc.NewProvider(ctx, i.URL)
	if err != nil {
		return err
	}
	var document struct {
		KeysURL    string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	if err = provider.Claims(&document); err != nil {
		return err
	}
	if err = checkAddress(document.KeysURL); err != nil {
		return fmt.Errorf("its jwks_uri %w", err)
	}
	keys := &keySet{oidc.NewRemoteKeySet(ctx, document.KeysURL)}
	tokens := oidc.NewVerifier(i.URL, keys, &oidc.Config{
		SkipClientIDCheck:    true, // there may be several: see isForUs
		SupportedSigningAlgs: asymmetric(document.Algorithms),
		Now:                  func() time.Time { return i.verifier.now().Add(-leeway) },
	})
	i.mu.Lock()
	defer i.mu.Unlock()
	i.tokens, i.read = tokens, i.verifier.now()
	return nil
}

// asymmetric leaves out `none` and those that sign with a secret: anybody may have our client id, and some issuers offer
// to sign with what belongs to it.
func asymmetric(algorithms []string) []string {
	known := []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}
	var kept []string
	for _, a := range known {
		for _, offered := range algorithms {
			if a == offered {
				kept = append(kept, a)
			}
		}
	}
	return kept // RS256 where there is none
}

// keySet is an issuer's keys. It tells keys that could not be read from signatures that are wrong, which the library does
// not.
type keySet struct{ remote *oidc.RemoteKeySet }

// keysFailedKey is where a caller of VerifySignature has the failure put, a *error.
type keysFailedKey struct{}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.remote.VerifySignature(ctx, token)
	if failed, ok := ctx.Value(keysFailedKey{}).(*error); ok && err != nil && strings.HasPrefix(err.Error(), "fetching keys") {
		*failed = err
	}
	return payload, err
}

// newClient makes requests that end soon, to places that cannot be changed on the way.
func newClient() *http.Client {
	return &http.Client{
		Timeout:   askTimeout,
		Transport: bounded{http.DefaultTransport},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > 3 {
				return errors.New("too many redirects")
			}
			return checkAddress(req.URL.Scheme + "://" + req.URL.Host)
		},
	}
}

// bounded ends answers that are too long for what they should be.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxDocument), resp.Body}
	}
	return resp, err
}

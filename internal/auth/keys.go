package auth

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"
)

// settleTime is how old a key must be before it signs: two reloads of every other process, so that no token
// meets a process that does not know its key.
const settleTime = time.Minute

// ErrNoKey means that the source holds no key that may sign.
var ErrNoKey = errors.New("auth: no usable signing key")

// Key is one Ed25519 key that signs access tokens, as it is stored: Private is the 64 bytes of
// ed25519.PrivateKey. Retire a key only AccessTTL after a younger one began to sign; its tokens die with it.
type Key struct {
	ID        string
	Private   ed25519.PrivateKey
	CreatedAt time.Time
	RetiredAt time.Time // zero while the key is in use
}

// Source reads all keys that are stored, retired ones or not.
type Source func(ctx context.Context) ([]Key, error)

// NewKey makes a key to store; it starts to sign a minute later, at once where it is the only one.
func NewKey(now time.Time) Key {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err) // the system's randomness does not fail
	}
	var id [9]byte
	rand.Read(id[:])
	return Key{ID: base64.RawURLEncoding.EncodeToString(id[:]), Private: private, CreatedAt: now}
}

func (k Key) retired(now time.Time) bool { return !k.RetiredAt.IsZero() && !now.Before(k.RetiredAt) }

func (k Key) check() error {
	if k.ID == "" || len(k.ID) > 64 {
		return errors.New("auth: signing key without a usable id")
	}
	if len(k.Private) != ed25519.PrivateKeySize ||
		!bytes.Equal(k.Private, ed25519.NewKeyFromSeed(k.Private.Seed())) {
		return fmt.Errorf("auth: signing key %q is not an Ed25519 private key", k.ID)
	}
	return nil
}

// keySet is what one reading of the source gave; it never changes.
type keySet struct {
	byID   map[string]Key
	byDate []Key // youngest first
}

// newKeySet keeps the good keys and reports the bad ones.
func newKeySet(keys []Key) (*keySet, error) {
	set := &keySet{byID: map[string]Key{}}
	var bad []error
	for _, k := range keys {
		if err := k.check(); err != nil {
			bad = append(bad, err)
			continue
		}
		set.byID[k.ID] = k
		set.byDate = append(set.byDate, k)
	}
	slices.SortFunc(set.byDate, func(a, b Key) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return set, errors.Join(bad...)
}

// verifier finds the key that a token names.
func (s *keySet) verifier(id string, now time.Time) (Key, bool) {
	k, ok := s.byID[id]
	return k, ok && !k.retired(now)
}

// signer is the youngest settled key; where all are fresh, the one that the others have most likely seen.
func (s *keySet) signer(now time.Time) (Key, error) {
	var oldest *Key
	for i := range s.byDate {
		k := &s.byDate[i]
		if k.retired(now) {
			continue
		}
		if now.Sub(k.CreatedAt) >= settleTime {
			return *k, nil
		}
		oldest = k
	}
	if oldest == nil {
		return Key{}, ErrNoKey
	}
	return *oldest, nil
}

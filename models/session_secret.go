package models

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"sync"
)

// A refresh token's secret is the session's family, which never changes, and a part that changes with each rotation.
// So a token that was used long ago is known for what it is without keeping all of them.
const familyBytes = 16

// newSecret is a secret of a family that nobody can guess or make again.
func newSecret(family []byte) string {
	part := make([]byte, familyBytes)
	_, _ = rand.Read(part) // never fails, crypto/rand says
	return formatSecret(family, part)
}

func formatSecret(family, part []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(family[:familyBytes:familyBytes], part[:familyBytes]...))
}

func familyOf(secret string) ([]byte, bool) {
	all, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil || len(all) != 2*familyBytes {
		return nil, false
	}
	return all[:familyBytes], true
}

func hashFamily(family []byte) []byte {
	sum := sha256.Sum256(family)
	return sum[:]
}

// firstSecret is the secret of a session that is about to begin. Where the attempt has a key, it is made of the key and of
// the credential that came with it: the phone that lost the answer and asks again is given the same token, although only
// hashes are kept, and nobody without the credential can be.
func (db *DB) firstSecret(ctx context.Context, a Attempt, credential string) (string, error) {
	if a.Key == "" {
		family := make([]byte, familyBytes)
		_, _ = rand.Read(family) // never fails, crypto/rand says
		return newSecret(family), nil
	}
	all, err := db.derive(ctx, "begin", a.Mutation, a.Key, string(a.InputHash), credential)
	if err != nil {
		return "", err
	}
	return formatSecret(all, all[familyBytes:]), nil
}

// nextSecret follows a secret that was presented. With the same key it is the same one again.
func (db *DB) nextSecret(ctx context.Context, secret string, family []byte, key *string) (string, error) {
	if key == nil {
		return newSecret(family), nil
	}
	all, err := db.derive(ctx, "refresh", *key, secret)
	if err != nil {
		return "", err
	}
	return formatSecret(family, all), nil
}

// derive makes 32 bytes of the parts and of a key that all processes share.
func (db *DB) derive(ctx context.Context, parts ...string) ([]byte, error) {
	key, err := db.tokenKey.get(ctx, db, "refresh-tokens")
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // keeps ("a", "bc") and ("ab", "c") apart
		h.Write([]byte(part))
	}
	return h.Sum(nil), nil
}

// keptSecret is a Secret that is read once.
type keptSecret struct {
	mu    sync.Mutex
	value []byte
}

func (s *keptSecret) get(ctx context.Context, db *DB, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value == nil {
		value, err := db.Secret(ctx, name)
		if err != nil {
			return nil, err
		}
		s.value = value
	}
	return s.value, nil
}

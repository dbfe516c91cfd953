package auth

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// params are the second choice of the OWASP Password Storage Cheat Sheet (m=19456 KiB, t=2, p=1), which it
// calls equal in strength to the others: 19 MiB a check lets a small server take several at once.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Bounds of what a stored hash may ask for, so that one strange row cannot take the memory that the semaphore guards.
const (
	maxMemoryKiB  = 128 * 1024
	maxIterations = 16
	maxLanes      = 8
	maxPartBytes  = 128
)

// ErrBadHash means that a stored password hash is damaged or asks for more work than this process allows.
var ErrBadHash = errors.New("auth: unusable password hash")

// Passwords hashes and verifies passwords, at most GOMAXPROCS at a time: argon2 gains nothing from more,
// and each one under way holds 19 MiB.
type Passwords struct {
	slots chan struct{}
	dummy string
}

// NewPasswords makes a Passwords; it costs one hash (some 20 ms of CPU).
func NewPasswords() (*Passwords, error) {
	plain, _ := NewToken()
	dummy, err := argon2id.CreateHash(plain, params)
	if err != nil {
		return nil, fmt.Errorf("auth: hash: %w", err)
	}
	return &Passwords{slots: make(chan struct{}, runtime.GOMAXPROCS(0)), dummy: dummy}, nil
}

// Hash makes the string to store for a password that CheckPassword accepted. The only errors are
// ErrMalformed and the context's, while waiting for a turn.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	plain, err := Normalize(password)
	if err != nil {
		return "", err
	}
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	return argon2id.CreateHash(plain, params)
}

// Verify tells whether password belongs to hash, by the parameters written in the hash. A password that no
// account can have (too long, not UTF-8) costs the same work as a wrong one and is simply not right.
// Errors: ErrBadHash, and the context's while waiting for a turn.
func (p *Passwords) Verify(ctx context.Context, password, hash string) (bool, error) {
	if err := bounded(hash); err != nil {
		return false, err
	}
	plain, malformed := Normalize(password)
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	ok, err := argon2id.ComparePasswordAndHash(plain, hash)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrBadHash, err)
	}
	return ok && malformed == nil, nil
}

// VerifyUnknown does the work of Verify for a login that does not exist, so that the time of the answer
// does not tell which logins do. Its only error is the context's.
func (p *Passwords) VerifyUnknown(ctx context.Context, password string) error {
	_, err := p.Verify(ctx, password, p.dummy)
	return err
}

// NeedsRehash tells whether hash was made with other parameters than today's. Ask it after a successful
// Verify, while the password is at hand.
func (p *Passwords) NeedsRehash(hash string) bool {
	got, _, _, err := argon2id.DecodeHash(hash)
	return err != nil || *got != *params
}

func (p *Passwords) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil { // select chooses at random when a slot is free as well
		return err
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Passwords) leave() { <-p.slots }

func bounded(hash string) error {
	got, salt, key, err := argon2id.DecodeHash(hash)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadHash, err)
	}
	sane := got.Memory <= maxMemoryKiB && got.Iterations >= 1 && got.Iterations <= maxIterations &&
		got.Parallelism >= 1 && got.Parallelism <= maxLanes &&
		len(salt) >= 8 && len(salt) <= maxPartBytes && len(key) >= 16 && len(key) <= maxPartBytes
	if !sane {
		return fmt.Errorf("%w: parameters out of bounds", ErrBadHash)
	}
	return nil
}

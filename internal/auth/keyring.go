package auth

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	reloadEvery   = 30 * time.Second
	reloadTimeout = 5 * time.Second
	// unknownPause bounds what made-up key ids can cost the database.
	unknownPause = time.Second
)

// KeyRing signs and verifies access tokens with the keys of a Source. Keys rotate by adding a row, waiting,
// and retiring the older one; no process needs a restart.
type KeyRing struct {
	source Source
	now    func() time.Time
	log    *slog.Logger

	verified *verified

	set     atomic.Pointer[keySet]
	loading chan struct{} // holds one token: who has it may reload
	loaded  time.Time     // when the last reload ended, well or not; guarded by loading
}

// NewKeyRing reads the keys once and fails when none of them may sign. now is time.Now outside of tests.
func NewKeyRing(ctx context.Context, source Source, now func() time.Time, log *slog.Logger) (*KeyRing, error) {
	r := &KeyRing{source: source, now: now, log: log, verified: newVerified(), loading: make(chan struct{}, 1)}
	r.set.Store(&keySet{})
	r.loading <- struct{}{}
	defer func() { <-r.loading }()
	if err := r.reload(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Run reloads the keys every 30 s until ctx ends. When the source fails, the keys read before stay.
func (r *KeyRing) Run(ctx context.Context) {
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := r.Reload(ctx); err != nil && ctx.Err() == nil {
				r.log.WarnContext(ctx, "signing keys not reloaded, the known ones stay", "error", err)
			}
		}
	}
}

// Reload reads the keys now, for a process that has just added or retired one.
func (r *KeyRing) Reload(ctx context.Context) error {
	select {
	case r.loading <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.loading }()
	return r.reload(ctx)
}

// reload needs r.loading.
func (r *KeyRing) reload(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reloadTimeout)
	defer cancel()
	defer func() { r.loaded = r.now() }()
	keys, err := r.source(ctx)
	if err != nil {
		return fmt.Errorf("auth: read signing keys: %w", err)
	}
	set, bad := newKeySet(keys)
	if bad != nil {
		r.log.ErrorContext(ctx, "signing keys left out", "error", bad)
	}
	// A table emptied by mistake must not sign everybody out.
	if _, err := set.signer(r.now()); err != nil {
		return err
	}
	r.set.Store(set)
	return nil
}

// find gives the verifying key of an id, after a reload where the id is new, at most one each second.
func (r *KeyRing) find(ctx context.Context, id string) (Key, bool) {
	if k, ok := r.set.Load().verifier(id, r.now()); ok {
		return k, true
	}
	if _, known := r.set.Load().byID[id]; known { // retired: reading again does not bring it back
		return Key{}, false
	}
	select {
	case r.loading <- struct{}{}:
	case <-ctx.Done():
		return Key{}, false
	}
	defer func() { <-r.loading }()
	if since := r.now().Sub(r.loaded); since < 0 || since >= unknownPause {
		if err := r.reload(ctx); err != nil {
			r.log.WarnContext(ctx, "signing keys not reloaded for an unknown key id", "error", err)
		}
	}
	return r.set.Load().verifier(id, r.now())
}

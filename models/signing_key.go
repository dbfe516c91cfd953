package models

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/auth"
)

type signingKey struct {
	bun.BaseModel `bun:"table:signing_keys"`

	ID         string `bun:",pk"`
	PrivateKey []byte
	CreatedAt  time.Time
	RetiredAt  *time.Time
}

// SigningKeys reads the keys of access tokens; it is the source of an auth.KeyRing.
func (db *DB) SigningKeys(ctx context.Context) ([]auth.Key, error) {
	var rows []signingKey
	if err := db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys := make([]auth.Key, len(rows))
	for i, r := range rows {
		keys[i] = auth.Key{ID: r.ID, Private: ed25519.PrivateKey(r.PrivateKey), CreatedAt: r.CreatedAt}
		if r.RetiredAt != nil {
			keys[i].RetiredAt = *r.RetiredAt
		}
	}
	return keys, nil
}

// EnsureSigningKey makes the first key; several processes may call it at once.
func (db *DB) EnsureSigningKey(ctx context.Context) error {
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.NewRaw(`lock table signing_keys in share row exclusive mode`).Exec(ctx); err != nil {
			return fmt.Errorf("lock signing keys: %w", err)
		}
		n, err := tx.NewSelect().Model((*signingKey)(nil)).Where("retired_at is null").Count(ctx)
		if err != nil || n > 0 {
			return err
		}
		return tx.insertSigningKey(ctx)
	})
}

// RotateSigningKey makes a new key, which signs from a minute on, and retires the older ones when their last tokens have
// ended.
func (db *DB) RotateSigningKey(ctx context.Context) error {
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		// The new key signs a minute from now; what the old ones sign until then lives for AccessTTL.
		_, err := tx.NewRaw(`update signing_keys set retired_at = ? where retired_at is null`, tx.now.Add(auth.AccessTTL+2*time.Minute)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("retire signing keys: %w", err)
		}
		return tx.insertSigningKey(ctx)
	})
}

func (tx *Tx) insertSigningKey(ctx context.Context) error {
	k := auth.NewKey(tx.now)
	_, err := tx.NewInsert().Model(&signingKey{ID: k.ID, PrivateKey: k.Private, CreatedAt: k.CreatedAt}).Returning("NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("insert signing key: %w", err)
	}
	return nil
}

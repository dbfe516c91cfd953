package models

import (
	"context"
	"fmt"
)

// Reached tells whether the installation has done something once.
func (db *DB) Reached(ctx context.Context, milestone string) (bool, error) {
	n, err := db.NewSelect().Table("milestones").Where("name = ?", milestone).Count(ctx)
	if err != nil {
		return false, fmt.Errorf("look for milestone: %w", err)
	}
	return n > 0, nil
}

// Reach takes note that it has.
func (db *DB) Reach(ctx context.Context, milestone string) error {
	_, err := db.NewRaw(`insert into milestones (name, reached_at) values (?, ?) on conflict do nothing`, milestone, db.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note milestone: %w", err)
	}
	return nil
}

// TrustEmail marks the address of a demo person as verified: nobody reads the mail that asks for it.
func (db *DB) TrustEmail(ctx context.Context, userID int64) error {
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.verified(ctx, userID) })
}

package models

import (
	"context"
	"errors"
	"fmt"

	"styleshare/internal/fault"
)

// Block has two people not exist for each other from now on. It ends follows and requests in both directions; nothing
// brings them back. What they made and said is hidden because everything that is read looks for blocks.
func (db *DB) Block(ctx context.Context, a Attempt, userID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		_, err := tx.lockPair(ctx, a.UserID, userID)
		if users, ok := errors.AsType[fault.Users](err); ok && users[0].Code == fault.Blocked {
			return userID, nil // already
		}
		if err != nil {
			return 0, err
		}
		return userID, tx.betweenPair(ctx, `insert into blocks (blocker_id, blocked_id) values (?, ?)`, a.UserID, userID, tx.separate)
	})
}

// separate ends whatever the first person has with the second.
func (tx *Tx) separate(ctx context.Context, oneID, otherID int64) error {
	if _, err := tx.endRequest(ctx, oneID, otherID); err != nil {
		return err
	}
	if err := tx.endFollow(ctx, oneID, otherID); err != nil {
		return err
	}
	return tx.rehearPair(ctx, oneID, otherID)
}

// Unblock takes a block back. Both see again what the other made and said, and nobody follows the other.
func (db *DB) Unblock(ctx context.Context, a Attempt, userID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if err := tx.lockPeople(ctx, a.UserID, userID); err != nil {
			return 0, err
		}
		blocks, err := tx.blocks(ctx, a.UserID, userID)
		if err != nil {
			return 0, err
		}
		if !blocks { // nothing to take back, from somebody who is there
			_, err = tx.lockPair(ctx, a.UserID, userID)
			return userID, err
		}
		return userID, tx.betweenPair(ctx, `delete from blocks where blocker_id = ? and blocked_id = ?`, a.UserID, userID, tx.rehearPair)
	})
}

// blocks tells whether one person blocks another.
func (tx *Tx) blocks(ctx context.Context, blockerID, blockedID int64) (yes bool, err error) {
	err = tx.NewRaw(`select exists (select from blocks where blocker_id = ? and blocked_id = ?)`, blockerID, blockedID).Scan(ctx, &yes)
	if err != nil {
		return false, fmt.Errorf("look for a block: %w", err)
	}
	return yes, nil
}

// Mute keeps what somebody does out of the person's feed and notifications. Nobody else notices.
func (db *DB) Mute(ctx context.Context, a Attempt, userID int64) (int64, error) {
	return db.changeMute(ctx, a, userID, `insert into mutes (muter_id, muted_id) values (?, ?) on conflict do nothing`)
}

// Unmute takes a mute back: what was kept out is there again.
func (db *DB) Unmute(ctx context.Context, a Attempt, userID int64) (int64, error) {
	return db.changeMute(ctx, a, userID, `delete from mutes where muter_id = ? and muted_id = ?`)
}

func (db *DB) changeMute(ctx context.Context, a Attempt, userID int64, statement string) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if _, err := tx.lockPair(ctx, a.UserID, userID); err != nil {
			return 0, err
		}
		// Only the first one's notifications change, and asking twice changes nothing.
		return userID, tx.betweenPair(ctx, statement, a.UserID, userID, func(ctx context.Context, oneID, otherID int64) error {
			if oneID != a.UserID {
				return nil
			}
			return tx.rehearPair(ctx, oneID, otherID)
		})
	})
}

// betweenPair changes what stands between two people by the statement, which takes their ids, and then has follow do what
// follows, in both directions. No notification of one of the other is folded meanwhile.
func (tx *Tx) betweenPair(ctx context.Context, statement string, oneID, otherID int64, follow func(context.Context, int64, int64) error) error {
	if _, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, pairKey(oneID, otherID)).Exec(ctx); err != nil {
		return fmt.Errorf("lock the pair: %w", err)
	}
	if _, err := tx.NewRaw(statement, oneID, otherID).Exec(ctx); err != nil {
		return fmt.Errorf("change what stands between two people: %w", err)
	}
	if err := follow(ctx, oneID, otherID); err != nil {
		return err
	}
	return follow(ctx, otherID, oneID)
}

// pairKey names the advisory lock of two people, whichever comes first.
func pairKey(a, b int64) string { return fmt.Sprintf("pair/%d/%d", min(a, b), max(a, b)) }

package models

import (
	"context"
	"fmt"
)

// suspend hides a person and what they made from everybody, and ends their sessions. Suspending again changes nothing.
func (tx *Tx) suspend(ctx context.Context, userID int64) error {
	n, err := affected(tx.NewRaw(`update users set suspended_at = ? where id = ? and suspended_at is null`, tx.now, userID).Exec(ctx))
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	if n == 0 {
		return nil
	}
	if err = tx.revokeSessions(ctx, "user_id = ?", userID); err != nil {
		return err
	}
	return tx.personVisibilityChanged(ctx, userID)
}

// Suspend is suspend for a command, which may suspend anybody: ErrNoSuchPerson where nobody has the username.
func (db *DB) Suspend(ctx context.Context, username, note string) error {
	id, err := db.personCalled(ctx, username)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.suspend(ctx, id); err != nil {
			return err
		}
		return tx.logModeration(ctx, moderationEntry{Action: ActionSuspendUser, SubjectKind: onUser, SubjectID: id, AuthorID: id, Note: note})
	})
}

// Reinstate lets a suspended person in again; everything of theirs is seen again. It is for commands: ErrNoSuchPerson
// where nobody has the username.
func (db *DB) Reinstate(ctx context.Context, username, note string) error {
	id, err := db.personCalled(ctx, username)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := affected(tx.NewRaw(`update users set suspended_at = null where id = ? and suspended_at is not null`, id).Exec(ctx))
		if err != nil {
			return fmt.Errorf("reinstate: %w", err)
		}
		if n > 0 {
			if err = tx.personVisibilityChanged(ctx, id); err != nil {
				return err
			}
		}
		return tx.logModeration(ctx, moderationEntry{Action: actionReinstateUser, SubjectKind: onUser, SubjectID: id, AuthorID: id, Note: note})
	})
}

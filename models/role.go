package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// Role is what a person may do for the community besides being in it.
type Role string

// The roles. An admin is a moderator whom no moderator suspends.
const (
	RoleMember    Role = "MEMBER"
	RoleModerator Role = "MODERATOR"
	RoleAdmin     Role = "ADMIN"
)

// ErrNoSuchPerson is what commands get for a username that nobody has.
var ErrNoSuchPerson = errors.New("nobody has this username")

const roleSQL = `select r.role from roles r join users u on u.id = r.user_id where u.id = ? and ` + activeSQL

// IsModerator tells whether the person moderates. It is never cached: what is taken away is gone at once.
func (db *DB) IsModerator(ctx context.Context, userID int64) (bool, error) {
	role, err := readRole(ctx, db.NewRaw(roleSQL, userID))
	return role != RoleMember, err
}

func readRole(ctx context.Context, q *bun.RawQuery) (role Role, err error) {
	err = q.Scan(ctx, &role)
	if errors.Is(err, sql.ErrNoRows) {
		return RoleMember, nil
	}
	if err != nil {
		return RoleMember, fmt.Errorf("read role: %w", err)
	}
	return role, nil
}

// GrantRole gives a person a role; RoleMember takes away what they had. It is for commands: ErrNoSuchPerson where nobody
// has the username.
func (db *DB) GrantRole(ctx context.Context, username string, role Role) error {
	id, err := db.personCalled(ctx, username)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if role == RoleMember {
			_, err = tx.NewRaw(`delete from roles where user_id = ?`, id).Exec(ctx)
		} else {
			_, err = tx.NewRaw(`insert into roles (user_id, role, granted_at) values (?, ?, ?)
				on conflict (user_id) do update set role = excluded.role, granted_at = excluded.granted_at`, id, role, tx.now).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("grant role: %w", err)
		}
		return tx.logModeration(ctx, moderationEntry{Action: actionGrantRole, SubjectKind: onUser, SubjectID: id, AuthorID: id, Note: string(role)})
	})
}

func (db *DB) personCalled(ctx context.Context, username string) (int64, error) {
	id, err := db.UserIDByUsername(ctx, username)
	if err == nil && id == 0 {
		err = ErrNoSuchPerson
	}
	return id, err
}

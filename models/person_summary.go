package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// PersonSummary is what an operator may see of a person without asking for more: no address, no name, no text.
type PersonSummary struct {
	ID                                            int64
	Username                                      string
	CreatedAt                                     time.Time
	IsPrivate, FeedMerged, Verified               bool
	SuspendedAt, DeletedAt                        *time.Time
	Role                                          Role
	StyleCount, FollowerCount, FollowingCount     int
	Sessions, Devices, OpenReports, ReportsOfThem int
}

// State is the word for whether others see the person.
func (p PersonSummary) State() string {
	switch {
	case p.DeletedAt != nil && p.DeletedAt.Equal(erasing):
		return "being erased"
	case p.DeletedAt != nil:
		return "left, erased after " + p.DeletedAt.Add(LeaveTTL).UTC().Format(time.DateOnly)
	case p.SuspendedAt != nil:
		return "suspended since " + p.SuspendedAt.UTC().Format(time.DateOnly)
	default:
		return "active"
	}
}

// PersonSummary is for commands: ErrNoSuchPerson where nobody has the username.
func (db *DB) PersonSummary(ctx context.Context, username string) (p PersonSummary, err error) {
	err = db.NewRaw(`select u.id, u.username, u.created_at, u.is_private, u.feed_merged, coalesce(a.email_verified_at is not null, false) as verified,
			u.suspended_at, u.deleted_at, coalesce(r.role, ?1) as role, u.style_count, u.follower_count, u.following_count,
			(select count(*) from sessions s where s.user_id = u.id and s.revoked_at is null and s.expires_at > ?2) as sessions,
			(select count(*) from devices d where d.user_id = u.id) as devices,
			(select count(*) from reports p where p.author_id = u.id and p.state = 'OPEN') as open_reports,
			(select count(*) from reports p where p.author_id = u.id) as reports_of_them
		from users u left join accounts a on a.user_id = u.id left join roles r on r.user_id = u.id where u.username = ?0`,
		username, RoleMember, db.Now()).Scan(ctx, &p)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoSuchPerson
	}
	if err != nil {
		return p, fmt.Errorf("read person: %w", err)
	}
	return p, nil
}

// Erase is DeleteAccount for a command: the person is hidden at once, and erased after LeaveTTL unless they sign in again.
// ErrNoSuchPerson where nobody has the username.
func (db *DB) Erase(ctx context.Context, username, note string) (erasedAt time.Time, err error) {
	id, err := db.personCalled(ctx, username)
	if err != nil {
		return time.Time{}, err
	}
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.leave(ctx, id); err != nil {
			return err
		}
		var left time.Time
		if err := tx.NewRaw(`select deleted_at from users where id = ?`, id).Scan(ctx, &left); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
		erasedAt = left.Add(LeaveTTL)
		return tx.logModeration(ctx, moderationEntry{Action: actionEraseUser, SubjectKind: onUser, SubjectID: id, AuthorID: id, Note: note})
	})
	return erasedAt, err
}

package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"styleshare/internal/fault"
)

// FollowBackfill is how many of their latest styles come into the feed with a person who is followed.
const FollowBackfill = 100

// Follow has the person follow another, or ask a private account to be let in.
func (db *DB) Follow(ctx context.Context, a Attempt, userID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		u, err := tx.lockPair(ctx, a.UserID, userID)
		if err != nil {
			return 0, err
		}
		if u.IsPrivate {
			return u.ID, tx.requestFollow(ctx, a.UserID, u.ID)
		}
		came, err := tx.beginFollow(ctx, a.UserID, u)
		if err != nil || !came {
			return u.ID, err
		}
		if _, err = tx.endRequest(ctx, a.UserID, u.ID); err != nil { // from when the account was private
			return 0, err
		}
		return u.ID, tx.notifyFollowed(ctx, a.UserID, u.ID)
	})
}

// beginFollow makes the follow, with its counters and the feed, and tells whether there was none before. Both people are
// locked.
func (tx *Tx) beginFollow(ctx context.Context, followerID int64, u *User) (bool, error) {
	n, err := tx.exec(ctx, `insert into follows (follower_id, followee_id, merged) values ($1, $2, $3) on conflict do nothing`,
		followerID, u.ID, u.FeedMerged)
	if err != nil {
		return false, fmt.Errorf("follow: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	if err = tx.countFollow(ctx, followerID, u.ID, +1); err != nil {
		return false, err
	}
	return true, tx.backfillFeed(ctx, followerID, u)
}

// backfillFeed brings the latest styles of a person into the feed of a new follower.
func (tx *Tx) backfillFeed(ctx context.Context, readerID int64, u *User) error {
	if u.FeedMerged {
		return nil // read directly
	}
	_, err := tx.exec(ctx, `insert into feed_entries (reader_id, style_id, author_id) select $1, s.id, s.author_id from styles s
		where s.author_id = $2 and s.deleted_at is null and s.state = 'PUBLISHED' order by s.id desc limit $3
		on conflict do nothing`, readerID, u.ID, FollowBackfill)
	if err != nil {
		return fmt.Errorf("back-fill the feed: %w", err)
	}
	return nil
}

// Unfollow ends a follow or takes back the request for one.
func (db *DB) Unfollow(ctx context.Context, a Attempt, userID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		u, err := tx.lockPair(ctx, a.UserID, userID)
		if err != nil {
			return 0, err
		}
		if _, err = tx.endRequest(ctx, a.UserID, u.ID); err != nil {
			return 0, err
		}
		return u.ID, tx.endFollow(ctx, a.UserID, u.ID)
	})
}

// endFollow takes a follow back, if there is one, with everything that came with it. Both people are locked.
func (tx *Tx) endFollow(ctx context.Context, followerID, followeeID int64) error {
	n, err := affected(tx.NewRaw(`delete from follows where follower_id = ? and followee_id = ?`, followerID, followeeID).Exec(ctx))
	if err != nil {
		return fmt.Errorf("unfollow: %w", err)
	}
	if n == 0 {
		return nil
	}
	// After the follow itself: a fan-out that still saw it has locked it and is waited for.
	if _, err = tx.NewRaw(`delete from feed_entries where reader_id = ? and author_id = ?`, followerID, followeeID).Exec(ctx); err != nil {
		return fmt.Errorf("clear the feed: %w", err)
	}
	if err = tx.countFollow(ctx, followerID, followeeID, -1); err != nil {
		return err
	}
	// At once: a job might run when the person follows again, and take that for what was accepted.
	if err = tx.Fold(ctx, acceptedJob(followerID, followeeID)); err != nil {
		return err
	}
	return tx.notifyFollowed(ctx, followerID, followeeID)
}

func (tx *Tx) countFollow(ctx context.Context, followerID, followeeID int64, by int) error {
	_, err := tx.exec(ctx, `update users set following_count = following_count + case when id = $1 then $3::integer else 0 end,
		follower_count = follower_count + case when id = $2 then $3::integer else 0 end where id in ($1, $2)`, followerID, followeeID, by)
	if err != nil {
		return fmt.Errorf("count follow: %w", err)
	}
	tx.changes.Users = append(tx.changes.Users, followerID, followeeID)
	return nil
}

func (tx *Tx) notifyFollowed(ctx context.Context, followerID, followeeID int64) error {
	return tx.notify(ctx, NotifyJob{RecipientID: followeeID, Kind: Followed, SubjectKind: onUser, SubjectID: followeeID, ActorID: followerID})
}

// lockPair locks both people and gives the second as far as the first may see them.
func (tx *Tx) lockPair(ctx context.Context, viewerID, userID int64) (*User, error) {
	if viewerID == userID {
		return nil, fault.Reject("userId", fault.NotAllowed, "own_account")
	}
	if err := tx.lockPeople(ctx, viewerID, userID); err != nil {
		return nil, err
	}
	u := new(User)
	err := tx.queryRow(ctx, `select u.id, u.is_private, u.feed_merged from users u where u.id = $2 and `+userVisibleSQL,
		viewerID, userID).Scan(&u.ID, &u.IsPrivate, &u.FeedMerged)
	if err == nil {
		return u, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("look for the person: %w", err)
	}
	// Who blocks somebody knows that, and what to do about it.
	blocks, err := tx.blocks(ctx, viewerID, userID)
	if err == nil && blocks {
		err = fault.Reject("userId", fault.Blocked, "blocked")
	} else if err == nil {
		err = fault.Reject("userId", fault.UserNotFound, "not_found")
	}
	return nil, err
}

// lockPeople locks people in the order of their ids, so that two who follow each other at the same moment wait instead of
// dead-locking, and so that a style published at this moment is either back-filled or fanned out.
func (tx *Tx) lockPeople(ctx context.Context, ids ...int64) error {
	_, err := tx.exec(ctx, `select id from users where id = any($1) order by id for no key update`, ids)
	if err != nil {
		return fmt.Errorf("lock people: %w", err)
	}
	return nil
}

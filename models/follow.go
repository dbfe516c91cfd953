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
		n, err := affected(tx.NewRaw(`insert into follows (follower_id, followee_id, merged) values (?, ?, ?) on conflict do nothing`,
			a.UserID, u.ID, u.FeedMerged).Exec(ctx))
		if err != nil {
			return 0, fmt.Errorf("follow: %w", err)
		}
		if n == 0 {
			return u.ID, nil
		}
		if err = tx.countFollow(ctx, a.UserID, u.ID, +1); err != nil {
			return 0, err
		}
		if err = tx.endRequest(ctx, a.UserID, u.ID); err != nil { // from when the account was private
			return 0, err
		}
		return u.ID, tx.backfillFeed(ctx, a.UserID, u)
	})
}

// backfillFeed brings the latest styles of a person into the feed of a new follower.
func (tx *Tx) backfillFeed(ctx context.Context, readerID int64, u *User) error {
	if u.FeedMerged {
		return nil // read directly
	}
	_, err := tx.NewRaw(`insert into feed_entries (reader_id, style_id, author_id) select ?, s.id, s.author_id from styles s
		where s.author_id = ? and s.deleted_at is null and s.state = 'PUBLISHED' order by s.id desc limit ?
		on conflict do nothing`, readerID, u.ID, FollowBackfill).Exec(ctx)
	if err != nil {
		return fmt.Errorf("back-fill the feed: %w", err)
	}
	return nil
}

func (tx *Tx) endRequest(ctx context.Context, followerID, followeeID int64) error {
	_, err := tx.NewRaw(`delete from follow_requests where follower_id = ? and followee_id = ?`, followerID, followeeID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end the request to follow: %w", err)
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
		if err = tx.endRequest(ctx, a.UserID, u.ID); err != nil {
			return 0, err
		}
		n, err := affected(tx.NewRaw(`delete from follows where follower_id = ? and followee_id = ?`, a.UserID, u.ID).Exec(ctx))
		if err != nil {
			return 0, fmt.Errorf("unfollow: %w", err)
		}
		if n == 0 {
			return u.ID, nil
		}
		// After the follow itself: a fan-out that still saw it has locked it and is waited for.
		if _, err = tx.NewRaw(`delete from feed_entries where reader_id = ? and author_id = ?`, a.UserID, u.ID).Exec(ctx); err != nil {
			return 0, fmt.Errorf("clear the feed: %w", err)
		}
		return u.ID, tx.countFollow(ctx, a.UserID, u.ID, -1)
	})
}

// lockPair locks both people in the order of their ids, so that two who follow each other at the same moment wait
// instead of dead-locking, and so that a style published at this moment is either back-filled or fanned out.
func (tx *Tx) lockPair(ctx context.Context, followerID, followeeID int64) (*User, error) {
	if followerID == followeeID {
		return nil, fault.Reject("userId", fault.NotAllowed, "own_account")
	}
	var ids []int64
	err := tx.NewRaw(`select id from users where id in (?, ?) order by id for no key update`, followerID, followeeID).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("lock people: %w", err)
	}
	u := new(User)
	err = tx.NewRaw(`select u.id, u.is_private, u.feed_merged from users u where u.id = ?1 and `+forViewer(userVisibleSQL, "?0"),
		followerID, followeeID).Scan(ctx, u)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("userId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("look for the person: %w", err)
	}
	return u, nil
}

func (tx *Tx) requestFollow(ctx context.Context, followerID, followeeID int64) error {
	_, err := tx.NewRaw(`insert into follow_requests (follower_id, followee_id) select ?, ?
		where not exists (select from follows where follower_id = ? and followee_id = ?) on conflict do nothing`,
		followerID, followeeID, followerID, followeeID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("request to follow: %w", err)
	}
	return nil
}

func (tx *Tx) countFollow(ctx context.Context, followerID, followeeID int64, by int) error {
	_, err := tx.NewRaw(`update users set following_count = following_count + case when id = ? then ? else 0 end,
		follower_count = follower_count + case when id = ? then ? else 0 end where id in (?, ?)`,
		followerID, by, followeeID, by, followerID, followeeID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("count follow: %w", err)
	}
	tx.changes.Users = append(tx.changes.Users, followerID, followeeID)
	return tx.notify(ctx, NotifyJob{RecipientID: followeeID, Kind: Followed, SubjectKind: "User", SubjectID: followeeID, ActorID: followerID})
}

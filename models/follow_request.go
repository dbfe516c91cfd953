package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"styleshare/internal/fault"
)

// requestFollow asks a private account to be let in, unless the person follows it already.
func (tx *Tx) requestFollow(ctx context.Context, followerID, followeeID int64) error {
	n, err := affected(tx.NewRaw(`insert into follow_requests (follower_id, followee_id) select ?0, ?1
		where not exists (select from follows where follower_id = ?0 and followee_id = ?1) on conflict do nothing`, followerID, followeeID).Exec(ctx))
	if err != nil {
		return fmt.Errorf("request to follow: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.notify(ctx, requestedJob(followerID, followeeID))
}

// endRequest takes a request away, whatever becomes of it, and tells whether there was one.
func (tx *Tx) endRequest(ctx context.Context, followerID, followeeID int64) (bool, error) {
	n, err := affected(tx.NewRaw(`delete from follow_requests where follower_id = ? and followee_id = ?`, followerID, followeeID).Exec(ctx))
	if err != nil {
		return false, fmt.Errorf("end the request to follow: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return true, tx.notify(ctx, requestedJob(followerID, followeeID))
}

func requestedJob(followerID, followeeID int64) NotifyJob {
	return NotifyJob{RecipientID: followeeID, Kind: FollowRequested, SubjectKind: onUser, SubjectID: followeeID, ActorID: followerID}
}

func acceptedJob(followerID, followeeID int64) NotifyJob {
	return NotifyJob{RecipientID: followerID, Kind: FollowAccepted, SubjectKind: onUser, SubjectID: followerID, ActorID: followeeID}
}

// AnswerFollowRequest lets somebody in who asked to follow the person, or does not. Who was turned away is not told, and
// may ask again.
func (db *DB) AnswerFollowRequest(ctx context.Context, a Attempt, followerID int64, accept bool) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		follower, err := tx.lockPair(ctx, a.UserID, followerID)
		if err != nil {
			return 0, err
		}
		asked, err := tx.endRequest(ctx, follower.ID, a.UserID)
		if err != nil {
			return 0, err
		}
		if !asked {
			return 0, fault.Reject("userId", fault.UserNotFound, "no_follow_request")
		}
		if !accept {
			return follower.ID, nil
		}
		u := new(User)
		if err = tx.NewRaw(`select id, feed_merged from users where id = ?`, a.UserID).Scan(ctx, u); err != nil {
			return 0, fmt.Errorf("accept: %w", err)
		}
		return follower.ID, tx.acceptFollow(ctx, follower.ID, u)
	})
}

// acceptFollow lets a person in whose request has just been ended. Both people are locked.
func (tx *Tx) acceptFollow(ctx context.Context, followerID int64, u *User) error {
	came, err := tx.beginFollow(ctx, followerID, u)
	if err != nil || !came {
		return err
	}
	if err = tx.notify(ctx, acceptedJob(followerID, u.ID)); err != nil {
		return err
	}
	return tx.notifyFollowed(ctx, followerID, u.ID)
}

// acceptBatch is how many requests one transaction accepts: it locks that many people.
const acceptBatch = 50

// settleRequests accepts a batch of those who wait, if the account is public now.
func settleRequests(ctx context.Context, tx *Tx, userID, after int64) (int64, error) {
	var waiting []struct{ ID, FollowerID int64 }
	err := tx.NewRaw(`select id, follower_id from follow_requests where followee_id = ? and id > ? order by id limit ?`,
		userID, after, acceptBatch).Scan(ctx, &waiting)
	if err != nil || len(waiting) == 0 {
		return settled, err
	}
	people := []int64{userID}
	for _, w := range waiting {
		people = append(people, w.FollowerID)
	}
	if err = tx.lockPeople(ctx, people...); err != nil {
		return 0, err
	}
	u := new(User)
	err = tx.NewRaw(`select u.id, u.feed_merged from users u where u.id = ? and `+publicSQL, userID).Scan(ctx, u)
	if errors.Is(err, sql.ErrNoRows) {
		return settled, nil
	}
	if err != nil {
		return 0, err
	}
	for _, w := range waiting {
		asked, err := tx.endRequest(ctx, w.FollowerID, u.ID)
		if err == nil && asked {
			err = tx.acceptFollow(ctx, w.FollowerID, u)
		}
		if err != nil {
			return 0, err
		}
	}
	return waiting[len(waiting)-1].ID, nil
}

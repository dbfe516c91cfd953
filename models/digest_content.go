package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What a digest holds at most, and among how many of the latest it chooses.
const (
	digestNotifications = 3
	digestStyles        = 4
	digestLatest        = 50
)

// digestTTL is how late a digest may still be sent, after an outage for instance.
const digestTTL = 2 * 24 * time.Hour

// Digest is what somebody missed, as they may see it now.
type Digest struct {
	Notifications []*Notification // unread, latest first
	Styles        []*Style        // of the people they follow, most loved first
}

// Digest gives what the digest of a person and week tells; nil where there is nothing to tell (any more), or they have
// been seen since it was recorded.
func (db *DB) Digest(ctx context.Context, job DigestJob) (*Digest, error) {
	since, err := db.digestSince(ctx, job)
	if err != nil || since.IsZero() {
		return nil, err
	}
	d := new(Digest)
	if d.Notifications, err = db.missedNotifications(ctx, job.UserID, since); err != nil {
		return nil, err
	}
	if d.Styles, err = db.missedStyles(ctx, job.UserID, since); err != nil {
		return nil, err
	}
	if len(d.Notifications)+len(d.Styles) == 0 {
		return nil, nil
	}
	return d, nil
}

// digestSince is from when on a digest tells: since the person was seen, since the last one, or as far as it reaches. It is
// zero where the digest is not to be sent.
func (db *DB) digestSince(ctx context.Context, job DigestJob) (since time.Time, err error) {
	var row struct {
		CreatedAt          time.Time
		SeenAt, LastDigest *time.Time
	}
	err = db.NewRaw(`select d.created_at, (select max(s.last_seen_at) from sessions s where s.user_id = d.user_id) as seen_at,
		(select l.created_at from digests l where l.user_id = d.user_id and l.week < d.week order by l.week desc limit 1) as last_digest
		from digests d where d.user_id = ? and d.week = ?`, job.UserID, job.Week).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return since, nil
	}
	if err != nil {
		return since, fmt.Errorf("read digest: %w", err)
	}
	if db.Now().Sub(row.CreatedAt) > digestTTL || row.SeenAt != nil && row.CreatedAt.Sub(*row.SeenAt) < digestAway {
		return since, nil
	}
	since = row.CreatedAt.Add(-digestReach)
	for _, at := range []*time.Time{row.SeenAt, row.LastDigest} {
		if at != nil && at.After(since) {
			since = *at
		}
	}
	return since, nil
}

func (db *DB) missedNotifications(ctx context.Context, userID int64, since time.Time) ([]*Notification, error) {
	page, err := NewPage(nil, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	all, err := db.Notifications(ctx, userID, page)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(n *Notification) bool { return n.ReadAt != nil || !n.UpdatedAt.After(since) })
	return all[:min(len(all), digestNotifications)], nil
}

func (db *DB) missedStyles(ctx context.Context, userID int64, since time.Time) ([]*Style, error) {
	latest := digestLatest
	page, err := NewPage(&latest, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	lists, err := db.Lists(ctx, FeedOfUser, userID, []int64{userID}, page)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(lists[userID]))
	for i, e := range lists[userID] {
		ids[i] = e.ID
	}
	found, err := db.Styles(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []*Style
	for _, id := range ids {
		if s := found[id]; s != nil && s.PublishedAt != nil && s.PublishedAt.After(since) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b *Style) int { return b.LikeCount + 2*b.CommentCount - a.LikeCount - 2*a.CommentCount })
	return all[:min(len(all), digestStyles)], nil
}

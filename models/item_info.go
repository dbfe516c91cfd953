package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/fault"
)

const (
	// MaxAsks is how often a person may ask about one style.
	MaxAsks = 20
	// samePoint is how near to each other two points are the same to a finger, in widths and heights of the photo.
	samePoint = 0.05
)

// ItemInfoRequest is one 정보 좀요: somebody asks what an item of a style is. The asks of a style are answered together.
type ItemInfoRequest struct {
	bun.BaseModel `bun:"table:item_info_requests"`

	ID         int64 `bun:",pk,autoincrement"`
	StyleID    int64
	UserID     int64
	PhotoID    *int64 // nil asks for the whole look
	X, Y       *float64
	CreatedAt  time.Time
	AnsweredAt *time.Time
}

// ItemInfoPoint is where on which photo somebody asks; all nil asks for the whole look.
type ItemInfoPoint struct {
	PhotoID *int64
	X, Y    *float64
}

func (p ItemInfoPoint) check() error {
	if p.PhotoID == nil && p.X == nil && p.Y == nil {
		return nil
	}
	var faults fault.Users
	if p.PhotoID == nil {
		faults.Add("photoId", fault.Required, "required")
	}
	checkCoordinate(&faults, "x", p.X)
	checkCoordinate(&faults, "y", p.Y)
	return faults.Err()
}

func checkCoordinate(faults *fault.Users, field string, at *float64) {
	switch {
	case at == nil:
		faults.Add(field, fault.Required, "required")
	case !(*at >= 0 && *at <= 1): // NaN is outside, too
		faults.Add(field, fault.Invalid, "invalid_point")
	}
}

// isAsked tells whether an ask that waits for its answer asks for the same.
func (p ItemInfoPoint) isAsked(by ItemInfoRequest) bool {
	switch {
	case by.AnsweredAt != nil:
		return false
	case p.PhotoID == nil || by.PhotoID == nil:
		return p.PhotoID == by.PhotoID
	}
	dx, dy := *p.X-*by.X, *p.Y-*by.Y
	return *p.PhotoID == *by.PhotoID && dx*dx+dy*dy <= samePoint*samePoint
}

// RequestItemInfo asks the author of a style that the person may see what an item is. Asking again for what waits for
// its answer, also at the same moment, is asking once; what has been answered may be asked again, because one answer
// closes the asks for other items, too.
func (db *DB) RequestItemInfo(ctx context.Context, a Attempt, styleID int64, at ItemInfoPoint) (int64, error) {
	if err := at.check(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		s, err := tx.askedStyle(ctx, a.UserID, styleID, at)
		if err != nil {
			return 0, err
		}
		var asks []ItemInfoRequest
		if err = tx.NewSelect().Model(&asks).Where("style_id = ? and user_id = ?", s.ID, a.UserID).Scan(ctx); err != nil {
			return 0, fmt.Errorf("look for asks: %w", err)
		}
		if slices.ContainsFunc(asks, at.isAsked) {
			return s.ID, nil
		}
		if len(asks) >= MaxAsks {
			return 0, fault.Reject("", fault.TooMany, "too_many_asks", MaxAsks)
		}
		ask := &ItemInfoRequest{StyleID: s.ID, UserID: a.UserID, PhotoID: at.PhotoID, X: at.X, Y: at.Y, CreatedAt: tx.now}
		if _, err = tx.NewInsert().Model(ask).ExcludeColumn("id").Returning("NULL").Exec(ctx); err != nil {
			return 0, fmt.Errorf("ask: %w", err)
		}
		if _, err = tx.exec(ctx, `update styles set item_info_request_count = item_info_request_count + 1 where id = $1`, s.ID); err != nil {
			return 0, fmt.Errorf("count ask: %w", err)
		}
		tx.changes.Styles = append(tx.changes.Styles, s.ID)
		return s.ID, tx.notify(ctx, NotifyJob{RecipientID: s.AuthorID, Kind: ItemInfoRequested, SubjectKind: onStyle, SubjectID: s.ID, ActorID: a.UserID})
	})
}

// askedStyle locks a style that the person may ask about: asks and answers come one after the other.
func (tx *Tx) askedStyle(ctx context.Context, userID, styleID int64, at ItemInfoPoint) (*Style, error) {
	s, err := tx.visibleStyle(ctx, userID, styleID)
	if err != nil {
		return nil, err
	}
	if s.AuthorID == userID {
		return nil, fault.Reject("styleId", fault.NotAllowed, "own_style")
	}
	err = tx.NewSelect().Model(s).Column("id", "author_id", "photo_ids").Where("id = ? and deleted_at is null", s.ID).For("no key update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("styleId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("lock style %d: %w", styleID, err)
	}
	if at.PhotoID != nil && !slices.Contains(s.PhotoIDs, *at.PhotoID) {
		return nil, fault.Reject("photoId", fault.UserNotFound, "not_found")
	}
	return s, nil
}

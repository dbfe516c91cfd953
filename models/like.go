package models

import (
	"context"
	"fmt"

	"styleshare/internal/fault"
)

// LikeStyle likes a style that the person may see. Liking twice, also at the same moment, is liking once.
func (db *DB) LikeStyle(ctx context.Context, a Attempt, styleID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		s, err := tx.visibleStyle(ctx, a.UserID, styleID)
		if err != nil {
			return 0, err
		}
		n, err := affected(tx.NewRaw(`insert into likes (style_id, user_id) values (?, ?) on conflict do nothing`, s.ID, a.UserID).Exec(ctx))
		if violates(err, "likes_style_id_fkey") {
			return 0, fault.Reject("styleId", fault.UserNotFound, "not_found")
		}
		if err != nil {
			return 0, fmt.Errorf("like: %w", err)
		}
		return s.ID, tx.countLike(ctx, s, a.UserID, int(n))
	})
}

// UnlikeStyle takes a like back, if there is one.
func (db *DB) UnlikeStyle(ctx context.Context, a Attempt, styleID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		s, err := tx.visibleStyle(ctx, a.UserID, styleID)
		if err != nil {
			return 0, err
		}
		n, err := affected(tx.NewRaw(`delete from likes where style_id = ? and user_id = ?`, s.ID, a.UserID).Exec(ctx))
		if err != nil {
			return 0, fmt.Errorf("unlike: %w", err)
		}
		return s.ID, tx.countLike(ctx, s, a.UserID, -int(n))
	})
}

func (tx *Tx) countLike(ctx context.Context, s *Style, userID int64, by int) error {
	if by == 0 {
		return nil
	}
	if _, err := tx.NewRaw(`update styles set like_count = like_count + ? where id = ?`, by, s.ID).Exec(ctx); err != nil {
		return fmt.Errorf("count like: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	return tx.notify(ctx, NotifyJob{RecipientID: s.AuthorID, Kind: StyleLiked, SubjectKind: onStyle, SubjectID: s.ID, ActorID: userID})
}

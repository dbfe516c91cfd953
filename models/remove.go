package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// removals take down what moderators decide to, by the kind of subject, and tell whether there was anything left to take
// down.
var removals = map[string]func(*Tx, context.Context, int64) (bool, error){
	onStyle:    (*Tx).removeStyle,
	onComment:  (*Tx).removeComment,
	onUser:     (*Tx).removeProfile,
	onQuestion: func(tx *Tx, ctx context.Context, id int64) (bool, error) { return true, tx.RemoveQuestion(ctx, id) },
	onAnswer:   func(tx *Tx, ctx context.Context, id int64) (bool, error) { return true, tx.RemoveAnswer(ctx, id) },
}

// removeStyle takes a style down: only its author sees it, and it no longer counts.
func (tx *Tx) removeStyle(ctx context.Context, styleID int64) (bool, error) {
	s := new(Style)
	// The lock is the one of deleting: see ownStyle.
	err := tx.NewSelect().Model(s).Where("id = ? and deleted_at is null and state <> ?", styleID, StyleRemoved).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock style %d: %w", styleID, err)
	}
	if _, err = tx.NewRaw(`update styles set state = ? where id = ?`, StyleRemoved, s.ID).Exec(ctx); err != nil {
		return false, fmt.Errorf("remove style: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	if s.State != StylePublished {
		return true, nil
	}
	if err = tx.countStyle(ctx, s, -1); err != nil {
		return false, err
	}
	return true, tx.notifyMentioned(ctx, s.AuthorID, s.MentionIDs, onStyle, s.ID)
}

// removeComment deletes a comment.
func (tx *Tx) removeComment(ctx context.Context, commentID int64) (bool, error) {
	c := new(Comment)
	err := tx.NewSelect().Model(c).Where("id = ?", commentID).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock comment: %w", err)
	}
	s := new(Style)
	if err = tx.NewRaw(`select id, author_id from styles where id = ?`, c.StyleID).Scan(ctx, s); err != nil {
		return false, fmt.Errorf("look for the style of comment %d: %w", commentID, err)
	}
	return true, tx.dropComment(ctx, s, c)
}

// removeProfile takes away what a person says and shows of themselves, down to the username.
func (tx *Tx) removeProfile(ctx context.Context, userID int64) (bool, error) {
	n, err := affected(tx.NewRaw(`update users set display_name = username, bio = '', website = null, avatar_photo_id = null
		where id = ? and deleted_at is null`, userID).Exec(ctx))
	if err != nil {
		return false, fmt.Errorf("remove profile: %w", err)
	}
	tx.changes.Users = append(tx.changes.Users, userID)
	return n > 0, nil
}

package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"styleshare/internal/caption"
	"styleshare/internal/fault"
)

// MaxComment is the longest comment, in characters.
const MaxComment = 1000

// CommentResult names what AddComment and DeleteComment changed.
type CommentResult struct{ CommentID, StyleID int64 }

// AddComment comments on a style that the person may see; replyToID of 0 is no reply.
func (db *DB) AddComment(ctx context.Context, a Attempt, styleID int64, body string, replyToID int64) (CommentResult, error) {
	var faults fault.Users
	body = text(&faults, "body", body, 1, MaxComment)
	if err := faults.Err(); err != nil {
		return CommentResult{}, err
	}
	_, mentioned := caption.Parse(body)
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (CommentResult, error) {
		s, err := tx.visibleStyle(ctx, a.UserID, styleID)
		if err != nil {
			return CommentResult{}, err
		}
		c := &Comment{StyleID: s.ID, AuthorID: a.UserID, Body: body, IsItemInfoRequest: caption.IsItemInfoRequest(body), CreatedAt: tx.now}
		if replyToID != 0 {
			if err = tx.replyTo(ctx, c, replyToID); err != nil {
				return CommentResult{}, err
			}
		}
		if c.MentionIDs, err = tx.mentionIDs(ctx, a.UserID, mentioned); err != nil {
			return CommentResult{}, err
		}
		err = tx.queryRow(ctx, `insert into comments (style_id, author_id, reply_to_id, reply_to_author_id, body, mention_ids, is_item_info_request, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
			c.StyleID, c.AuthorID, c.ReplyToID, c.ReplyToAuthorID, c.Body, c.MentionIDs, c.IsItemInfoRequest, c.CreatedAt).Scan(&c.ID)
		switch {
		case violates(err, "comments_style_id_fkey"):
			return CommentResult{}, fault.Reject("styleId", fault.UserNotFound, "not_found")
		case violates(err, "comments_reply_to_id_fkey"):
			return CommentResult{}, fault.Reject("replyToId", fault.UserNotFound, "not_found")
		case err != nil:
			return CommentResult{}, fmt.Errorf("comment: %w", err)
		}
		if err = tx.countComment(ctx, s, c, +1); err != nil {
			return CommentResult{}, err
		}
		return CommentResult{c.ID, s.ID}, tx.publish(ctx, CommentTopic(s.ID), c.ID)
	})
}

// replyTo makes the comment a reply to one under the same style.
func (tx *Tx) replyTo(ctx context.Context, c *Comment, replyToID int64) error {
	authorID, err := tx.visibleComment(ctx, c.AuthorID, c.StyleID, replyToID, "replyToId")
	c.ReplyToID, c.ReplyToAuthorID = &replyToID, &authorID
	return err
}

// visibleComment gives the author of a comment that the person may see, under a style that they may see. field is where
// it stands in the input.
func (tx *Tx) visibleComment(ctx context.Context, viewerID, styleID, commentID int64, field string) (authorID int64, err error) {
	err = tx.queryRow(ctx, `select u.id from comments c join users u on u.id = c.author_id where c.id = $2 and c.style_id = $3 and `+
		userVisibleSQL, viewerID, commentID, styleID).Scan(&authorID)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.Reject(field, fault.UserNotFound, "not_found")
	}
	if err != nil {
		return 0, fmt.Errorf("look for comment %d: %w", commentID, err)
	}
	return authorID, nil
}

// DeleteComment deletes a comment: its author may, and the author of the style.
func (db *DB) DeleteComment(ctx context.Context, a Attempt, commentID int64) (CommentResult, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (CommentResult, error) {
		c := new(Comment)
		err := tx.NewSelect().Model(c).Where("id = ?", commentID).For("update").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return CommentResult{}, fault.Reject("commentId", fault.UserNotFound, "not_found")
		}
		if err != nil {
			return CommentResult{}, fmt.Errorf("lock comment: %w", err)
		}
		s, err := tx.visibleStyle(ctx, a.UserID, c.StyleID)
		if _, hidden := errors.AsType[fault.Users](err); hidden {
			return CommentResult{}, fault.Reject("commentId", fault.UserNotFound, "not_found")
		}
		if err != nil {
			return CommentResult{}, err
		}
		if _, err = tx.visibleComment(ctx, a.UserID, s.ID, c.ID, "commentId"); err != nil {
			return CommentResult{}, err
		}
		if c.AuthorID != a.UserID && s.AuthorID != a.UserID {
			return CommentResult{}, fault.Reject("commentId", fault.NotAllowed, "not_allowed")
		}
		return CommentResult{c.ID, s.ID}, tx.dropComment(ctx, s, c)
	})
}

// dropComment deletes a comment that is locked.
func (tx *Tx) dropComment(ctx context.Context, s *Style, c *Comment) error {
	if err := tx.forgetReplies(ctx, c.ID); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(c).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete comment: %w", err)
	}
	return tx.countComment(ctx, s, c, -1)
}

// forgetReplies marks the replies to a comment as changed: with it, their reply_to_id goes, and what its author was told
// of them.
func (tx *Tx) forgetReplies(ctx context.Context, commentID int64) error {
	var replies []int64
	if err := tx.NewRaw(`select id from comments where reply_to_id = ?`, commentID).Scan(ctx, &replies); err != nil {
		return fmt.Errorf("look for replies: %w", err)
	}
	tx.changes.Comments = append(tx.changes.Comments, replies...)
	// Whoever folds one of them at this moment holds a lock on the comment: their row is seen here.
	_, err := tx.NewRaw(`delete from notifications where subject_kind = 'Comment' and subject_id = ? and kind = ?`, commentID, CommentReplied).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget replies: %w", err)
	}
	return nil
}

// countComment has the counter and the notifications follow a comment that came (+1) or went (-1).
func (tx *Tx) countComment(ctx context.Context, s *Style, c *Comment, by int) error {
	if _, err := tx.exec(ctx, `update styles set comment_count = comment_count + $1 where id = $2`, by, s.ID); err != nil {
		return fmt.Errorf("count comment: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	tx.changes.Threads = append(tx.changes.Threads, s.ID)
	tx.changes.Comments = append(tx.changes.Comments, c.ID)
	return tx.notifyOfComment(ctx, s.AuthorID, c)
}

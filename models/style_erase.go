package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// EraseStyle deletes a style that its author deleted, with all that hangs on it; the objects of its photos go by a job.
// A photo that its owner also shows as avatar stays. Erasing again changes nothing.
func (tx *Tx) EraseStyle(ctx context.Context, styleID int64) error {
	s := new(Style)
	// Whoever likes it, comments on it or folds a notification about it at this moment holds a lock on the row: their
	// rows are seen below.
	err := tx.NewSelect().Model(s).Where("id = ? and deleted_at is not null", styleID).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock style %d: %w", styleID, err)
	}
	if err = tx.erasePhotosOf(ctx, s.ID); err != nil {
		return err
	}
	if err = tx.uncollectErased(ctx, s.ID); err != nil {
		return err
	}
	comments := []int64{}
	if err = tx.NewRaw(`delete from comments where style_id = ? returning id`, s.ID).Scan(ctx, &comments); err != nil {
		return fmt.Errorf("erase comments: %w", err)
	}
	_, err = tx.NewRaw(`delete from notifications where subject_kind = 'Style' and subject_id = ?
		or subject_kind = 'Comment' and subject_id = any(?)`, s.ID, pgdialect.Array(comments)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("erase notifications: %w", err)
	}
	var asked []int64
	if err = tx.NewRaw(`update questions set style_id = null where style_id = ? returning id`, s.ID).Scan(ctx, &asked); err != nil {
		return fmt.Errorf("let go of questions: %w", err)
	}
	if _, err = tx.NewDelete().Model(s).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("erase style: %w", err)
	}
	tx.changes.Questions = append(tx.changes.Questions, asked...)
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	tx.changes.Threads = append(tx.changes.Threads, s.ID)
	tx.changes.Items = append(tx.changes.Items, s.ItemIDs...)
	tx.changes.Comments = append(tx.changes.Comments, comments...)
	return nil
}

// erasePhotosOf deletes the photos of a style, and lets go of those that are avatars.
func (tx *Tx) erasePhotosOf(ctx context.Context, styleID int64) error {
	// The lock comes first: whoever makes one of them an avatar at this moment is waited for, and seen below.
	if _, err := tx.NewRaw(`select from photos where style_id = ? order by id for update`, styleID).Exec(ctx); err != nil {
		return fmt.Errorf("lock photos: %w", err)
	}
	var erased []Photo
	err := tx.NewRaw(`delete from photos p where p.style_id = ? and not exists (select from users u where u.id = p.owner_id and u.avatar_photo_id = p.id)
		returning p.id, p.object_token`, styleID).Scan(ctx, &erased)
	if err != nil {
		return fmt.Errorf("erase photos: %w", err)
	}
	var kept []int64
	if err = tx.NewRaw(`update photos set style_id = null where style_id = ? returning id`, styleID).Scan(ctx, &kept); err != nil {
		return fmt.Errorf("keep avatars: %w", err)
	}
	tx.changes.Photos = append(tx.changes.Photos, kept...)
	return tx.eraseObjects(ctx, erased)
}

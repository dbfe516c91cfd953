package models

import (
	"context"
	"fmt"
	"slices"
	"time"

	"styleshare/internal/fault"
)

// StyleChange is what to change of a style; nil leaves a field as it is.
type StyleChange struct {
	Caption *string
	Items   *[]ItemInput // replaces all of them
	WornOn  *time.Time
}

// UpdateStyle changes a style of the person's own.
func (db *DB) UpdateStyle(ctx context.Context, a Attempt, styleID int64, change StyleChange) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		old, err := tx.ownStyle(ctx, a.UserID, styleID)
		if err != nil {
			return 0, err
		}
		in, err := change.check(old)
		if err != nil {
			return 0, err
		}
		s := *old
		s.EditedAt = &tx.now
		if change.WornOn != nil {
			s.WornOn = change.WornOn
		}
		if err = tx.changeCaption(ctx, &s, change, in); err != nil {
			return 0, err
		}
		if err = tx.changeItems(ctx, &s, change, in); err != nil {
			return 0, err
		}
		_, err = tx.NewUpdate().Model(&s).WherePK().
			Column("caption", "tag_ids", "mention_ids", "item_ids", "brand_ids", "worn_on", "edited_at").Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("update style: %w", err)
		}
		tx.changes.Styles = append(tx.changes.Styles, s.ID)
		return s.ID, tx.showChange(ctx, old, &s)
	})
}

// check reads the change as an input, with the photos that the style has.
func (c StyleChange) check(s *Style) (StyleInput, error) {
	var faults fault.Users
	in := StyleInput{PhotoIDs: s.PhotoIDs}
	if c.Caption != nil {
		in.Caption = *c.Caption
		in.checkCaption(&faults)
	}
	if c.Items != nil {
		in.Items = *c.Items
		checkItems(&faults, in.Items, s.photoSet())
	}
	checkWornOn(&faults, c.WornOn)
	return in, faults.Err()
}

// photoSet are the photos that the style's garments may be on.
func (s *Style) photoSet() map[int64]bool {
	photos := make(map[int64]bool, len(s.PhotoIDs))
	for _, id := range s.PhotoIDs {
		photos[id] = true
	}
	return photos
}

func (tx *Tx) changeCaption(ctx context.Context, s *Style, change StyleChange, in StyleInput) (err error) {
	if change.Caption == nil {
		return nil
	}
	s.Caption = in.Caption
	if s.TagIDs, err = tx.tagIDs(ctx, in.tagNames); err != nil {
		return err
	}
	s.MentionIDs, err = tx.mentionIDs(ctx, s.AuthorID, in.mentioned)
	return err
}

func (tx *Tx) changeItems(ctx context.Context, s *Style, change StyleChange, in StyleInput) error {
	if change.Items == nil {
		return nil
	}
	if _, err := tx.NewRaw(`delete from item_tags where style_id = ?`, s.ID).Exec(ctx); err != nil {
		return fmt.Errorf("replace items: %w", err)
	}
	tx.changes.Items = append(tx.changes.Items, s.ItemIDs...)
	brandOf, err := tx.brandsOf(ctx, in.Items)
	if err != nil {
		return err
	}
	if s.ItemIDs, err = tx.newIDs(ctx, len(in.Items)); err != nil {
		return err
	}
	s.BrandIDs = distinctBrands(in.Items, brandOf)
	return tx.insertItems(ctx, s.ID, s.ItemIDs, in.Items, brandOf)
}

// showChange brings what hangs on a style in line with it: what search finds and, once it is published, topics and who is
// mentioned.
func (tx *Tx) showChange(ctx context.Context, old, s *Style) error {
	if err := tx.index(ctx, searchStyles, s.ID); err != nil {
		return err
	}
	if s.State != StylePublished {
		return nil
	}
	if err := tx.lockAuthor(ctx, s.AuthorID); err != nil {
		return fmt.Errorf("lock the author: %w", err)
	}
	if err := tx.linkTags(ctx, s.ID, without(old.TagIDs, s.TagIDs), without(s.TagIDs, old.TagIDs)); err != nil {
		return err
	}
	if err := tx.linkBrands(ctx, s.ID, without(old.BrandIDs, s.BrandIDs), without(s.BrandIDs, old.BrandIDs)); err != nil {
		return err
	}
	changed := slices.Concat(without(s.MentionIDs, old.MentionIDs), without(old.MentionIDs, s.MentionIDs))
	return tx.notifyMentioned(ctx, s.AuthorID, changed, onStyle, s.ID)
}

// without are the ids that are not among the others.
func without(ids, others []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(others, id) })
}

// photoDone shows the style that waited for a photo which is READY now, if it was the last.
func (tx *Tx) photoDone(ctx context.Context, photoID int64) error {
	var waiting []int64
	err := tx.NewRaw(`select id from styles where id in (select style_id from photos where id = ?) and state = 'PROCESSING'
		and deleted_at is null for update`, photoID).Scan(ctx, &waiting)
	if err != nil {
		return fmt.Errorf("look for styles that wait: %w", err)
	}
	for _, id := range waiting {
		if err = tx.showStyle(ctx, id); err != nil {
			return err
		}
		if err = tx.notifyOfEarlyComments(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// notifyOfEarlyComments records the mentions in what the author said under a style before it was published.
func (tx *Tx) notifyOfEarlyComments(ctx context.Context, styleID int64) error {
	var early []Comment
	err := tx.NewRaw(`select c.id, c.author_id, c.mention_ids from comments c join styles s on s.id = c.style_id
		where s.id = ? and s.state = 'PUBLISHED' order by c.id`, styleID).Scan(ctx, &early)
	if err != nil {
		return fmt.Errorf("look for early comments: %w", err)
	}
	for _, c := range early {
		if err = tx.notifyMentioned(ctx, c.AuthorID, c.MentionIDs, onComment, c.ID); err != nil {
			return err
		}
	}
	return nil
}

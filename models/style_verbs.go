package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"styleshare/internal/fault"
)

// PublishStyle makes a style of photos of the author. It appears at once where all of them are READY, and as soon as
// they are otherwise. The error is fault.Users where the input can be put right.
func (db *DB) PublishStyle(ctx context.Context, a Attempt, in StyleInput) (styleID int64, err error) {
	if err = in.check(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if err := tx.takePhotos(ctx, a.UserID, in.PhotoIDs); err != nil {
			return 0, err
		}
		s := &Style{AuthorID: a.UserID, State: StyleProcessing, Caption: in.Caption, PhotoIDs: in.PhotoIDs, WornOn: in.WornOn, CreatedAt: tx.now}
		var err error
		if s.TagIDs, err = tx.tagIDs(ctx, in.tagNames); err != nil {
			return 0, err
		}
		if s.MentionIDs, err = tx.mentionIDs(ctx, a.UserID, in.mentioned); err != nil {
			return 0, err
		}
		if s.ItemIDs, err = tx.newIDs(ctx, len(in.Items)); err != nil {
			return 0, err
		}
		brandOf, err := tx.brandsOf(ctx, in.Items)
		if err != nil {
			return 0, err
		}
		s.BrandIDs = distinctBrands(in.Items, brandOf)
		err = tx.queryRow(ctx, `insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, worn_on,
				like_count, comment_count, collect_count, item_info_request_count, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, $10) returning id`,
			s.AuthorID, s.State, s.Caption, s.PhotoIDs, s.ItemIDs, s.TagIDs, s.BrandIDs, s.MentionIDs, s.WornOn, s.CreatedAt).Scan(&s.ID)
		if err != nil {
			return 0, fmt.Errorf("publish: %w", err)
		}
		if err = tx.insertItems(ctx, s.ID, s.ItemIDs, in.Items, brandOf); err != nil {
			return 0, err
		}
		_, err = tx.exec(ctx, `update photos set style_id = $1 where id = any($2)`, s.ID, in.PhotoIDs)
		if err != nil {
			return 0, fmt.Errorf("publish: %w", err)
		}
		tx.changes.Photos = append(tx.changes.Photos, in.PhotoIDs...)
		return s.ID, tx.showStyle(ctx, s.ID)
	})
}

type takenPhoto struct {
	ID     int64
	State  PhotoState
	IsUsed bool
}

// takePhotos locks photos and checks that the author may publish them.
func (tx *Tx) takePhotos(ctx context.Context, authorID int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := queryRows(ctx, tx, func(r *sql.Rows, p *takenPhoto) error { return r.Scan(&p.ID, &p.State, &p.IsUsed) },
		`select p.id, p.state, p.style_id is not null or p.question_id is not null
			or exists(select from users u where u.id = p.owner_id and u.avatar_photo_id = p.id) as is_used
		from photos p where p.id = any($1) and p.owner_id = $2 order by p.id for update`, ids, authorID)
	if err != nil {
		return fmt.Errorf("lock photos: %w", err)
	}
	var faults fault.Users
	for i, id := range ids {
		field := "photoIds." + strconv.Itoa(i)
		at := slices.IndexFunc(rows, func(r takenPhoto) bool { return r.ID == id })
		switch {
		case at < 0:
			faults.Add(field, fault.UserNotFound, "not_found")
		case rows[at].IsUsed:
			faults.Add(field, fault.NotAllowed, "photo_in_use")
		case rows[at].State == PhotoAwaitingUpload:
			faults.Add(field, fault.NotReady, "not_ready")
		case rows[at].State == PhotoRejected:
			faults.Add(field, fault.Invalid, "photo_rejected")
		}
	}
	return faults.Err()
}

// showStyle publishes a style whose photos are all READY: followers, tags and brands get it.
func (tx *Tx) showStyle(ctx context.Context, styleID int64) error {
	s := new(Style)
	err := tx.NewRaw(`update styles s set state = 'PUBLISHED', published_at = ? where s.id = ? and s.state = 'PROCESSING'
		and s.deleted_at is null and not exists (select from photos p where p.id = any(s.photo_ids) and p.state <> 'READY')
		returning s.id, s.author_id, s.tag_ids, s.brand_ids, s.mention_ids`, tx.now, styleID).Scan(ctx, s)
	if errors.Is(err, sql.ErrNoRows) {
		tx.changes.Styles = append(tx.changes.Styles, styleID)
		return nil
	}
	if err != nil {
		return fmt.Errorf("show style %d: %w", styleID, err)
	}
	if err = tx.countStyle(ctx, s, +1); err != nil {
		return err
	}
	if err = tx.index(ctx, searchStyles, s.ID); err != nil {
		return err
	}
	if err = tx.Record(ctx, JobFanOutStyle, StyleJob{s.ID}); err != nil {
		return err
	}
	return tx.notifyMentioned(ctx, s.AuthorID, s.MentionIDs, onStyle, s.ID)
}

// countStyle has the author's and the topics' counters say what the rows say, after one published style came (+1) or
// went (-1).
func (tx *Tx) countStyle(ctx context.Context, s *Style, by int) error {
	_, err := tx.exec(ctx, `update users set style_count = style_count + $1 where id = $2`, by, s.AuthorID)
	if err != nil {
		return fmt.Errorf("count style: %w", err)
	}
	tx.changes.Users = append(tx.changes.Users, s.AuthorID)
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	if by < 0 {
		if err = tx.linkTags(ctx, s.ID, s.TagIDs, nil); err == nil {
			err = tx.linkBrands(ctx, s.ID, s.BrandIDs, nil)
		}
		return err
	}
	if err = tx.linkTags(ctx, s.ID, nil, s.TagIDs); err == nil {
		err = tx.linkBrands(ctx, s.ID, nil, s.BrandIDs)
	}
	return err
}

// ownStyle locks a style that the person may change: theirs, and not deleted. What is not visible does not exist. The
// lock is the strongest: a fan-out of this moment is waited for, so that deleting takes back what it wrote.
func (tx *Tx) ownStyle(ctx context.Context, userID, styleID int64) (*Style, error) {
	s := new(Style)
	err := tx.NewSelect().Model(s).Where("id = ? and deleted_at is null", styleID).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("styleId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("lock style %d: %w", styleID, err)
	}
	if s.AuthorID == userID {
		return s, nil
	}
	if _, err = tx.visibleStyle(ctx, userID, styleID); err != nil {
		return nil, err
	}
	return nil, fault.Reject("styleId", fault.NotAllowed, "not_allowed")
}

// visibleStyle gives a style that the person may see, or the user error that it does not exist.
func (tx *Tx) visibleStyle(ctx context.Context, viewerID, styleID int64) (*Style, error) {
	s := new(Style)
	err := tx.queryRow(ctx, `select s.id, s.author_id, s.state from styles s join users u on u.id = s.author_id
		where s.id = $2 and `+styleVisibleSQL, viewerID, styleID).Scan(&s.ID, &s.AuthorID, &s.State)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("styleId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("look for style %d: %w", styleID, err)
	}
	return s, nil
}

// DeleteStyle hides a style at once; a job erases it.
func (db *DB) DeleteStyle(ctx context.Context, a Attempt, styleID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		s, err := tx.ownStyle(ctx, a.UserID, styleID)
		if err != nil {
			return 0, err
		}
		if err = tx.withdraw(ctx, s); err != nil {
			return 0, err
		}
		return s.ID, tx.Record(ctx, JobEraseStyle, StyleJob{s.ID})
	})
}

// withdraw hides a style, which is locked, for good.
func (tx *Tx) withdraw(ctx context.Context, s *Style) error {
	if _, err := tx.NewRaw(`update styles set deleted_at = ? where id = ?`, tx.now, s.ID).Exec(ctx); err != nil {
		return fmt.Errorf("delete style: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	if s.State != StylePublished {
		return nil
	}
	return tx.countStyle(ctx, s, -1)
}

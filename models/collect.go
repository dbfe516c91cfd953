package models

import (
	"context"
	"fmt"

	"github.com/uptrace/bun/dialect/pgdialect"

	"styleshare/internal/fault"
)

// CollectResult names what CollectStyle changed.
type CollectResult struct{ StyleID, CollectionID int64 }

// CollectStyle puts a style that the person may see into a collection of their own, their default one where collectionID
// is 0. Collecting twice, also at the same moment, is collecting once.
func (db *DB) CollectStyle(ctx context.Context, a Attempt, styleID, collectionID int64) (CollectResult, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (CollectResult, error) {
		s, err := tx.collectable(ctx, a.UserID, styleID)
		if err != nil {
			return CollectResult{}, err
		}
		var c *Collection
		if collectionID == 0 {
			c, err = tx.defaultCollection(ctx, a.UserID)
		} else {
			c, err = tx.ownCollection(ctx, a.UserID, collectionID)
		}
		if err != nil {
			return CollectResult{}, err
		}
		return CollectResult{s.ID, c.ID}, tx.collect(ctx, a.UserID, s, c)
	})
}

// collectable locks what is about to change, and gives the style that the person may see.
func (tx *Tx) collectable(ctx context.Context, userID, styleID int64) (*Style, error) {
	if err := tx.lockCollections(ctx, userID); err != nil {
		return nil, err
	}
	if err := tx.lockStyles(ctx, []int64{styleID}); err != nil {
		return nil, err
	}
	return tx.visibleStyle(ctx, userID, styleID)
}

// lockStyles locks styles in the order of their ids, so that two who lock the same ones wait instead of dead-locking.
func (tx *Tx) lockStyles(ctx context.Context, ids []int64) error {
	_, err := tx.exec(ctx, `select from styles where id = any($1) order by id for no key update`, ids)
	if err != nil {
		return fmt.Errorf("lock styles: %w", err)
	}
	return nil
}

func (tx *Tx) collect(ctx context.Context, userID int64, s *Style, c *Collection) error {
	before, err := tx.queryIDs(ctx, `select collection_id from collection_styles where owner_id = $1 and style_id = $2`, userID, s.ID)
	if err != nil {
		return fmt.Errorf("look for the style in collections: %w", err)
	}
	for _, id := range before {
		if id == c.ID {
			return nil
		}
	}
	if c.StyleCount >= MaxCollectionStyles {
		return fault.Reject("collectionId", fault.TooMany, "full_collection", MaxCollectionStyles)
	}
	_, err = tx.exec(ctx, `insert into collection_styles (collection_id, style_id, owner_id) values ($1, $2, $3)`, c.ID, s.ID, userID)
	if err != nil {
		return fmt.Errorf("collect: %w", err)
	}
	if err = tx.countInCollections(ctx, []int64{c.ID}, +1); err != nil {
		return err
	}
	if len(before) == 0 {
		if err = tx.countCollected(ctx, userID, []int64{s.ID}, +1); err != nil {
			return err
		}
	}
	if c.IsPrivate {
		return nil
	}
	return tx.notifyCollected(ctx, userID, []int64{s.ID})
}

// UncollectStyle takes a style out of a collection of the person's own, out of all of them where collectionID is 0.
func (db *DB) UncollectStyle(ctx context.Context, a Attempt, styleID, collectionID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		s, err := tx.collectable(ctx, a.UserID, styleID)
		if err != nil {
			return 0, err
		}
		if collectionID != 0 {
			if _, err = tx.ownCollection(ctx, a.UserID, collectionID); err != nil {
				return 0, err
			}
		}
		var from []int64
		err = tx.NewRaw(`delete from collection_styles where owner_id = ?0 and style_id = ?1 and (?2 = 0 or collection_id = ?2) returning collection_id`,
			a.UserID, s.ID, collectionID).Scan(ctx, &from)
		if err != nil {
			return 0, fmt.Errorf("uncollect: %w", err)
		}
		if len(from) == 0 {
			return s.ID, nil
		}
		if err = tx.countInCollections(ctx, from, -1); err != nil {
			return 0, err
		}
		if err = tx.countCollected(ctx, a.UserID, []int64{s.ID}, -1); err != nil {
			return 0, err
		}
		return s.ID, tx.notifyCollected(ctx, a.UserID, []int64{s.ID})
	})
}

// stylesIn are the styles of a collection.
func (tx *Tx) stylesIn(ctx context.Context, collectionID int64) ([]int64, error) {
	ids := []int64{}
	if err := tx.NewRaw(`select style_id from collection_styles where collection_id = ?`, collectionID).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("read collection %d: %w", collectionID, err)
	}
	return ids, nil
}

// countInCollections has the counters of collections follow a style that came (+1) or went (-1).
func (tx *Tx) countInCollections(ctx context.Context, ids []int64, by int) error {
	_, err := tx.NewRaw(`update collections set style_count = style_count + ? where id = any(?)`, by, pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("count in collections: %w", err)
	}
	tx.changes.Collections = append(tx.changes.Collections, ids...)
	return nil
}

// countCollected has collect_count follow styles that the person keeps now (+1), or no longer (-1) unless another of their
// collections has them. It counts people, whether their collections are private or not: a number names nobody.
func (tx *Tx) countCollected(ctx context.Context, userID int64, styles []int64, by int) error {
	var counted []int64
	err := tx.NewRaw(`update styles s set collect_count = collect_count + ?0 where id = any(?1)
		and (?0 > 0 or not exists (select from collection_styles k where k.owner_id = ?2 and k.style_id = s.id)) returning id`,
		by, pgdialect.Array(styles), userID).Scan(ctx, &counted)
	if err != nil {
		return fmt.Errorf("count collected styles: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, counted...)
	return nil
}

// notifyCollected records that somebody collected styles, or no longer has them where their authors may see it.
func (tx *Tx) notifyCollected(ctx context.Context, userID int64, styles []int64) error {
	n, err := affected(tx.NewRaw(`insert into outbox (kind, payload, created_at, available_at, generation, attempts)
		select ?0, jsonb_build_object('recipientId', author_id, 'kind', ?1, 'subjectKind', 'Style', 'subjectId', id, 'actorId', ?2::bigint), ?3, ?3, 0, 0
		from styles where id = any(?4) and author_id <> ?2`,
		JobNotify, StyleCollected, userID, tx.now, pgdialect.Array(styles)).Exec(ctx))
	if err != nil {
		return fmt.Errorf("record %s: %w", JobNotify, err)
	}
	tx.changes.Outbox = tx.changes.Outbox || n > 0
	return nil
}

// uncollectErased takes a style that is being erased out of all collections.
func (tx *Tx) uncollectErased(ctx context.Context, styleID int64) error {
	var from []int64
	// In one order, for erasures of two styles that are in the same collections.
	err := tx.NewRaw(`select id from collections where id in (select collection_id from collection_styles where style_id = ?)
		order by id for no key update`, styleID).Scan(ctx, &from)
	if err != nil {
		return fmt.Errorf("lock collections: %w", err)
	}
	if _, err = tx.NewRaw(`delete from collection_styles where style_id = ?`, styleID).Exec(ctx); err != nil {
		return fmt.Errorf("erase from collections: %w", err)
	}
	return tx.countInCollections(ctx, from, -1)
}

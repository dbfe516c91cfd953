package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/fault"
	"styleshare/internal/localize"
)

// The limits of collections: the length of a name in characters, how many a person may have, how many styles in each.
const (
	MaxCollectionName   = 50
	MaxCollections      = 200
	MaxCollectionStyles = 5000
)

// Collection is styles that somebody keeps. It is cached, so it carries nothing that depends on who looks.
type Collection struct {
	bun.BaseModel `bun:"table:collections"`

	ID        int64 `bun:",pk,autoincrement"`
	OwnerID   int64
	Name      string
	IsPrivate bool
	// IsDefault says that it takes what is collected without naming a collection; a person has one at most.
	IsDefault  bool
	StyleCount int
	CreatedAt  time.Time
}

// CollectionChange is what to change of a collection; nil leaves a field as it is.
type CollectionChange struct {
	Name      *string
	IsPrivate *bool
}

// CreateCollection makes an empty collection.
func (db *DB) CreateCollection(ctx context.Context, a Attempt, name string, isPrivate bool) (int64, error) {
	var faults fault.Users
	name = text(&faults, "name", name, 1, MaxCollectionName)
	if err := faults.Err(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if err := tx.lockCollections(ctx, a.UserID); err != nil {
			return 0, err
		}
		n, err := tx.NewSelect().Model((*Collection)(nil)).Where("owner_id = ? and not is_default", a.UserID).Count(ctx)
		if err != nil {
			return 0, fmt.Errorf("count collections: %w", err)
		}
		if n >= MaxCollections-1 { // there is always room for the default one
			return 0, fault.Reject("", fault.TooMany, "too_many_collections", MaxCollections)
		}
		return tx.insertCollection(ctx, &Collection{OwnerID: a.UserID, Name: name, IsPrivate: isPrivate, CreatedAt: tx.now})
	})
}

func (tx *Tx) insertCollection(ctx context.Context, c *Collection) (int64, error) {
	if _, err := tx.NewInsert().Model(c).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return 0, fmt.Errorf("make a collection: %w", err)
	}
	return c.ID, nil
}

// lockCollections has one verb at a time change the collections of a person, so that what is counted and what is decided
// by looking (the default one, whether a style is in another collection) is so until the commit. It comes first in each of
// them; then come styles, in the order of their ids, and only then what is in collections, and collections.
func (tx *Tx) lockCollections(ctx context.Context, ownerID int64) error {
	if _, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, fmt.Sprint("collections/", ownerID)).Exec(ctx); err != nil {
		return fmt.Errorf("lock collections: %w", err)
	}
	return nil
}

// ownCollection reads a collection of the person's own. What is not visible does not exist; what is somebody else's is not
// theirs to change.
func (tx *Tx) ownCollection(ctx context.Context, userID, collectionID int64) (*Collection, error) {
	c := new(Collection)
	var visible bool
	err := tx.Tx.Tx.QueryRowContext(ctx, `select c.id, c.owner_id, c.is_private, c.is_default, c.style_count, `+collectionVisibleSQL+`
		from collections c join users u on u.id = c.owner_id where c.id = $2`, userID, collectionID).
		Scan(&c.ID, &c.OwnerID, &c.IsPrivate, &c.IsDefault, &c.StyleCount, &visible)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && !visible:
		return nil, fault.Reject("collectionId", fault.UserNotFound, "not_found")
	case err != nil:
		return nil, fmt.Errorf("look for collection %d: %w", collectionID, err)
	case c.OwnerID != userID:
		return nil, fault.Reject("collectionId", fault.NotAllowed, "not_allowed")
	}
	return c, nil
}

// defaultCollection gives the person's default collection, and makes it at first use, with a name in their language.
func (tx *Tx) defaultCollection(ctx context.Context, userID int64) (*Collection, error) {
	c := new(Collection)
	err := tx.NewSelect().Model(c).Where("owner_id = ? and is_default", userID).Scan(ctx)
	if err == nil {
		return c, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("look for the default collection: %w", err)
	}
	var locale string
	if err = tx.NewRaw(`select locale from accounts where user_id = ?`, userID).Scan(ctx, &locale); err != nil {
		return nil, fmt.Errorf("name the default collection: %w", err)
	}
	language, _ := localize.Parse(locale)
	c = &Collection{OwnerID: userID, Name: language.Text("collection.default"), IsDefault: true, CreatedAt: tx.now}
	_, err = tx.insertCollection(ctx, c)
	return c, err
}

// UpdateCollection changes a collection of the person's own. Whose styles are in it hears of a collection that becomes
// public, and no longer of one that becomes private.
func (db *DB) UpdateCollection(ctx context.Context, a Attempt, collectionID int64, change CollectionChange) (int64, error) {
	var faults fault.Users
	if change.Name != nil {
		name := text(&faults, "name", *change.Name, 1, MaxCollectionName)
		change.Name = &name
	}
	if err := faults.Err(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if err := tx.lockCollections(ctx, a.UserID); err != nil {
			return 0, err
		}
		c, err := tx.ownCollection(ctx, a.UserID, collectionID)
		if err != nil {
			return 0, err
		}
		_, err = tx.NewRaw(`update collections set name = coalesce(?, name), is_private = coalesce(?, is_private) where id = ?`,
			change.Name, change.IsPrivate, c.ID).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("update collection: %w", err)
		}
		tx.changes.Collections = append(tx.changes.Collections, c.ID)
		if change.IsPrivate == nil || *change.IsPrivate == c.IsPrivate {
			return c.ID, nil
		}
		styles, err := tx.stylesIn(ctx, c.ID)
		if err != nil {
			return 0, err
		}
		return c.ID, tx.notifyCollected(ctx, a.UserID, styles)
	})
}

// DeleteCollection deletes a collection of the person's own; the styles in it stay in their other collections. The default
// one may go like any other: another is made when it is needed.
func (db *DB) DeleteCollection(ctx context.Context, a Attempt, collectionID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if err := tx.lockCollections(ctx, a.UserID); err != nil {
			return 0, err
		}
		c, err := tx.ownCollection(ctx, a.UserID, collectionID)
		if err != nil {
			return 0, err
		}
		styles, err := tx.stylesIn(ctx, c.ID)
		if err != nil {
			return 0, err
		}
		if err = tx.lockStyles(ctx, styles); err != nil {
			return 0, err
		}
		if _, err = tx.NewDelete().Model(c).WherePK().Exec(ctx); err != nil { // with what is in it
			return 0, fmt.Errorf("delete collection: %w", err)
		}
		tx.changes.Collections = append(tx.changes.Collections, c.ID)
		if err = tx.countCollected(ctx, a.UserID, styles, -1); err != nil || c.IsPrivate {
			return c.ID, err
		}
		return c.ID, tx.notifyCollected(ctx, a.UserID, styles)
	})
}

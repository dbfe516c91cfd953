package models

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"styleshare/internal/fault"
)

// ItemInfoAnswer is what AnswerItemInfo did.
type ItemInfoAnswer struct {
	StyleID int64
	// NotifiedCount is how many people had asked, were not answered before, and may see the answer.
	NotifiedCount int
}

// AnswerItemInfo adds what its author says to the items of a style, and tells everybody who has asked and has not been
// answered. It may be sent twice: an item that the style has already is not added again, and nobody is told again.
func (db *DB) AnswerItemInfo(ctx context.Context, a Attempt, styleID int64, items []ItemInput) (ItemInfoAnswer, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (ItemInfoAnswer, error) {
		s, err := tx.ownStyle(ctx, a.UserID, styleID)
		if err != nil {
			return ItemInfoAnswer{}, err
		}
		if err = checkAnswer(s, items); err != nil {
			return ItemInfoAnswer{}, err
		}
		if err = tx.addItems(ctx, s, items); err != nil {
			return ItemInfoAnswer{}, err
		}
		askers, err := tx.answerRequests(ctx, s)
		if err != nil {
			return ItemInfoAnswer{}, err
		}
		return ItemInfoAnswer{s.ID, len(askers)}, tx.notifyEach(ctx, askers, NotifyJob{
			Kind: ItemInfoAnswered, SubjectKind: onStyle, SubjectID: s.ID, ActorID: s.AuthorID})
	})
}

func checkAnswer(s *Style, items []ItemInput) error {
	var faults fault.Users
	if len(items) == 0 {
		faults.Add("items", fault.Required, "required")
	}
	checkItems(&faults, items, s.photoSet())
	return faults.Err()
}

// addItems adds those garments to a style that it does not have yet, after those that it has.
func (tx *Tx) addItems(ctx context.Context, old *Style, items []ItemInput) error {
	brandOf, err := tx.brandsOf(ctx, items)
	if err != nil {
		return err
	}
	var there []ItemTag
	if err = tx.NewSelect().Model(&there).Where("style_id = ?", old.ID).Scan(ctx); err != nil {
		return fmt.Errorf("read items: %w", err)
	}
	var added []ItemInput
	for i, tag := range itemTags(items, brandOf) {
		if !slices.ContainsFunc(there, tag.isSame) {
			there, added = append(there, tag), append(added, items[i])
		}
	}
	if len(added) == 0 {
		return nil
	}
	if len(there) > MaxItems {
		return fault.Reject("items", fault.TooMany, "too_many_items", MaxItems)
	}
	ids, err := tx.newIDs(ctx, len(added))
	if err != nil {
		return err
	}
	if err = tx.insertItems(ctx, old.ID, ids, added, brandOf); err != nil {
		return err
	}
	s := *old
	s.ItemIDs = append(slices.Clone(old.ItemIDs), ids...)
	s.BrandIDs = append(slices.Clone(old.BrandIDs), without(distinctBrands(added, brandOf), old.BrandIDs)...)
	if _, err = tx.NewUpdate().Model(&s).WherePK().Column("item_ids", "brand_ids").Exec(ctx); err != nil {
		return fmt.Errorf("add items: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, s.ID)
	return tx.showChange(ctx, old, &s)
}

// isSame tells whether two tags say the same of the same point.
func (i ItemTag) isSame(as ItemTag) bool {
	return i.PhotoID == as.PhotoID && i.X == as.X && i.Y == as.Y && i.Name == as.Name && equal(i.BrandID, as.BrandID) &&
		equal(i.PriceMinor, as.PriceMinor) && equal(i.Currency, as.Currency) && equal(i.ShopURL, as.ShopURL)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// answerRequestsSQL closes the asks about a style ($2) that wait for their answer. Those of people who are hidden from its
// author ($1), or who may not see the style now, go on waiting: a later answer may reach them.
var answerRequestsSQL = strings.NewReplacer("{asker}", strings.ReplaceAll(userVisibleSQL, "u.", "w."), "{style}", forViewer(styleVisibleSQL, "r.user_id")).
	Replace(`update item_info_requests r set answered_at = $3 from styles s join users u on u.id = s.author_id, users w
		where s.id = $2 and r.style_id = s.id and r.answered_at is null and w.id = r.user_id and {asker} and {style} returning r.user_id`)

// answerRequests closes the asks about a style, and gives who asked: each person once.
func (tx *Tx) answerRequests(ctx context.Context, s *Style) (askers []int64, err error) {
	rows, err := tx.Tx.Tx.QueryContext(ctx, answerRequestsSQL, s.AuthorID, s.ID, tx.now)
	if err != nil {
		return nil, fmt.Errorf("answer asks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err = rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("answer asks: %w", err)
		}
		askers = append(askers, id)
	}
	slices.Sort(askers)
	return slices.Compact(askers), rows.Err()
}

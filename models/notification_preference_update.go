package models

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"styleshare/internal/fault"
)

// PreferenceChange is what to change of how a person hears of things. Kinds that are not named stay as they are, and so do
// the quiet hours where they are nil; both empty end them.
type PreferenceChange struct {
	Preferences           []NotificationPreference
	QuietFrom, QuietUntil *string // HH:MM in the person's time zone
}

// check puts the channels into their order, each once.
func (c *PreferenceChange) check() error {
	var faults fault.Users
	if len(c.Preferences) > len(defaultPreferences) {
		return fault.Reject("preferences", fault.TooMany, "too_many", len(defaultPreferences))
	}
	seen := map[NotificationKind]bool{}
	c.Preferences = slices.Clone(c.Preferences)
	for i, p := range c.Preferences {
		field := "preferences." + strconv.Itoa(i)
		if seen[p.Kind] {
			faults.Add(field+".kind", fault.Invalid, "kind_twice")
		}
		seen[p.Kind] = true
		if p.Kind == Moderation && !slices.Contains(p.Channels, InApp) {
			faults.Add(field+".channels", fault.NotAllowed, "moderation_in_app")
		}
		c.Preferences[i].Channels = slices.DeleteFunc(slices.Clone(channels), func(ch NotificationChannel) bool { return !slices.Contains(p.Channels, ch) })
	}
	checkQuietHours(&faults, c.QuietFrom, c.QuietUntil)
	return faults.Err()
}

// UpdateNotificationPreferences changes how a person hears of things.
func (db *DB) UpdateNotificationPreferences(ctx context.Context, a Attempt, change PreferenceChange) error {
	if err := change.check(); err != nil {
		return err
	}
	_, err := Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		account := new(Account)
		if err := tx.NewSelect().Model(account).Where("user_id = ?", a.UserID).For("update").Scan(ctx); err != nil {
			return 0, fmt.Errorf("lock account: %w", err)
		}
		chosen := change.Preferences
		if account.MailUnsubscribedAt != nil && slices.ContainsFunc(chosen, func(p NotificationPreference) bool { return slices.Contains(p.Channels, Mail) }) {
			// Mails come again, and only those that are asked for.
			rest, err := preferencesOf(ctx, tx, account)
			if err != nil {
				return 0, err
			}
			account.MailUnsubscribedAt = nil
			for _, p := range rest {
				if !slices.ContainsFunc(chosen, func(c NotificationPreference) bool { return c.Kind == p.Kind }) {
					chosen = append(chosen, *p)
				}
			}
		}
		if change.QuietFrom != nil {
			account.QuietFrom, account.QuietUntil = nonEmpty(change.QuietFrom), nonEmpty(change.QuietUntil)
		}
		if _, err := tx.NewUpdate().Model(account).WherePK().Column("mail_unsubscribed_at", "quiet_from", "quiet_until").Exec(ctx); err != nil {
			return 0, fmt.Errorf("update account: %w", err)
		}
		return a.UserID, tx.choose(ctx, a.UserID, chosen)
	})
	return err
}

func (tx *Tx) choose(ctx context.Context, userID int64, chosen []NotificationPreference) error {
	if len(chosen) == 0 {
		return nil
	}
	rows := slices.Clone(chosen)
	for i := range rows {
		rows[i].UserID = userID
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (user_id, kind) DO UPDATE").Set("channels = excluded.channels").Returning("NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("choose channels: %w", err)
	}
	return nil
}

func nonEmpty(s *string) *string {
	if s == nil || *s == "" {
		return nil
	}
	return s
}

package models

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// How often one fold that stays unread is announced again.
const (
	pushAgainAfter = 10 * time.Minute
	mailAgainAfter = 24 * time.Hour
)

// announce records a push to each device and a mail, as far as the person wants them, unless the same unread fold was
// announced a moment ago.
func (tx *Tx) announce(ctx context.Context, n *Notification, wasUnread bool) error {
	account, err := accountOf(ctx, tx, n.RecipientID)
	if err != nil {
		return err
	}
	open, err := channelsOf(ctx, tx, account, n.Kind)
	if err != nil {
		return err
	}
	recently := func(at *time.Time, within time.Duration) bool {
		return wasUnread && at != nil && tx.now.Sub(*at) < within
	}
	if slices.Contains(open, Push) {
		at := account.WakesAt(tx.now)
		again := !recently(n.PushedAt, pushAgainAfter)
		if n.PushedAt != nil && n.PushedAt.After(tx.now) {
			// A push waits for the quiet hours to end, and will tell this too; unless they have become shorter.
			again = at.Before(*n.PushedAt)
		}
		if again {
			if err = tx.recordPushes(ctx, n, at); err != nil {
				return err
			}
		}
	}
	if slices.Contains(open, Mail) && !recently(n.MailedAt, mailAgainAfter) {
		if err = tx.Record(ctx, JobMail, MailJob{UserID: n.RecipientID, Template: MailNotification, NotificationID: n.ID}); err != nil {
			return err
		}
		n.MailedAt = &tx.now
	}
	_, err = tx.NewUpdate().Model(n).WherePK().Column("pushed_at", "mailed_at").Exec(ctx)
	return err
}

// recordPushes records one to each of the person's devices, for a moment. What still waits of the same fold is
// superseded.
func (tx *Tx) recordPushes(ctx context.Context, n *Notification, at time.Time) error {
	var devices []int64
	if err := tx.NewRaw(`select id from devices where user_id = ? order by id`, n.RecipientID).Scan(ctx, &devices); err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	for _, id := range devices {
		if err := tx.RecordAt(ctx, JobPush, PushJob{NotificationID: n.ID, DeviceID: id, Announced: at}, at); err != nil {
			return err
		}
	}
	n.PushedAt = &at
	return nil
}

package models

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// How often one fold that stays unread is announced again.
const (
	pushAgainAfter = 10 * time.Minute
	mailAgainAfter = 24 * time.Hour
)

// newsOf is a fold with news, and what it takes to announce it.
type newsOf struct {
	Notification
	wasUnread bool
	account   Account
	channels  []NotificationChannel
	devices   []int64
}

func scanNews(r *sql.Rows, n *newsOf) error {
	var chosen []string
	a := &n.account
	err := r.Scan(&n.ID, &n.RecipientID, &n.Kind, &n.PushedAt, &n.MailedAt, &n.wasUnread, &a.MailUnsubscribedAt, &a.TimeZone, &a.QuietFrom, &a.QuietUntil,
		pgdialect.Array(&chosen), pgdialect.Array(&n.devices))
	n.channels = defaultChannels(n.Kind)
	if chosen != nil {
		n.channels = nil
		for _, channel := range chosen {
			n.channels = append(n.channels, NotificationChannel(channel))
		}
	}
	n.channels = a.open(n.channels)
	return err
}

// announce records a push to each device and a mail, as far as the person wants them, unless the same unread fold was
// announced a moment ago.
func (tx *Tx) announce(ctx context.Context, news []newsOf) error {
	var pushes, mails []any
	var at []time.Time // when which push is due
	var folds []int64
	var pushedAt, mailedAt []*time.Time
	for i := range news {
		n := &news[i]
		when, push := n.pushAt(tx.now)
		mail := slices.Contains(n.channels, Mail) && !n.recently(n.MailedAt, mailAgainAfter, tx.now)
		if push {
			for _, id := range n.devices {
				// What still waits of the same fold is superseded.
				pushes, at = append(pushes, PushJob{NotificationID: n.ID, DeviceID: id, Announced: when}), append(at, when)
			}
			n.PushedAt = &when
		}
		if mail {
			mails = append(mails, MailJob{UserID: n.RecipientID, Template: MailNotification, NotificationID: n.ID})
			n.MailedAt = &tx.now
		}
		if push || mail {
			folds, pushedAt, mailedAt = append(folds, n.ID), append(pushedAt, n.PushedAt), append(mailedAt, n.MailedAt)
		}
	}
	if len(folds) == 0 {
		return nil
	}
	if err := tx.recordAllAt(ctx, JobPush, pushes, at); err != nil {
		return err
	}
	if err := tx.recordAll(ctx, JobMail, mails); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `update notifications n set pushed_at = x.pushed_at, mailed_at = x.mailed_at
		from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) as x (id, pushed_at, mailed_at) where n.id = x.id`, folds, pushedAt, mailedAt)
	if err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	return nil
}

// recently tells whether news of what is still unread were announced within a time.
func (n *newsOf) recently(at *time.Time, within time.Duration, now time.Time) bool {
	return n.wasUnread && at != nil && now.Sub(*at) < within
}

// pushAt tells whether to push the news, and when.
func (n *newsOf) pushAt(now time.Time) (at time.Time, push bool) {
	if len(n.devices) == 0 || !slices.Contains(n.channels, Push) {
		return time.Time{}, false
	}
	at = n.account.WakesAt(now)
	if n.PushedAt != nil && n.PushedAt.After(now) {
		// A push waits for the quiet hours to end, and will tell this too; unless they have become shorter.
		return at, at.Before(*n.PushedAt)
	}
	return at, !n.recently(n.PushedAt, pushAgainAfter, now)
}

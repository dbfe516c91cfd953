package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Notification is a fold: same-kind events on one subject.
type Notification struct {
	bun.BaseModel `bun:"table:notifications"`

	ID          int64 `bun:",pk,autoincrement"`
	RecipientID int64
	Kind        NotificationKind
	SubjectKind string
	SubjectID   int64
	ActorIDs    []int64 `bun:"actor_ids,array"`
	ActorCount  int
	Position    int64
	UpdatedAt   time.Time
	ReadAt      *time.Time
	PushedAt    *time.Time
	MailedAt    *time.Time
}

var (
	// heardActorsSQL are the latest actors of a notification of whom its recipient is to hear.
	heardActorsSQL = `lateral (select array_agg(u.id order by a.place) as ids from unnest(actor_ids) with ordinality as a (id, place)
		join users u on u.id = a.id where ` + forViewer(heardSQL, "recipient_id") + `) heard`

	// actorHeardSQL leaves out folds that only such people are in, or nobody any more.
	actorHeardSQL = `exists (select from users u where u.id = any(actor_ids) and ` + forViewer(heardSQL, "recipient_id") + `)`
)

// notifications reads folds as their recipients are to see them: of an actor whom nothing is to be heard of, neither the
// id nor the number is left. What was hidden longer ago than a moment is not in the columns in the first place.
func (db *DB) notifications(rows any) *bun.SelectQuery {
	return db.NewSelect().Model(rows).ExcludeColumn("actor_ids", "actor_count").ColumnExpr("heard.ids as actor_ids").
		ColumnExpr("actor_count - cardinality(actor_ids) + cardinality(heard.ids) as actor_count").
		Join("cross join " + heardActorsSQL).Where("heard.ids is not null")
}

// Notifications reads a page of what happened to a person, latest first, leaving out what only people did who are
// hidden from them or muted, and the kinds that the person does not want to see.
func (db *DB) Notifications(ctx context.Context, userID int64, p Page) ([]*Notification, error) {
	rows := []*Notification{}
	err := db.notifications(&rows).
		Where("recipient_id = ? and position < ? and position > ?", userID, p.After, p.Before).
		Where(kindShownSQL, userID).OrderExpr("position " + p.Order()).Limit(int64(p.Limit())).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	return rows, nil
}

// NotificationsByID reads those of the notifications that the person's list shows.
func (db *DB) NotificationsByID(ctx context.Context, userID int64, ids []int64) ([]*Notification, error) {
	rows := []*Notification{}
	err := db.notifications(&rows).Where("recipient_id = ? and id = any(?)", userID, pgdialect.Array(ids)).
		Where(kindShownSQL, userID).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	return rows, nil
}

// Notification reads one notification as its recipient's list shows it, also of a kind that is off there; nil where it is
// hidden or gone.
func (db *DB) Notification(ctx context.Context, id int64) (*Notification, error) {
	n := new(Notification)
	err := db.notifications(n).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read notification: %w", err)
	}
	return n, nil
}

// MaxUnread is where counting unread notifications ends: somebody who never reads them must not make each look at the bell
// dearer, and 1,000 tells them as much as any larger number.
const MaxUnread = 1000

// UnreadNotificationCount counts what the person has not read, as the list shows it, MaxUnread at most.
func (db *DB) UnreadNotificationCount(ctx context.Context, userID int64) (n int, err error) {
	b := new(Batch)
	b.UnreadNotificationCount(userID, func(count int) { n = count })
	err = db.Read(ctx, b)
	return n, err
}

// MarkNotificationsRead marks the person's notifications as read, all of them where ids is nil, and tells how many are
// left unread.
func (db *DB) MarkNotificationsRead(ctx context.Context, a Attempt, ids []int64) (int, error) {
	_, err := Once(ctx, db, a, func(ctx context.Context, tx *Tx) (bool, error) {
		q := tx.NewUpdate().Model((*Notification)(nil)).Set("read_at = ?", tx.now).Where("recipient_id = ? and read_at is null", a.UserID)
		if ids != nil {
			q = q.Where("id = any(?)", pgdialect.Array(ids))
		}
		_, err := q.Exec(ctx)
		return true, err
	})
	if err != nil {
		return 0, fmt.Errorf("mark notifications: %w", err)
	}
	return db.UnreadNotificationCount(ctx, a.UserID)
}

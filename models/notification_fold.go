package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// happenedSQL tells, for each kind, whether the thing is so: $1 the recipient, $2 the subject, $3 the actor.
var happenedSQL = map[NotificationKind]string{
	Followed:       `exists (select from follows where follower_id = $3 and followee_id = $1)`,
	StyleLiked:     `exists (select from likes where style_id = $2 and user_id = $3)`,
	StyleCommented: `exists (select from comments where style_id = $2 and author_id = $3)`,
}

// mentionedSQL is happenedSQL for MENTIONED, by the kind of subject.
var mentionedSQL = map[string]string{
	"Style":   `exists (select from styles where id = $2 and author_id = $3 and $1 = any(mention_ids) and state = 'PUBLISHED')`,
	"Comment": `exists (select from comments where id = $2 and author_id = $3 and $1 = any(mention_ids))`,
}

// subjectVisibleSQL tells whether the recipient ($1) may see the subject ($2).
var subjectVisibleSQL = map[string]string{
	"User":    `true`,
	"Style":   `exists (select from styles s join users u on u.id = s.author_id where s.id = $2 and ` + styleVisibleSQL + `)`,
	"Comment": `exists (select from comments c join styles s on s.id = c.style_id join users u on u.id = s.author_id where c.id = $2 and ` + styleVisibleSQL + `)`,
}

// happened tells whether there is something to tell the recipient of.
func (tx *Tx) happened(ctx context.Context, job NotifyJob) (is bool, err error) {
	condition, ok := happenedSQL[job.Kind]
	if job.Kind == Mentioned {
		condition, ok = mentionedSQL[job.SubjectKind]
	}
	visible, known := subjectVisibleSQL[job.SubjectKind]
	if !ok || !known {
		return false, fmt.Errorf("notify: nothing known of %s on %s", job.Kind, job.SubjectKind)
	}
	err = tx.Tx.Tx.QueryRowContext(ctx, `select `+condition+` and `+visible+`
		and exists (select from users u where u.id = $3 and u.deleted_at is null and u.suspended_at is null)
		and $2::bigint is not null`, job.RecipientID, job.SubjectID, job.ActorID).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("notify: %w", err)
	}
	return is, nil
}

// Fold brings one fold in line with what is so, and records the push and mail that its recipient gets of the news.
func (tx *Tx) Fold(ctx context.Context, job NotifyJob) error {
	is, err := tx.happened(ctx, job)
	if err != nil {
		return err
	}
	n, err := tx.lockFold(ctx, job, is)
	if err != nil || n == nil {
		return err
	}
	var changed int64
	if !is {
		changed, err = affected(tx.NewRaw(`delete from notification_actors where notification_id = ? and actor_id = ?`, n.ID, job.ActorID).Exec(ctx))
	} else {
		changed, err = tx.addActor(ctx, n, job)
	}
	if err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	if changed == 0 {
		return nil
	}
	wasUnread := n.ReadAt == nil
	if err = tx.summarise(ctx, n, is); err != nil || !is {
		return err
	}
	return tx.announce(ctx, n, wasUnread)
}

// How often one fold that stays unread is announced again.
const (
	pushAgainAfter = 10 * time.Minute
	mailAgainAfter = 24 * time.Hour
)

// announce records a push to each device and a mail, unless the same unread fold was announced a moment ago.
func (tx *Tx) announce(ctx context.Context, n *Notification, wasUnread bool) error {
	recently := func(at *time.Time, within time.Duration) bool {
		return wasUnread && at != nil && tx.now.Sub(*at) < within
	}
	if !recently(n.PushedAt, pushAgainAfter) {
		var devices []int64
		if err := tx.NewRaw(`select id from devices where user_id = ? order by id`, n.RecipientID).Scan(ctx, &devices); err != nil {
			return fmt.Errorf("announce: %w", err)
		}
		for _, id := range devices {
			if err := tx.Record(ctx, JobPush, PushJob{NotificationID: n.ID, DeviceID: id}); err != nil {
				return err
			}
		}
		n.PushedAt = &tx.now
	}
	if !recently(n.MailedAt, mailAgainAfter) {
		if err := tx.Record(ctx, JobMail, MailJob{UserID: n.RecipientID, Template: MailNotification, NotificationID: n.ID}); err != nil {
			return err
		}
		n.MailedAt = &tx.now
	}
	_, err := tx.NewUpdate().Model(n).WherePK().Column("pushed_at", "mailed_at").Exec(ctx)
	return err
}

// lockFold gives the fold, locked; it makes one where there is something to tell.
func (tx *Tx) lockFold(ctx context.Context, job NotifyJob, create bool) (*Notification, error) {
	if create {
		_, err := tx.NewRaw(`insert into notifications (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
			select u.id, ?, ?, ?, '{}', 0, next_id(), ? from users u where u.id = ? on conflict do nothing`,
			job.Kind, job.SubjectKind, job.SubjectID, tx.now, job.RecipientID).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("fold: %w", err)
		}
	}
	n := new(Notification)
	err := tx.NewSelect().Model(n).Where("recipient_id = ? and kind = ? and subject_kind = ? and subject_id = ?",
		job.RecipientID, job.Kind, job.SubjectKind, job.SubjectID).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	return n, nil
}

// addActor is more than 0 where the actor is news: for the first time, or with another comment.
func (tx *Tx) addActor(ctx context.Context, n *Notification, job NotifyJob) (int64, error) {
	again := `do nothing`
	if job.SourceID != 0 {
		again = `do update set id = excluded.id where exists (select from comments where id = ?)`
	}
	args := []any{n.ID, job.ActorID}
	if job.SourceID != 0 {
		args = append(args, job.SourceID)
	}
	return affected(tx.NewRaw(`insert into notification_actors (notification_id, actor_id) values (?, ?)
		on conflict (notification_id, actor_id) `+again, args...).Exec(ctx))
}

// summarise has the row say what its actors say; news moves it to the top and makes it unread.
func (tx *Tx) summarise(ctx context.Context, n *Notification, news bool) error {
	err := tx.NewRaw(`select array(select actor_id from notification_actors where notification_id = ? order by id desc limit 3),
		(select count(*) from notification_actors where notification_id = ?)`, n.ID, n.ID).Scan(ctx, pgdialect.Array(&n.ActorIDs), &n.ActorCount)
	if err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	if n.ActorCount == 0 {
		_, err = tx.NewRaw(`delete from notifications where id = ?`, n.ID).Exec(ctx)
		return err
	}
	q := tx.NewUpdate().Model(n).WherePK().Column("actor_ids", "actor_count")
	if news {
		n.UpdatedAt, n.ReadAt = tx.now, nil
		q = q.Column("updated_at", "read_at").Set("position = next_id()")
	}
	if _, err = q.Exec(ctx); err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	return nil
}

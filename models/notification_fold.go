package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// eventSQL gives, for each kind, the id of the row that is the event: $1 the recipient, $2 the subject, $3 the actor.
var eventSQL = map[NotificationKind]string{
	Followed:        `select id from follows where follower_id = $3 and followee_id = $1`,
	FollowRequested: `select id from follow_requests where follower_id = $3 and followee_id = $1`,
	FollowAccepted:  `select id from follows where follower_id = $1 and followee_id = $3`,
	StyleLiked:      `select id from likes where style_id = $2 and user_id = $3`,
	StyleCommented:  `select id from comments where style_id = $2 and author_id = $3 and reply_to_author_id is distinct from $1`,
	CommentReplied:  `select id from comments where reply_to_id = $2 and author_id = $3 and reply_to_author_id = $1`,
	// Asks that were answered still are what happened. Of those that one answer closes, the latest stands for it.
	ItemInfoRequested: `select id from item_info_requests where style_id = $2 and user_id = $3`,
	ItemInfoAnswered: `select r.id from item_info_requests r join styles i on i.id = r.style_id
		where i.id = $2 and i.author_id = $3 and r.user_id = $1 and r.answered_at is not null`,
	// Only what the recipient can find there: a private collection does not give its owner away.
	StyleCollected: `select k.id from collection_styles k join collections c on c.id = k.collection_id join users u on u.id = c.owner_id
		where k.style_id = $2 and k.owner_id = $3 and ` + collectionVisibleSQL,
	QuestionAnswered: `select id from answers where question_id = $2 and author_id = $3 and removed_at is null`,
	AnswerAccepted: `select i.id from answers i join questions q on q.accepted_answer_id = i.id
		where i.id = $2 and i.author_id = $1 and q.author_id = $3`,
}

// mentionSQL is eventSQL for MENTIONED, by the kind of subject.
var mentionSQL = map[string]string{
	onStyle:   `select id from styles where id = $2 and author_id = $3 and $1 = any(mention_ids) and state = 'PUBLISHED'`,
	onComment: `select id from comments where id = $2 and author_id = $3 and $1 = any(mention_ids) and reply_to_author_id is distinct from $1`,
}

// moderatedSQL is eventSQL for MODERATION. Ids are unique over all kinds of subjects.
const moderatedSQL = `select id from moderation_log where subject_id = $2 and author_id = $1 and author_id = $3 and action = 'REMOVE_CONTENT'`

// moderatedSubjectSQL is subjectSQL for MODERATION, where that differs: a comment that was taken down is gone, and an answer
// is told of although its question may be hidden.
var moderatedSubjectSQL = map[string]string{onComment: `select`, onAnswer: `select from answers where id = $2`}

// subjectSQL finds the subject ($2) where the recipient ($1) may see it. Its lock has an erasure of the style or comment
// wait, which then takes the notification with it.
var subjectSQL = map[string]string{
	onUser:     `select from users where id = $1`,
	onStyle:    `select from styles s join users u on u.id = s.author_id where s.id = $2 and ` + styleVisibleSQL + ` for key share of s`,
	onComment:  `select from comments c join styles s on s.id = c.style_id join users u on u.id = s.author_id where c.id = $2 and ` + styleVisibleSQL + ` for key share of s, c`,
	onQuestion: `select from questions q join users u on u.id = q.author_id where q.id = $2 and ` + questionVisibleSQL + ` for key share of q`,
	onAnswer:   `select from ` + visibleAnswerSQL + ` for key share of a, q`,
}

// SubjectVisible tells whether the recipient of a notification may see what it is about.
func (db *DB) SubjectVisible(ctx context.Context, n *Notification) (visible bool, err error) {
	if n.Kind == Moderation {
		return true, nil // it says that the subject is hidden
	}
	subject, known := subjectSQL[n.SubjectKind]
	if !known {
		return false, fmt.Errorf("notification %d: nothing known of subjects like %s", n.ID, n.SubjectKind)
	}
	err = db.Pool.QueryRow(ctx, `select exists (`+subject+`) and $2::bigint is not null`, n.RecipientID, n.SubjectID).Scan(&visible)
	if err != nil {
		return false, fmt.Errorf("look for the subject of notification %d: %w", n.ID, err)
	}
	return visible, nil
}

// event gives the id of what happened to the recipient, 0 where nothing did (any more), and tells whether they are to
// hear of the actor. Ids are ordered by time, so of several the latest counts.
func (tx *Tx) event(ctx context.Context, job NotifyJob) (id int64, heard bool, err error) {
	event, ok := eventSQL[job.Kind]
	if job.Kind == Mentioned {
		event, ok = mentionSQL[job.SubjectKind]
	}
	subject, known := subjectSQL[job.SubjectKind]
	if job.Kind == Moderation {
		event, ok = moderatedSQL, true
		if own := moderatedSubjectSQL[job.SubjectKind]; own != "" {
			subject = own
		}
	}
	if !ok || !known {
		return 0, false, fmt.Errorf("notify: nothing known of %s on %s", job.Kind, job.SubjectKind)
	}
	err = tx.Tx.Tx.QueryRowContext(ctx, `select coalesce(max(e.id), 0), exists (select from users u where u.id = $3 and `+heardSQL+`)
		from (`+event+`) e, (`+subject+`) x where $2::bigint is not null`, job.RecipientID, job.SubjectID, job.ActorID).Scan(&id, &heard)
	if err != nil {
		return 0, false, fmt.Errorf("notify: %w", err)
	}
	return id, heard, nil
}

// Fold brings one fold in line with what is so, and records the push and mail that its recipient gets of the news. It
// makes no difference in which order and how often the jobs about a fold run.
func (tx *Tx) Fold(ctx context.Context, job NotifyJob) error {
	// One at a time, before looking at what is so: otherwise the job of a like that is being taken back could write what
	// the job of the taking back has found nothing of. And not while one of the two blocks or mutes the other.
	_, err := tx.NewRaw(`select pg_advisory_xact_lock_shared(hashtextextended(?, 0)), pg_advisory_xact_lock(hashtextextended(?, 0))`,
		pairKey(job.RecipientID, job.ActorID), fmt.Sprintf("fold/%d/%s/%s/%d", job.RecipientID, job.Kind, job.SubjectKind, job.SubjectID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lock fold: %w", err)
	}
	eventID, heard, err := tx.event(ctx, job)
	if err != nil {
		return err
	}
	n, err := tx.lockFold(ctx, job, eventID != 0)
	if err != nil || n == nil {
		return err
	}
	changed, news, err := tx.changeActor(ctx, n.ID, job.ActorID, eventID, heard)
	if err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	if !changed {
		return nil
	}
	wasUnread := n.ReadAt == nil
	if err = tx.summarise(ctx, n, news); err != nil || !news {
		return err
	}
	if err = tx.publish(ctx, NotificationTopic(n.RecipientID), n.ID); err != nil {
		return err
	}
	return tx.announce(ctx, n, wasUnread)
}

// lockFold gives the fold, locked; it makes one where there is something to tell.
func (tx *Tx) lockFold(ctx context.Context, job NotifyJob, create bool) (*Notification, error) {
	n := new(Notification)
	var err error
	if create {
		err = tx.NewRaw(`insert into notifications as n (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
			select u.id, ?, ?, ?, '{}', 0, next_id(), ? from users u where u.id = ?
			on conflict (recipient_id, kind, subject_kind, subject_id) do update set position = n.position returning *`,
			job.Kind, job.SubjectKind, job.SubjectID, tx.now, job.RecipientID).Scan(ctx, n)
	} else {
		err = tx.NewSelect().Model(n).Where("recipient_id = ? and kind = ? and subject_kind = ? and subject_id = ?",
			job.RecipientID, job.Kind, job.SubjectKind, job.SubjectID).For("no key update").Scan(ctx)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	return n, nil
}

// changeActor has the actor stand in the fold for their latest event, or not at all where eventID is 0. A later event
// than before is news, unless the recipient is not to hear of the actor.
func (tx *Tx) changeActor(ctx context.Context, foldID, actorID, eventID int64, heard bool) (changed, news bool, err error) {
	var before int64
	var hidden bool
	err = tx.NewRaw(`select coalesce(max(id), 0), coalesce(bool_or(is_hidden), false) from notification_actors
		where notification_id = ? and actor_id = ?`, foldID, actorID).Scan(ctx, &before, &hidden)
	if err != nil || before == eventID && (eventID == 0 || hidden == !heard) {
		return false, false, err
	}
	if eventID == 0 {
		_, err = tx.NewRaw(`delete from notification_actors where notification_id = ? and actor_id = ?`, foldID, actorID).Exec(ctx)
	} else {
		_, err = tx.NewRaw(`insert into notification_actors (notification_id, actor_id, id, is_hidden) values (?, ?, ?, ?)
			on conflict (notification_id, actor_id) do update set id = excluded.id, is_hidden = excluded.is_hidden`,
			foldID, actorID, eventID, !heard).Exec(ctx)
	}
	return true, eventID > before && heard, err
}

// summarise has the row say what its actors say; news moves it to the top and makes it unread. A fold without actors is
// hidden and kept for a while: it remembers when it was announced, so that nobody is pushed and mailed by taking a like
// back and giving it again.
func (tx *Tx) summarise(ctx context.Context, n *Notification, news bool) error {
	err := tx.NewRaw(`select array(select actor_id from notification_actors where notification_id = ? and not is_hidden order by id desc limit 3),
		(select count(*) from notification_actors where notification_id = ? and not is_hidden)`, n.ID, n.ID).Scan(ctx, pgdialect.Array(&n.ActorIDs), &n.ActorCount)
	if err != nil {
		return fmt.Errorf("fold: %w", err)
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

package models

import (
	"context"
	"fmt"
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

// eventAndSubjectSQL are the statements for what a job asks.
func eventAndSubjectSQL(kind NotificationKind, subjectKind string) (event, subject string, err error) {
	event, ok := eventSQL[kind]
	if kind == Mentioned {
		event, ok = mentionSQL[subjectKind]
	}
	subject, known := subjectSQL[subjectKind]
	if kind == Moderation {
		event, ok = moderatedSQL, true
		if own := moderatedSubjectSQL[subjectKind]; own != "" {
			subject = own
		}
	}
	if !ok || !known {
		return "", "", fmt.Errorf("notify: nothing known of %s on %s", kind, subjectKind)
	}
	return event, subject, nil
}

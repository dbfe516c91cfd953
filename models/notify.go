package models

import "context"

// NotificationKind says what happened.
type NotificationKind string

// The kinds of notifications.
const (
	Followed          NotificationKind = "FOLLOWED"
	FollowRequested   NotificationKind = "FOLLOW_REQUESTED"
	FollowAccepted    NotificationKind = "FOLLOW_ACCEPTED"
	StyleLiked        NotificationKind = "STYLE_LIKED"
	StyleCommented    NotificationKind = "STYLE_COMMENTED"
	CommentReplied    NotificationKind = "COMMENT_REPLIED"
	Mentioned         NotificationKind = "MENTIONED"
	StyleCollected    NotificationKind = "STYLE_COLLECTED"
	ItemInfoRequested NotificationKind = "ITEM_INFO_REQUESTED"
	ItemInfoAnswered  NotificationKind = "ITEM_INFO_ANSWERED"
	QuestionAnswered  NotificationKind = "QUESTION_ANSWERED"
	AnswerAccepted    NotificationKind = "ANSWER_ACCEPTED"
	// Moderation has its recipient for an actor: nobody learns which moderator it was.
	Moderation NotificationKind = "MODERATION"
)

// The kinds of what notifications and reports are about: the GraphQL types.
const (
	onUser     = "User"
	onStyle    = "Style"
	onComment  = "Comment"
	onQuestion = "Question"
	onAnswer   = "Answer"
)

// NotifyJob names what may have to be told: the handler looks whether it (still) happened, and brings the fold in line.
// The order in which such jobs run does not matter, therefore.
type NotifyJob struct {
	RecipientID int64            `json:"recipientId"`
	Kind        NotificationKind `json:"kind"`
	SubjectKind string           `json:"subjectKind"` // the GraphQL type, Style for instance
	SubjectID   int64            `json:"subjectId"`
	ActorID     int64            `json:"actorId"`
}

// notify records that something happened to the recipient, or no longer did. Nobody is told of what they did themselves.
func (tx *Tx) notify(ctx context.Context, job NotifyJob) error {
	if job.RecipientID == job.ActorID && job.Kind != Moderation {
		return nil
	}
	return tx.Record(ctx, JobNotify, job)
}

// notifyEach is notify for many recipients of the same.
func (tx *Tx) notifyEach(ctx context.Context, recipientIDs []int64, job NotifyJob) error {
	payloads := make([]any, 0, len(recipientIDs))
	for _, id := range recipientIDs {
		job.RecipientID = id
		payloads = append(payloads, job)
	}
	return tx.recordAll(ctx, JobNotify, payloads)
}

// notifyMentioned records mentions that came or went.
func (tx *Tx) notifyMentioned(ctx context.Context, actorID int64, mentionIDs []int64, subjectKind string, subjectID int64) error {
	for _, id := range mentionIDs {
		err := tx.notify(ctx, NotifyJob{RecipientID: id, Kind: Mentioned, SubjectKind: subjectKind, SubjectID: subjectID, ActorID: actorID})
		if err != nil {
			return err
		}
	}
	return nil
}

// notifyOfComment records a comment that came or went. It tells a person once: whom it answers, of a reply; the style's
// author, of a comment; and who is mentioned in it, where they have not heard of it yet.
func (tx *Tx) notifyOfComment(ctx context.Context, styleAuthorID int64, c *Comment) error {
	told := []int64{styleAuthorID}
	if c.ReplyToID != nil && c.ReplyToAuthorID != nil {
		told = append(told, *c.ReplyToAuthorID)
		err := tx.notify(ctx, NotifyJob{RecipientID: *c.ReplyToAuthorID, Kind: CommentReplied, SubjectKind: onComment, SubjectID: *c.ReplyToID, ActorID: c.AuthorID})
		if err != nil {
			return err
		}
	}
	if c.ReplyToAuthorID == nil || *c.ReplyToAuthorID != styleAuthorID {
		err := tx.notify(ctx, NotifyJob{RecipientID: styleAuthorID, Kind: StyleCommented, SubjectKind: onStyle, SubjectID: c.StyleID, ActorID: c.AuthorID})
		if err != nil {
			return err
		}
	}
	return tx.notifyMentioned(ctx, c.AuthorID, without(c.MentionIDs, told), onComment, c.ID)
}

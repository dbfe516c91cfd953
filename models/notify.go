package models

import "context"

// NotificationKind says what happened.
type NotificationKind string

// The kinds of notifications.
const (
	Followed       NotificationKind = "FOLLOWED"
	StyleLiked     NotificationKind = "STYLE_LIKED"
	StyleCommented NotificationKind = "STYLE_COMMENTED"
	Mentioned      NotificationKind = "MENTIONED"
)

// NotifyJob names what may have to be told: the handler looks whether it (still) happened, and brings the fold in line.
// The order in which such jobs run does not matter, therefore.
type NotifyJob struct {
	RecipientID int64            `json:"recipientId"`
	Kind        NotificationKind `json:"kind"`
	SubjectKind string           `json:"subjectKind"` // Style, Comment or User
	SubjectID   int64            `json:"subjectId"`
	ActorID     int64            `json:"actorId"`
}

// notify records that something happened to the recipient, or no longer did. Nobody is told of what they did themselves.
func (tx *Tx) notify(ctx context.Context, job NotifyJob) error {
	if job.RecipientID == job.ActorID {
		return nil
	}
	return tx.Record(ctx, JobNotify, job)
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

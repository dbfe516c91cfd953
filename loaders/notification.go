package loaders

import (
	"styleshare/internal/relay"
	"styleshare/models"
)

// Notification is a fold of same-kind events, as its recipient sees it.
type Notification struct {
	*models.Notification
	cohort *cohort[Notification]
}

// NotificationSubject is what a notification is about.
type NotificationSubject interface{ IsNotificationSubject() }

func (r *request) wrapNotifications(rows []*models.Notification) map[int64]*Notification {
	c := newCohort[Notification](r, len(rows))
	found := make(map[int64]*Notification, len(rows))
	for _, row := range rows {
		r.unblocked(row.ActorIDs) // the rows name only those of whom the viewer is to hear
		n := &Notification{row, c}
		c.members = append(c.members, n)
		found[n.ID] = n
	}
	return found
}

// ownNotifications gives those of the notifications that are the viewer's.
func (r *request) ownNotifications(ids []int64) (map[int64]*Notification, error) {
	if r.viewer() == 0 {
		return nil, nil
	}
	rows, err := r.db.NotificationsByID(r.ctx, r.viewer(), ids)
	found := r.wrapNotifications(rows)
	return found, err
}

// Notifications is a page of what happened to the viewer.
func (v *Viewer) Notifications(first *int, after *string) (*NotificationConnection, error) {
	page, err := models.NewPage(first, after, nil, nil)
	if err != nil {
		return nil, err
	}
	rows, err := v.db.Notifications(v.ctx, v.viewer(), page)
	if err != nil {
		return nil, err
	}
	found := v.wrapNotifications(rows)
	entries := make([]models.Entry, len(rows))
	for i, row := range rows {
		entries[i] = models.Entry{Parent: v.viewer(), Key: row.Position, ID: row.ID}
	}
	return newConnection(page, entries, found), nil
}

// IsNode marks the type for gqlgen.
func (*Notification) IsNode() {}

// GlobalID is the Relay id.
func (n *Notification) GlobalID() string { return relay.ID("Notification", n.ID) }

// ActorCount is how many people did it. Moderators are not counted, as they are not shown.
func (n *Notification) ActorCount() int {
	if n.Kind == models.Moderation {
		return 0
	}
	return n.Notification.ActorCount
}

// Actors are the latest who did it, three at most.
func (n *Notification) Actors() ([]*User, error) {
	if n.Kind == models.Moderation {
		return []*User{}, nil
	}
	users, err := related(n.cohort, "actors", func(all []*Notification) (map[int64]*User, error) {
		return n.cohort.usersByID(allKeys(all, func(n *Notification) []int64 { return n.ActorIDs }))
	})
	return inOrder(n.ActorIDs, users), err
}

// Message says it in the viewer's language.
func (n *Notification) Message() (string, error) {
	actors, err := n.Actors()
	if err != nil {
		return "", err
	}
	names := make([]string, len(actors))
	for i, a := range actors {
		names[i] = a.DisplayName
	}
	return n.cohort.caller.Language.Notification(string(n.Kind), n.SubjectKind, n.ActorCount(), names...), nil
}

// Subject is what it is about, nil where that is gone or hidden.
func (n *Notification) Subject() (NotificationSubject, error) {
	switch n.SubjectKind {
	case "Style":
		return subject(n, (*request).visibleStyles)
	case "Comment":
		return subject(n, (*request).visibleComments)
	case "Question":
		return subject(n, (*request).visibleQuestions)
	case "Answer":
		return subject(n, (*request).visibleAnswers)
	default:
		return subject(n, (*request).usersByID)
	}
}

// subject has all subjects of one kind loaded for the cohort.
func subject[T any, P interface {
	*T
	NotificationSubject
}](n *Notification, find func(*request, []int64) (map[int64]*T, error)) (NotificationSubject, error) {
	found, err := related(n.cohort, "subject/"+n.SubjectKind, func(all []*Notification) (map[int64]*T, error) {
		return find(n.cohort.request, keys(all, func(other *Notification) int64 {
			if other.SubjectKind != n.SubjectKind {
				return 0
			}
			return other.SubjectID
		}))
	})
	if object := found[n.SubjectID]; object != nil && err == nil {
		return P(object), nil
	}
	return nil, err
}

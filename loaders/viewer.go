package loaders

import (
	"context"
	"sync"

	"styleshare/internal/fault"
	"styleshare/models"
)

// Viewer is the signed-in person, with what only they may see.
type Viewer struct {
	*request
	account  func() (*models.Account, error)
	unread   func() (int, error)
	sessions func() ([]*models.Session, error)
}

// Viewer is nil for anonymous callers.
func (l *Loaders) Viewer(ctx context.Context) *Viewer {
	r := l.request(ctx)
	if r.viewer() == 0 {
		return nil
	}
	v := r.asViewer()
	r.lookAhead("Viewer", v.want)
	return v
}

// asViewer is for a request of somebody who is signed in.
func (r *request) asViewer() *Viewer {
	return &Viewer{
		request:  r,
		account:  sync.OnceValues(func() (*models.Account, error) { return r.db.Account(r.ctx, r.viewer()) }),
		unread:   func() (int, error) { return r.db.UnreadNotificationCount(r.ctx, r.viewer()) },
		sessions: func() ([]*models.Session, error) { return r.db.SessionsOf(r.ctx, r.viewer()) },
	}
}

// want has what is wanted of the viewer read ahead.
func (v *Viewer) want(w *wave, wanted *Wanted) {
	account := false
	for i := range wanted.Fields {
		switch f := &wanted.Fields[i]; f.Name {
		case "user":
			w.user(f.first(), v.viewer())
		case "feed":
			w.blocks()
			w.list(models.FeedCandidates, f, v.viewer())
		case "unreadNotificationCount":
			w.reads = append(w.reads, func(b *models.Batch) {
				b.UnreadNotificationCount(v.viewer(), func(n int) { v.unread = known(n) })
			})
		case "sessions":
			found := []*models.Session{}
			w.reads = append(w.reads, func(b *models.Batch) {
				b.Sessions(v.viewer(), v.db.Now(), func(s *models.Session) { found = append(found, s) })
			})
			w.kept = append(w.kept, func() { v.sessions = known(found) })
		case "email", "emailVerified", "locale", "timeZone", "quietFrom", "quietUntil", "notificationPreferences":
			account = true
		}
	}
	if account {
		w.reads = append(w.reads, func(b *models.Batch) {
			b.Account(v.viewer(), func(a *models.Account) { v.account = known(a) })
		})
	}
}

// known is how something is read that has been.
func known[T any](v T) func() (T, error) {
	return func() (T, error) { return v, nil }
}

// ViewerAs is the viewer of a session that has just begun.
func (l *Loaders) ViewerAs(ctx context.Context, userID, sessionID int64) *Viewer {
	c := CallerOf(ctx)
	c.UserID, c.SessionID = userID, sessionID
	return l.Viewer(WithCaller(ctx, c))
}

// User is the viewer as others see them. Who was suspended or has left a moment ago is UNAUTHENTICATED, like soon
// everywhere.
func (v *Viewer) User() (*User, error) {
	u, err := one(v.request, v.viewer(), (*request).usersByID)
	if err == nil && u == nil {
		err = fault.New(fault.Unauthenticated, "the account is suspended or gone")
	}
	return u, err
}

// Email is the viewer's address.
func (v *Viewer) Email() (string, error) {
	a, err := v.account()
	if err != nil {
		return "", err
	}
	return a.Email, nil
}

// EmailVerified tells whether the mailed link was opened.
func (v *Viewer) EmailVerified() (bool, error) {
	a, err := v.account()
	return err == nil && a.EmailVerifiedAt != nil, err
}

// Locale is the language of mail and push.
func (v *Viewer) Locale() (string, error) {
	a, err := v.account()
	if err != nil {
		return "", err
	}
	return a.Locale, nil
}

// TimeZone decides quiet hours and calendar days.
func (v *Viewer) TimeZone() (string, error) {
	a, err := v.account()
	if err != nil {
		return "", err
	}
	return a.TimeZone, nil
}

// NotificationPreferences are the channels of every kind.
func (v *Viewer) NotificationPreferences() ([]*models.NotificationPreference, error) {
	a, err := v.account()
	if err != nil {
		return nil, err
	}
	return v.db.NotificationPreferences(v.ctx, a)
}

// QuietFrom is when push begins to wait, nil without quiet hours.
func (v *Viewer) QuietFrom() (*string, error) {
	a, err := v.account()
	if err != nil {
		return nil, err
	}
	return a.QuietFrom, nil
}

// QuietUntil is when push ends to wait, nil without quiet hours.
func (v *Viewer) QuietUntil() (*string, error) {
	a, err := v.account()
	if err != nil {
		return nil, err
	}
	return a.QuietUntil, nil
}

// UnreadNotificationCount is how many notifications were not read.
func (v *Viewer) UnreadNotificationCount() (int, error) {
	return v.unread()
}

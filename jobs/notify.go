package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"styleshare/internal/localize"
	"styleshare/internal/push"
	"styleshare/internal/relay"
	"styleshare/models"
)

// Notify handles models.JobNotify: the recipient's fold is brought in line with what is so.
func Notify(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.NotifyJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.Fold(ctx, p); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
	}
}

// NotifyTogether is Notify for RelayDirectly. It finishes no job: to fold the same once more changes nothing.
func NotifyTogether(db *models.DB) GroupHandler {
	return func(ctx context.Context, jobs []*Job) error {
		payloads := make([]models.NotifyJob, len(jobs))
		for i, job := range jobs {
			if err := job.Bind(&payloads[i]); err != nil {
				return err
			}
		}
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error { return tx.Fold(ctx, payloads...) })
	}
}

// announcement is a notification in the recipient's words.
type announcement struct {
	*models.Notification
	account *models.Account
	user    *models.User
	lang    localize.Language
	message string
	link    string
}

// announce words a notification; nil where there is nothing to say (any more): it is read, gone or hidden, or its people
// or its subject are.
func announce(ctx context.Context, db *models.DB, publicURL string, id int64) (*announcement, error) {
	n, err := db.Notification(ctx, id)
	if err != nil || n == nil || n.ReadAt != nil {
		return nil, err
	}
	if visible, err := db.SubjectVisible(ctx, n); err != nil || !visible {
		return nil, err
	}
	account, err := db.Account(ctx, n.RecipientID)
	if errors.Is(err, sql.ErrNoRows) { // they are being erased
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	people, err := db.Users(ctx, append([]int64{n.RecipientID}, n.ActorIDs...))
	if err != nil {
		return nil, err
	}
	recipient := people[n.RecipientID]
	if recipient == nil || !recipient.Active() {
		return nil, nil
	}
	var names []string
	subject := n.SubjectID
	for _, id := range n.ActorIDs {
		actor := people[id]
		if actor == nil {
			continue // erased a moment ago
		}
		if len(names) == 0 && n.SubjectKind == "User" {
			subject = id // the subject is the recipient; whoever taps wants to see who it was
		}
		names = append(names, actor.DisplayName)
	}
	if len(names) == 0 {
		return nil, nil
	}
	lang, _ := localize.Parse(account.Locale)
	return &announcement{n, account, recipient, lang, lang.Notification(string(n.Kind), n.SubjectKind, n.ActorCount, names...),
		publicURL + "/open/" + relay.ID(n.SubjectKind, subject)}, nil
}

// Push handles models.JobPush: one notification goes to one device.
func Push(db *models.DB, senders map[push.Platform]push.Sender, publicURL, service string) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.PushJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		device, err := db.Device(ctx, p.DeviceID)
		if err != nil || device == nil {
			return err
		}
		a, err := announce(ctx, db, publicURL, p.NotificationID)
		if err != nil || a == nil || a.RecipientID != device.UserID || a.supersedes(p) {
			return err // the device may belong to somebody else by now
		}
		if wanted, err := db.Hears(ctx, a.account, a.Kind, models.Push); err != nil || !wanted {
			return err
		}
		if at := a.account.WakesAt(db.Now()); at.After(db.Now()) {
			return postpone(ctx, db, job, p, at)
		}
		badge, err := db.UnreadNotificationCount(ctx, a.RecipientID)
		if err != nil {
			return err
		}
		sender := senders[push.Platform(device.Platform)]
		if sender == nil {
			return Permanent(fmt.Errorf("no sender for %s", device.Platform))
		}
		outcome, err := sender.Send(ctx, device.Token, push.Notification{
			Kind: string(a.Kind), Title: service, Body: a.message, Link: a.link, Badge: &badge,
			CollapseKey: "n" + strconv.FormatInt(a.ID, 36), Data: map[string]string{"notificationId": relay.ID("Notification", a.ID)},
		})
		job.count(func(e effects) { e.pushes.WithLabelValues(string(device.Platform), outcome.Status.String()).Inc() })
		return pushed(ctx, db, device.ID, outcome, err)
	}
}

// supersedes tells whether a later job pushes the notification.
func (a *announcement) supersedes(p models.PushJob) bool {
	return !p.Announced.IsZero() && a.PushedAt != nil && !a.PushedAt.Equal(p.Announced)
}

// postpone has a push that fell into quiet hours, after a retry or because they were changed, wait for their end.
func postpone(ctx context.Context, db *models.DB, job *Job, p models.PushJob, until time.Time) error {
	return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
		if err := tx.RecordAt(ctx, models.JobPush, p, until); err != nil {
			return err
		}
		return job.Finish(ctx, tx)
	})
}

// pushed acts on what the provider said.
func pushed(ctx context.Context, db *models.DB, deviceID int64, outcome push.Outcome, err error) error {
	switch outcome.Status {
	case push.Delivered, push.Logged:
		return nil
	case push.DeadToken:
		return db.ForgetDevice(ctx, deviceID, outcome.DeadSince)
	case push.Retry:
		return RetryAfter(fmt.Errorf("push: try again: %w", err), outcome.RetryAfter)
	default:
		return fmt.Errorf("push refused: %w", err)
	}
}

// unreadMailTTL is how old a notification may be for a mail about it to still make sense, after an outage for instance.
const unreadMailTTL = 3 * 24 * time.Hour

package jobs

import (
	"context"
	"fmt"
	"slices"

	"styleshare/internal/mail"
	"styleshare/internal/relay"
	"styleshare/models"
)

// BeginDigests handles models.JobBeginDigests: every hour, it records the work for the time zones where it is Monday
// morning.
func BeginDigests(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.BeginDigests(ctx); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
	}
}

// PickDigests handles models.JobDigestBatch: those of some accounts who were away are picked, and their mails recorded,
// in one transaction with the next batch.
func PickDigests(db *models.DB) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.DigestBatchJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.PickDigests(ctx, p); err != nil {
				return err
			}
			return job.Finish(ctx, tx)
		})
	}
}

// Digest handles models.JobDigest: the mail of one person and week.
func Digest(m Mailer) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.DigestJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		message, err := m.digest(ctx, p)
		if err != nil || message == nil {
			return err
		}
		message.IdempotencyKey = fmt.Sprintf("digest/%d/%s", p.UserID, p.Week)
		return m.send(ctx, job, message)
	}
}

// digest is nil where there is nothing to tell, or nobody to tell it to: their address must be verified, and they must
// want mail of at least one kind of notification.
func (m Mailer) digest(ctx context.Context, p models.DigestJob) (*mail.Message, error) {
	people, err := m.DB.Users(ctx, []int64{p.UserID})
	if err != nil || people[p.UserID] == nil || !people[p.UserID].Active() {
		return nil, err
	}
	account, err := m.DB.Account(ctx, p.UserID)
	if err != nil || account.EmailVerifiedAt == nil {
		return nil, err
	}
	preferences, err := m.DB.NotificationPreferences(ctx, account)
	if err != nil || !slices.ContainsFunc(preferences, func(p *models.NotificationPreference) bool { return slices.Contains(p.Channels, models.Mail) }) {
		return nil, err
	}
	missed, err := m.DB.Digest(ctx, p)
	if err != nil || missed == nil {
		return nil, err
	}
	data := mail.Data{Service: m.Sender.Service(), Name: people[p.UserID].DisplayName, Link: m.PublicURL + "/open/" + relay.ID("User", p.UserID),
		UnsubscribeURL: m.unsubscribe(p.UserID)}
	for _, n := range missed.Notifications {
		a, err := announce(ctx, m.DB, m.PublicURL, n.ID)
		if err != nil {
			return nil, err
		}
		if a != nil {
			data.News = append(data.News, mail.Item{Text: a.message, Link: a.link})
		}
	}
	if data.Styles, err = m.styleItems(ctx, missed.Styles); err != nil || len(data.News)+len(data.Styles) == 0 {
		return nil, err
	}
	return render(account, mail.Digest, data)
}

// styleItems are the styles with the names of their authors.
func (m Mailer) styleItems(ctx context.Context, styles []*models.Style) ([]mail.Item, error) {
	var authors []int64
	for _, s := range styles {
		authors = append(authors, s.AuthorID)
	}
	people, err := m.DB.Users(ctx, authors)
	if err != nil {
		return nil, err
	}
	pictures, err := m.pictures(ctx, styles)
	if err != nil {
		return nil, err
	}
	var items []mail.Item
	for _, s := range styles {
		if author := people[s.AuthorID]; author != nil {
			items = append(items, mail.Item{Text: author.DisplayName, Link: m.PublicURL + "/open/" + relay.ID("Style", s.ID), PictureURL: pictures[s.ID]})
		}
	}
	return items, nil
}

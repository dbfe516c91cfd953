package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"styleshare/internal/auth"
	"styleshare/internal/localize"
	"styleshare/internal/mail"
	"styleshare/models"
)

// Mailer is what mails are written and sent with.
type Mailer struct {
	DB        *models.DB
	Sender    *mail.Sender
	PublicURL string // without a slash at the end
	// LinkKey signs unsubscribe links.
	LinkKey []byte
	// PictureURL gives the address of a picture, for mails that show one.
	PictureURL func(key string) string
}

// Mail handles models.JobMail: one message to one person. The secrets of links are made here, so that none is kept.
func Mail(m Mailer) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.MailJob
		if err := job.Bind(&p); err != nil {
			return err
		}
		message, err := m.write(ctx, p)
		if err != nil || message == nil {
			return err
		}
		message.IdempotencyKey = "outbox/" + strconv.FormatInt(job.ID, 10)
		return m.send(ctx, job, message)
	}
}

// What the mail server said.
const (
	mailSent    = "sent"
	mailRetry   = "retry"
	mailRefused = "refused"
)

func (m Mailer) send(ctx context.Context, job *Job, message *mail.Message) error {
	err := m.Sender.Send(ctx, *message)
	result := mailSent
	switch {
	case mail.IsPermanent(err):
		result, err = mailRefused, Permanent(err)
	case err != nil:
		result = mailRetry
	}
	job.count(func(e effects) { e.mails.WithLabelValues(result).Inc() })
	return err
}

// write is nil where there is nothing to send.
func (m Mailer) write(ctx context.Context, p models.MailJob) (*mail.Message, error) {
	if p.Template == models.MailNotification {
		return m.notification(ctx, p)
	}
	people, err := m.DB.Users(ctx, []int64{p.UserID})
	if err != nil || people[p.UserID] == nil || people[p.UserID].DeletedAt != nil && !toLeavers[p.Template] {
		return nil, err
	}
	account, err := m.DB.Account(ctx, p.UserID)
	if errors.Is(err, sql.ErrNoRows) { // they are being erased
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data := mail.Data{Service: m.Sender.Service(), Name: people[p.UserID].DisplayName}
	switch p.Template {
	case models.MailVerifyEmail:
		if account.EmailVerifiedAt != nil {
			return nil, nil
		}
		data.Link, err = m.link(ctx, account, "/verify-email", models.VerifyEmailToken, models.VerifyEmailTTL)
	case models.MailPasswordReset:
		data.Minutes = int(models.ResetPasswordTTL / time.Minute)
		data.Link, err = m.link(ctx, account, "/reset-password", models.ResetPasswordToken, models.ResetPasswordTTL)
	case models.MailPasswordChanged, models.MailAccountRestored:
	case models.MailExportReady:
		e, err := m.DB.Export(ctx, p.ExportID)
		if err != nil || e == nil || e.ExpiresAt == nil || !e.ExpiresAt.After(m.DB.Now()) {
			return nil, err
		}
		id := strconv.FormatInt(e.ID, 36)
		data.Link = m.PublicURL + "/export?" + url.Values{"export": {id}, "signature": {auth.Sign(m.LinkKey, models.ExportPurpose, id)}}.Encode()
		data.Until = day(account, *e.ExpiresAt)
	case models.MailAccountDeleted:
		if people[p.UserID].DeletedAt == nil { // back already
			return nil, nil
		}
		data.Until = day(account, people[p.UserID].DeletedAt.Add(models.LeaveTTL))
	default:
		return nil, Permanent(fmt.Errorf("no mail template %q", p.Template))
	}
	if err != nil {
		return nil, err
	}
	return render(account, mail.Kind(p.Template), data)
}

// toLeavers are the mails that somebody gets who has left: what they need to know, and what they ask for to come back.
var toLeavers = map[models.MailTemplate]bool{
	models.MailExportReady: true, models.MailAccountDeleted: true, models.MailPasswordReset: true, models.MailPasswordChanged: true,
}

// day is a moment as a calendar day of the person.
func day(a *models.Account, at time.Time) string {
	lang, _ := localize.Parse(a.Locale)
	if zone, err := time.LoadLocation(a.TimeZone); err == nil {
		at = at.In(zone)
	}
	return lang.Day(at)
}

func (m Mailer) link(ctx context.Context, a *models.Account, path string, purpose models.TokenPurpose, ttl time.Duration) (string, error) {
	token, err := m.DB.NewMailedToken(ctx, a, purpose, ttl)
	return m.PublicURL + path + "?token=" + url.QueryEscape(token), err
}

func render(a *models.Account, kind mail.Kind, data mail.Data) (*mail.Message, error) {
	lang, _ := localize.Parse(a.Locale)
	message, err := mail.Render(lang, kind, data)
	if err != nil {
		return nil, Permanent(err)
	}
	message.To = a.Email
	return &message, nil
}

// notification is only for addresses that were verified, of people who want a mail of its kind.
func (m Mailer) notification(ctx context.Context, p models.MailJob) (*mail.Message, error) {
	a, err := announce(ctx, m.DB, m.PublicURL, p.NotificationID)
	if err != nil || a == nil || a.account.EmailVerifiedAt == nil || m.DB.Now().Sub(a.UpdatedAt) > unreadMailTTL {
		return nil, err
	}
	if wanted, err := m.DB.Hears(ctx, a.account, a.Kind, models.Mail); err != nil || !wanted {
		return nil, err
	}
	data := mail.Data{Service: m.Sender.Service(), Name: a.user.DisplayName, Message: a.message, Link: a.link, UnsubscribeURL: m.unsubscribe(a.RecipientID)}
	if a.SubjectKind == "Style" {
		styles, err := m.DB.Styles(ctx, []int64{a.SubjectID})
		if err != nil {
			return nil, err
		}
		pictures, err := m.pictures(ctx, slices.Collect(maps.Values(styles)))
		if err != nil {
			return nil, err
		}
		data.PictureURL = pictures[a.SubjectID]
	}
	return render(a.account, mail.Notification, data)
}

// unsubscribe is the address that ends all mails but those about the account.
func (m Mailer) unsubscribe(userID int64) string {
	user := strconv.FormatInt(userID, 36)
	return m.PublicURL + "/unsubscribe?" + url.Values{"user": {user}, "signature": {auth.Sign(m.LinkKey, models.UnsubscribePurpose, user)}}.Encode()
}

// pictures are the addresses of the first of each style.
func (m Mailer) pictures(ctx context.Context, styles []*models.Style) (map[int64]string, error) {
	var ids []int64
	for _, s := range styles {
		ids = append(ids, s.PhotoIDs[:min(len(s.PhotoIDs), 1)]...)
	}
	photos, err := m.DB.Photos(ctx, ids)
	addresses := make(map[int64]string, len(styles))
	for _, s := range styles {
		if len(s.PhotoIDs) == 0 {
			continue
		}
		if p := photos[s.PhotoIDs[0]]; p != nil && p.State == models.PhotoReady {
			addresses[s.ID] = m.PictureURL(p.RenditionKey(models.PhotoSmall))
		}
	}
	return addresses, err
}

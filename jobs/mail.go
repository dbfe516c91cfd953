package jobs

import (
	"context"
	"fmt"
	"net/url"
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
		if err = m.Sender.Send(ctx, *message); mail.IsPermanent(err) {
			return Permanent(err)
		}
		return err
	}
}

// write is nil where there is nothing to send.
func (m Mailer) write(ctx context.Context, p models.MailJob) (*mail.Message, error) {
	if p.Template == models.MailNotification {
		return m.notification(ctx, p)
	}
	people, err := m.DB.Users(ctx, []int64{p.UserID})
	if err != nil || people[p.UserID] == nil || people[p.UserID].DeletedAt != nil {
		return nil, err
	}
	account, err := m.DB.Account(ctx, p.UserID)
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
	case models.MailPasswordChanged:
	default:
		return nil, Permanent(fmt.Errorf("no mail template %q", p.Template))
	}
	if err != nil {
		return nil, err
	}
	return render(account, mail.Kind(p.Template), data)
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
	user := strconv.FormatInt(a.RecipientID, 36)
	unsubscribe := m.PublicURL + "/unsubscribe?" + url.Values{"user": {user}, "signature": {auth.Sign(m.LinkKey, models.UnsubscribePurpose, user)}}.Encode()
	data := mail.Data{Service: m.Sender.Service(), Name: a.user.DisplayName, Message: a.message, Link: a.link, UnsubscribeURL: unsubscribe}
	if data.PictureURL, err = m.picture(ctx, a); err != nil {
		return nil, err
	}
	return render(a.account, mail.Notification, data)
}

// picture is the first of the style that the mail is about, if it is about one.
func (m Mailer) picture(ctx context.Context, a *announcement) (string, error) {
	if a.SubjectKind != "Style" {
		return "", nil
	}
	styles, err := m.DB.Styles(ctx, []int64{a.SubjectID})
	if err != nil || styles[a.SubjectID] == nil || len(styles[a.SubjectID].PhotoIDs) == 0 {
		return "", err
	}
	id := styles[a.SubjectID].PhotoIDs[0]
	photos, err := m.DB.Photos(ctx, []int64{id})
	if err != nil || photos[id] == nil || photos[id].State != models.PhotoReady {
		return "", err
	}
	return m.PictureURL(photos[id].RenditionKey(models.PhotoSmall)), nil
}

package jobs

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"styleshare/internal/auth"
	"styleshare/internal/mail"
	"styleshare/models"
)

// postOffice is a Mailer whose mails can be read.
type postOffice struct {
	Mailer
	sink *mail.Sink
}

func newPostOffice(t *testing.T, db *models.DB) *postOffice {
	t.Helper()
	sink, err := mail.NewSink("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	sender, err := mail.NewSender(mail.Config{URL: sink.URL(), From: "Styleshare <no-reply@style.example>"})
	if err != nil {
		t.Fatal(err)
	}
	return &postOffice{Mailer{DB: db, Sender: sender, PublicURL: "https://style.example", LinkKey: make([]byte, 32),
		PictureURL: func(key string) string { return "https://pictures.example/" + key }}, sink}
}

// send runs the open mail jobs, and gives the mails that went out, oldest first.
func (o *postOffice) send(t *testing.T, want int) []mail.SinkMessage {
	t.Helper()
	before := len(o.sink.Messages())
	if _, errs := perform(t, o.DB, models.JobMail, Mail(o.Mailer)); len(errs) > 0 {
		t.Error(errs)
	}
	sent := o.sink.Messages()
	if len(sent)-before != want {
		t.Fatalf("%d mails went out, want %d", len(sent)-before, want)
	}
	return sent[:want]
}

// linkToken is what a mailed link carries.
func linkToken(t *testing.T, m mail.SinkMessage, path string) string {
	t.Helper()
	for _, link := range m.Links {
		if u, err := url.Parse(link); err == nil && u.Path == path {
			return u.Query().Get("token")
		}
	}
	t.Fatalf("no link to %s in %v", path, m.Links)
	return ""
}

func TestMailsOfAnAccount(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	o := newPostOffice(t, db)
	grant, err := db.SignUp(t.Context(), models.SignUpInput{Username: "mina", Email: "mina@example.com", Password: "twelve blue socks", Locale: "ko", TimeZone: models.DefaultTimeZone})
	if err != nil {
		t.Fatal(err)
	}
	verify := o.send(t, 1)[0]
	if verify.To[0] != "mina@example.com" || !strings.Contains(verify.Text, "mina") {
		t.Errorf("%+v", verify)
	}
	if id, err := db.VerifyEmail(t.Context(), models.Attempt{}, linkToken(t, verify, "/verify-email")); id != grant.UserID || err != nil {
		t.Errorf("%d, %v", id, err)
	}
	record(t, db, models.JobMail, models.MailJob{UserID: grant.UserID, Template: models.MailVerifyEmail})
	o.send(t, 0) // verified already
	if err := db.RequestPasswordReset(t.Context(), models.Attempt{}, "mina@example.com"); err != nil {
		t.Fatal(err)
	}
	reset := o.send(t, 1)[0]
	if err := db.ResetPassword(t.Context(), models.Attempt{}, linkToken(t, reset, "/reset-password"), "thirteen red hats"); err != nil {
		t.Error(err)
	}
	changed := o.send(t, 1)[0]
	if changed.Subject == reset.Subject || len(changed.ListUnsubscribe) > 0 {
		t.Errorf("%+v", changed)
	}
	if n := tally(t, db, `select count(*) from outbox where payload::text ~ 'token=|socks|hats'`); n != 0 {
		t.Errorf("%d secrets in the outbox", n)
	}
}

func TestMailsThatHaveNobodyToGoTo(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	o := newPostOffice(t, db)
	gone := member(t, db, "gone", "en")
	if _, err := db.NewRaw(`update users set deleted_at = now()`).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	record(t, db, models.JobMail, models.MailJob{UserID: gone, Template: models.MailAccountRestored})
	record(t, db, models.JobMail, models.MailJob{UserID: 1, Template: models.MailPasswordReset})
	record(t, db, models.JobMail, models.MailJob{UserID: 1, Template: models.MailNotification, NotificationID: 1})
	o.send(t, 0)
}

func TestMailOfANotification(t *testing.T) {
	t.Parallel()
	l := newCommented(t)
	o := newPostOffice(t, l.db)
	m := o.send(t, 1)[0]
	if !strings.Contains(m.Text, "jun commented on your style") || !strings.Contains(m.HTML, "https://pictures.example/renditions/") {
		t.Errorf("%s\n%s", m.Text, m.HTML)
	}
	link := strings.Trim(strings.Split(m.ListUnsubscribe, ",")[0], "<> ")
	u, err := url.Parse(link)
	if err != nil || u.Path != "/unsubscribe" || !auth.Verify(o.LinkKey, models.UnsubscribePurpose, u.Query().Get("user"), u.Query().Get("signature")) {
		t.Errorf("unsubscribe link %q, %v", link, err)
	}
}

func TestMailsOfNotificationsThatAreNotSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*liked) error{
		"unsubscribed": func(l *liked) error { return l.db.UnsubscribeMail(l.t.Context(), l.author) },
		"not wanted any more": func(l *liked) error {
			return l.db.UpdateNotificationPreferences(l.t.Context(), by(l.author), models.PreferenceChange{
				Preferences: []models.NotificationPreference{{Kind: models.StyleCommented, Channels: []models.NotificationChannel{models.InApp, models.Push}}}})
		},
		"never verified": func(l *liked) error {
			_, err := l.db.NewRaw(`update accounts set email_verified_at = null`).Exec(l.t.Context())
			return err
		},
		"read": func(l *liked) error {
			_, err := l.db.MarkNotificationsRead(l.t.Context(), by(l.author), nil)
			return err
		},
		"too old": func(l *liked) error {
			l.db.Now = clock(l.db.Now().Add(unreadMailTTL + time.Minute))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newCommented(t)
			if err := change(l); err != nil {
				t.Fatal(err)
			}
			newPostOffice(t, l.db).send(t, 0)
		})
	}
}

func TestMailWithoutAServerIsTriedAgain(t *testing.T) {
	t.Parallel()
	l := newCommented(t)
	o := newPostOffice(t, l.db)
	if err := o.sink.Close(); err != nil {
		t.Fatal(err)
	}
	if done, errs := perform(t, l.db, models.JobMail, Mail(o.Mailer)); done != 0 || len(errs) != 1 {
		t.Errorf("%d done, %v", done, errs)
	}
	var permanent *permanentError
	record(t, l.db, models.JobMail, models.MailJob{UserID: l.author, Template: "no_such_mail"})
	if _, errs := perform(t, l.db, models.JobMail, Mail(o.Mailer)); len(errs) != 2 || !errors.As(errs[1], &permanent) {
		t.Errorf("%v", errs)
	}
}

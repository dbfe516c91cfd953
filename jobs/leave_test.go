package jobs

import (
	"strings"
	"testing"
	"time"

	"styleshare/models"
)

// An account goes with the job of its day, once, and with its pictures.
func TestErasePerson(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	grant := joined(t, db, "ko")
	mina := grant.UserID
	photo := picture(t, db, mina, models.PhotoReady, 100)
	if _, err := db.DeleteAccount(t.Context(), by(mina), grant.SessionID, ptr(password)); err != nil {
		t.Fatal(err)
	}
	expect(t, db, models.JobErasePerson, ErasePerson(db), 1) // run too early, it finds nothing to do
	if people, err := db.Users(t.Context(), []int64{mina}); err != nil || people[mina] == nil {
		t.Fatalf("gone before the time: %v", err)
	}
	if _, err := db.NewRaw(`update outbox set done_at = null where kind = ?`, models.JobErasePerson).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	db.Now = clock(db.Now().Add(models.LeaveTTL + time.Second))
	expect(t, db, models.JobErasePerson, ErasePerson(db), 1)
	if people, err := db.Users(t.Context(), []int64{mina}); err != nil || len(people) != 0 {
		t.Errorf("still there: %v, %v", people, err)
	}
	keys := 0
	err := db.NewRaw(`select count(*) from outbox, jsonb_array_elements_text(payload->'keys') k where kind = ? and k = ?`, models.JobErasePhoto, photo.OriginalKey()).Scan(t.Context(), &keys)
	if err != nil || keys != 1 {
		t.Errorf("%d objects to erase, %v", keys, err)
	}
}

func TestMailsOfLeaving(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	o := newPostOffice(t, db)
	grant := joined(t, db, "en")
	o.send(t, 1) // to verify the address
	at, err := db.DeleteAccount(t.Context(), by(grant.UserID), grant.SessionID, ptr(password))
	if err != nil {
		t.Fatal(err)
	}
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	if m := o.send(t, 1)[0]; !strings.Contains(m.Text, "erased on "+at.In(seoul).Format("2 January 2006")) || !strings.Contains(m.Text, "sign in before then") {
		t.Errorf("%s", m.Text)
	}
	if _, err = db.SignIn(t.Context(), models.Attempt{}, "mina", password, "phone"); err != nil {
		t.Fatal(err)
	}
	if m := o.send(t, 1)[0]; !strings.Contains(m.Text, "will not be erased") {
		t.Errorf("%s", m.Text)
	}
	record(t, db, models.JobMail, models.MailJob{UserID: grant.UserID, Template: models.MailAccountDeleted})
	o.send(t, 0) // they are back
}

const password = "twelve blue socks"

func ptr[T any](v T) *T { return &v }

// joined is somebody who has signed up as mina.
func joined(t *testing.T, db *models.DB, locale string) *models.SessionGrant {
	t.Helper()
	grant, err := db.SignUp(t.Context(), models.SignUpInput{Username: "mina", Email: "mina@example.com", Password: password, Locale: locale, TimeZone: models.DefaultTimeZone})
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

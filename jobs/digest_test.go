package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/auth"
	"styleshare/internal/mail"
	"styleshare/internal/relay"
	"styleshare/models"
)

// aMonday is some day in the future, when a session of today is long ago; ten o'clock in Seoul.
func aMonday() time.Time {
	now := time.Now().UTC()
	return time.Date(now.Year(), now.Month(), now.Day()+(8-int(now.Weekday()))%7+28, 1, 0, 0, 0, time.UTC)
}

// away is somebody who has missed a like of a style and a style of somebody they follow.
type away struct {
	t                *testing.T
	db               *models.DB
	who, fan, author int64
	style            int64
}

func newAway(t *testing.T, db *models.DB, name, locale string) *away {
	t.Helper()
	now := db.Now()
	at := func(when time.Duration) { db.Now = clock(now.Add(-when)) }
	at(30 * 24 * time.Hour)
	a := &away{t: t, db: db, who: member(t, db, name, locale), fan: member(t, db, name+".fan", "en"), author: member(t, db, name+".author", "en")}
	own := style(t, db, a.who)
	if _, err := db.Follow(t.Context(), by(a.who), a.author); err != nil {
		t.Fatal(err)
	}
	perform(t, db, models.JobNotify, Notify(db)) // of the follow, too long ago for a digest
	at(24 * time.Hour)
	a.style = style(t, db, a.author)
	if _, err := db.LikeStyle(t.Context(), by(a.fan), own); err != nil {
		t.Fatal(err)
	}
	perform(t, db, models.JobNotify, Notify(db))
	perform(t, db, models.JobFanOutStyle, FanOutStyle(db, models.FeedLimits{Cap: 100, FanOutBelow: 100}))
	at(0)
	return a
}

// digests runs what the schedule begins, up to the mails, and gives those that went out.
func (o *postOffice) digests(t *testing.T, want int) []mail.SinkMessage {
	t.Helper()
	before := len(o.sink.Messages())
	record(t, o.DB, models.JobBeginDigests, struct{}{})
	for _, step := range []struct {
		kind    models.JobKind
		handler Handler
	}{{models.JobBeginDigests, BeginDigests(o.DB)}, {models.JobDigestBatch, PickDigests(o.DB)}, {models.JobDigest, Digest(o.Mailer)}} {
		if _, errs := perform(t, o.DB, step.kind, step.handler); len(errs) > 0 {
			t.Fatal(step.kind, errs)
		}
	}
	sent := o.sink.Messages()
	if len(sent)-before != want {
		t.Fatalf("%d mails went out, want %d", len(sent)-before, want)
	}
	return sent[:want]
}

func TestDigestMail(t *testing.T) {
	t.Parallel()
	for locale, words := range map[string][]string{
		"en": {"What you missed on Styleshare", "mina.fan liked your style", "New styles of people you follow", "mina.author"},
		"ko": {"그동안 Styleshare에서 있었던 소식이에요", "mina.fan님이 회원님의 스타일을 좋아해요", "팔로우하는 사람들의 새 스타일", "mina.author"},
	} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			db.Now = clock(aMonday())
			a := newAway(t, db, "mina", locale)
			o := newPostOffice(t, db)
			m := o.digests(t, 1)[0]
			if m.To[0] != "mina@example.com" || m.Subject != words[0] {
				t.Errorf("%+v", m)
			}
			for _, word := range append(words[1:], "https://style.example/open/"+relay.ID("Style", a.style)) {
				if !strings.Contains(m.Text, word) || !strings.Contains(m.HTML, word) {
					t.Errorf("the mail lacks %q:\n%s\n%s", word, m.Text, m.HTML)
				}
			}
			if n := strings.Count(m.HTML, `src="https://pictures.example/renditions/`); n != 1 {
				t.Errorf("%d pictures", n)
			}
			link, err := url.Parse(strings.Trim(strings.Split(m.ListUnsubscribe, ",")[0], "<> "))
			if err != nil || !auth.Verify(o.LinkKey, models.UnsubscribePurpose, link.Query().Get("user"), link.Query().Get("signature")) ||
				!strings.Contains(m.Header(), "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
				t.Errorf("it does not end by one click:\n%s", m.Header())
			}
			o.digests(t, 0)
			db.Now = clock(aMonday().Add(time.Hour))
			o.digests(t, 0)
			db.Now = clock(aMonday().Add(7 * 24 * time.Hour))
			o.digests(t, 0) // nothing new
		})
	}
}

func TestDigestsThatAreNotSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*away) error{
		"unsubscribed": func(a *away) error { return a.db.UnsubscribeMail(a.t.Context(), a.who) },
		"not verified": func(a *away) error {
			_, err := a.db.NewRaw(`update accounts set email_verified_at = null`).Exec(a.t.Context())
			return err
		},
		"suspended": func(a *away) error {
			_, err := a.db.NewRaw(`update users set suspended_at = now() where id = ?`, a.who).Exec(a.t.Context())
			return err
		},
		"no mail of any kind": func(a *away) error {
			account, err := a.db.Account(a.t.Context(), a.who)
			if err != nil {
				return err
			}
			all, err := a.db.NotificationPreferences(a.t.Context(), account)
			change := models.PreferenceChange{}
			for _, p := range all {
				change.Preferences = append(change.Preferences, models.NotificationPreference{Kind: p.Kind, Channels: []models.NotificationChannel{models.InApp}})
			}
			if err == nil {
				err = a.db.UpdateNotificationPreferences(a.t.Context(), by(a.who), change)
			}
			return err
		},
		"all hidden": func(a *away) error {
			_, err := a.db.NewRaw(`update users set suspended_at = now() where id <> ?`, a.who).Exec(a.t.Context())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			db.Now = clock(aMonday())
			a := newAway(t, db, "mina", "en")
			o := newPostOffice(t, db)
			// It was recorded before.
			var week string
			err := db.NewRaw(`insert into digests values (?, ?::date, ?) returning week::text`, a.who, db.Now(), db.Now()).Scan(t.Context(), &week)
			if err != nil {
				t.Fatal(err)
			}
			record(t, db, models.JobDigest, models.DigestJob{UserID: a.who, Week: week})
			if err := change(a); err != nil {
				t.Fatal(err)
			}
			o.digests(t, 0)
		})
	}
}

// A mail that is sent again, because the worker died before it could say so, has the same Message-ID.
func TestDigestSentAgainIsKnown(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	db.Now = clock(aMonday())
	newAway(t, db, "mina", "en")
	o := newPostOffice(t, db)
	first := o.digests(t, 1)[0]
	var row models.OutboxRow
	if err := db.NewSelect().Model(&row).Where("kind = ?", models.JobDigest).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := deliver(t, db, row, Digest(o.Mailer)); err != nil {
		t.Fatal(err)
	}
	again := o.sink.Messages()[0]
	if id := messageID(first); id == "" || id != messageID(again) {
		t.Errorf("%q and %q", id, messageID(again))
	}
}

func messageID(m mail.SinkMessage) string {
	for line := range strings.Lines(m.Header()) {
		if id, ok := strings.CutPrefix(line, "Message-ID: "); ok {
			return id
		}
	}
	return ""
}

// Two workers have the same batch at the same moment.
func TestTwoWorkersPickDigests(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	db.Now = clock(aMonday())
	const members = 5
	for i := range members {
		newAway(t, db, fmt.Sprintf("member%d", i), "en")
	}
	record(t, db, models.JobBeginDigests, struct{}{})
	expect(t, db, models.JobBeginDigests, BeginDigests(db), 1)
	var row models.OutboxRow
	if err := db.NewSelect().Model(&row).Where("kind = ?", models.JobDigestBatch).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := deliver(t, db, row, PickDigests(db)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := tally(t, db, `select count(*) from outbox where kind = ?`, models.JobDigest); n != members {
		t.Errorf("%d mails are recorded for %d members", n, members)
	}
}

// The worker is killed in the middle of picking: its successor has everybody get one mail.
func TestKilledWhilePickingDigests(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const members = 3
	for i := range members {
		newAway(t, r.db, fmt.Sprintf("member%d", i), "en")
	}
	r.db.Now = func() time.Time { return time.Now().UTC() }
	if _, err := r.db.ExecContext(t.Context(), `update outbox set done_at = now()`); err != nil {
		t.Fatal(err)
	}
	j := r.jobs(t)
	quick := Policy{QueueLow, time.Minute, 5, time.Millisecond, time.Millisecond}
	j.policies[models.JobDigestBatch], j.policies[models.JobDigest] = quick, quick
	o := newPostOffice(t, r.db)
	j.Register(models.JobDigestBatch, PickDigests(r.db))
	j.Register(models.JobDigest, Digest(o.Mailer))
	start(t, j.RunRelay)
	record(t, r.db, models.JobDigestBatch, models.DigestBatchJob{TimeZone: models.DefaultTimeZone, Week: "2026-11-23"})
	var batch int64
	if err := r.db.NewRaw(`select id from outbox where kind = ?`, models.JobDigestBatch).Scan(t.Context(), &batch); err != nil {
		t.Fatal(err)
	}
	kill(t, r)
	if n := r.count(t, `select count(*) from digests`) + r.count(t, `select count(*) from outbox where kind = ?`, models.JobDigest); n != 0 {
		t.Fatalf("%d rows of a transaction that never ended", n)
	}
	if err := j.redis.ZAddXX(t.Context(), "asynq:{low}:lease", redis.Z{Member: taskID(batch, 0), Score: 1}).Err(); err != nil {
		t.Fatal(err)
	}
	start(t, j.RunWorker)
	r.awaitDone(t, batch)
	eventually(t, "all mails are sent", func() bool {
		return r.count(t, `select count(*) from outbox where kind = ? and done_at is not null`, models.JobDigest) == members
	})
	to := map[string]int{}
	for _, m := range o.sink.Messages() {
		to[m.To[0]]++
	}
	if len(to) != members || to["member0@example.com"] != 1 || to["member1@example.com"] != 1 || to["member2@example.com"] != 1 {
		t.Errorf("mails went to %v", to)
	}
}

// hangInDigests is what the victim does with a batch.
func hangInDigests(db *models.DB, working func()) Handler {
	return func(ctx context.Context, job *Job) error {
		var p models.DigestBatchJob
		if err := json.Unmarshal(job.payload, &p); err != nil {
			return err
		}
		return db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			if err := tx.PickDigests(ctx, p); err != nil {
				return err
			}
			working()
			select {}
		})
	}
}

package jobs

import (
	"fmt"
	"testing"
	"time"

	"styleshare/internal/push"
	"styleshare/models"
)

// seoul is a moment of a day in November.
func seoul(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour-9, minute, 0, 0, time.UTC)
}

func (l *liked) quiet(from, until string) {
	l.t.Helper()
	if err := l.db.UpdateNotificationPreferences(l.t.Context(), by(l.author), models.PreferenceChange{QuietFrom: &from, QuietUntil: &until}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *liked) likedBy(username string) {
	l.t.Helper()
	if _, err := l.db.LikeStyle(l.t.Context(), by(member(l.t, l.db, username, "en")), l.id); err != nil {
		l.t.Fatal(err)
	}
	expect(l.t, l.db, models.JobNotify, Notify(l.db), 1)
}

// due are the moments for which open pushes wait.
func (l *liked) due() (due []time.Time) {
	l.t.Helper()
	err := l.db.NewRaw(`select available_at from outbox where kind = ? and done_at is null order by id`, models.JobPush).Scan(l.t.Context(), &due)
	if err != nil {
		l.t.Fatal(err)
	}
	return due
}

func (l *liked) wantDue(want ...time.Time) {
	l.t.Helper()
	due := l.due()
	if len(due) != len(want) {
		l.t.Fatalf("pushes wait for %v, want %v", due, want)
	}
	for i := range due {
		if !due[i].Equal(want[i]) {
			l.t.Fatalf("pushes wait for %v, want %v", due, want)
		}
	}
}

// A push that comes into quiet hours, which were changed since it was recorded, waits for their end, and goes out once.
func TestPushLooksAgainAtTheQuietHours(t *testing.T) {
	t.Parallel()
	l := newLiked(t, "en")
	apple := &provider{outcome: push.Outcome{Status: push.Delivered}}
	l.quiet("22:00", "07:00")
	l.db.Now = clock(seoul(25, 23, 0))
	expect(t, l.db, models.JobPush, l.handler(apple), 1)
	l.wantDue(seoul(26, 7, 0))
	l.quiet("22:00", "08:00")
	l.db.Now = clock(seoul(26, 7, 0))
	expect(t, l.db, models.JobPush, l.handler(apple), 1)
	l.wantDue(seoul(26, 8, 0))
	if len(apple.sent) != 0 {
		t.Fatalf("sent at night: %+v", apple.sent)
	}
	l.db.Now = clock(seoul(26, 8, 0))
	expect(t, l.db, models.JobPush, l.handler(apple), 1)
	l.wantDue()
	if len(apple.sent) != 1 {
		t.Errorf("%d pushes", len(apple.sent))
	}
}

func TestPushGoesByTheTimeZoneOfTheMoment(t *testing.T) {
	t.Parallel()
	l := newLiked(t, "en")
	expect(t, l.db, models.JobPush, l.handler(&provider{outcome: push.Outcome{Status: push.Delivered}}), 1)
	l.quiet("22:00", "07:00")
	l.db.Now = clock(seoul(28, 23, 0))
	l.likedBy("sora")
	l.wantDue(seoul(29, 7, 0))
	zone := "Europe/Paris" // where 7 in Seoul is 23 o'clock
	if err := l.db.UpdateProfile(t.Context(), by(l.author), models.ProfileChange{TimeZone: &zone}); err != nil {
		t.Fatal(err)
	}
	apple := &provider{outcome: push.Outcome{Status: push.Delivered}}
	l.db.Now = clock(seoul(29, 7, 0))
	expect(t, l.db, models.JobPush, l.handler(apple), 1)
	l.wantDue(seoul(29, 15, 0))
	l.db.Now = clock(seoul(29, 15, 0))
	expect(t, l.db, models.JobPush, l.handler(apple), 1)
	if len(apple.sent) != 1 || apple.sent[0].Body != "sora and jun liked your style" {
		t.Errorf("%+v", apple.sent)
	}
}

// However many likes come at night, also around a change of the hours: each phone gets one push, which tells of all.
func TestOnePushForANightOfLikes(t *testing.T) {
	t.Parallel()
	l := newLiked(t, "en")
	if _, err := l.db.RegisterDevice(t.Context(), by(l.author), models.IOS, fmt.Sprintf("%064x", 2), ""); err != nil {
		t.Fatal(err)
	}
	expect(t, l.db, models.JobPush, l.handler(&provider{outcome: push.Outcome{Status: push.Delivered}}), 1)
	l.quiet("22:00", "09:00")
	l.db.Now = clock(seoul(28, 23, 0))
	l.likedBy("sora")
	l.quiet("22:00", "07:00")
	for i := range 12 {
		l.db.Now = clock(seoul(29, i/2, 0))
		l.likedBy(fmt.Sprintf("fan%d", i))
	}
	l.wantDue(seoul(29, 9, 0), seoul(29, 9, 0), seoul(29, 7, 0), seoul(29, 7, 0))
	apple := &provider{outcome: push.Outcome{Status: push.Delivered}}
	l.db.Now = clock(seoul(29, 9, 0))
	expect(t, l.db, models.JobPush, l.handler(apple), 4)
	if len(apple.sent) != 2 || apple.tokens[0] == apple.tokens[1] || apple.sent[0].Body != "fan11 and 13 others liked your style" {
		t.Errorf("%+v to %v", apple.sent, apple.tokens)
	}
}

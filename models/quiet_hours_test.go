package models

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	return must(time.Parse(time.RFC3339, text)).UTC()
}

func TestWakesAt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, from, until, now, want string }{
		"before":                    {"Asia/Seoul", "22:00", "07:00", "2026-11-25T21:59:59+09:00", "2026-11-25T21:59:59+09:00"},
		"the first moment":          {"Asia/Seoul", "22:00", "07:00", "2026-11-25T22:00:00+09:00", "2026-11-26T07:00:00+09:00"},
		"after midnight":            {"Asia/Seoul", "22:00", "07:00", "2026-11-26T06:59:59+09:00", "2026-11-26T07:00:00+09:00"},
		"the end":                   {"Asia/Seoul", "22:00", "07:00", "2026-11-26T07:00:00+09:00", "2026-11-26T07:00:00+09:00"},
		"within a day":              {"Asia/Seoul", "13:00", "14:30", "2026-11-25T13:20:30+09:00", "2026-11-25T14:30:00+09:00"},
		"within a day, outside":     {"Asia/Seoul", "13:00", "14:30", "2026-11-25T03:00:00+09:00", "2026-11-25T03:00:00+09:00"},
		"all but a minute":          {"Asia/Seoul", "00:01", "00:00", "2026-11-25T00:01:00+09:00", "2026-11-26T00:00:00+09:00"},
		"from midnight":             {"Asia/Seoul", "00:00", "06:00", "2026-11-25T00:00:00+09:00", "2026-11-25T06:00:00+09:00"},
		"half an hour off":          {"Asia/Kolkata", "22:00", "07:00", "2026-11-25T17:00:00Z", "2026-11-26T01:30:00Z"},
		"the other day there":       {"America/New_York", "22:00", "07:00", "2026-11-26T04:00:00Z", "2026-11-26T12:00:00Z"},
		"a night that is shorter":   {"America/New_York", "22:00", "07:00", "2026-03-07T23:00:00-05:00", "2026-03-08T07:00:00-04:00"},
		"a night that is longer":    {"America/New_York", "22:00", "07:00", "2026-10-31T23:00:00-04:00", "2026-11-01T07:00:00-05:00"},
		"an end that never comes":   {"America/New_York", "22:00", "02:30", "2026-03-08T01:10:00-05:00", "2026-03-08T03:00:00-04:00"},
		"a beginning that does not": {"America/New_York", "02:30", "04:00", "2026-03-08T03:05:00-04:00", "2026-03-08T04:00:00-04:00"},
		"an end that comes twice":   {"America/New_York", "22:00", "01:30", "2026-11-01T01:29:00-04:00", "2026-11-01T01:30:00-04:00"},
		"the second time":           {"America/New_York", "22:00", "01:30", "2026-11-01T01:10:00-05:00", "2026-11-01T01:30:00-05:00"},
		"a day that was left out":   {"Pacific/Apia", "22:00", "07:00", "2011-12-29T23:00:00-10:00", "2011-12-31T07:00:00+14:00"},
		"an unknown zone":           {"Mars/Olympus", "22:00", "07:00", "2026-11-25T22:00:00+09:00", "2026-11-26T07:00:00+09:00"},
	} {
		a := &Account{TimeZone: c.zone, QuietFrom: &c.from, QuietUntil: &c.until}
		if got, want := a.WakesAt(at(t, c.now)), at(t, c.want); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	now := at(t, "2026-11-25T23:00:00+09:00")
	if a := (&Account{TimeZone: DefaultTimeZone}); !a.WakesAt(now).Equal(now) {
		t.Error("there are no quiet hours")
	}
	if a := (&Account{TimeZone: DefaultTimeZone, QuietFrom: ptr("07:00"), QuietUntil: ptr("07:00")}); !a.WakesAt(now).Equal(now) {
		t.Error("hours without a length are not quiet")
	}
}

// Whatever the zone and the hours: the person is woken at the first minute that is not quiet.
func TestWakesAtTheFirstMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clock := rapid.Custom(func(t *rapid.T) string {
			return time.Unix(int64(rapid.IntRange(0, 24*60-1).Draw(t, "minute"))*60, 0).UTC().Format(quietClock)
		})
		from, until := clock.Draw(t, "from"), clock.Draw(t, "until")
		zone := rapid.SampledFrom([]string{"Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"}).Draw(t, "zone")
		now := time.Unix(rapid.Int64Range(1767225600, 1798761600).Draw(t, "now"), 0)
		a := &Account{TimeZone: zone, QuietFrom: &from, QuietUntil: &until}
		end := a.WakesAt(now)
		if end.Before(now) || end.Sub(now) > 25*time.Hour || !a.WakesAt(end).Equal(end) {
			t.Fatalf("%s wakes at %s, then %s", now, end, a.WakesAt(end))
		}
		if end.After(now) && !a.WakesAt(end.Add(-time.Second)).Equal(end) {
			t.Fatalf("a second before %s it is not quiet", end)
		}
	})
}

// pushesDue are the moments for which pushes wait.
func pushesDue(t testing.TB, db *DB) []time.Time {
	t.Helper()
	var due []time.Time
	if err := db.NewRaw(`select available_at from outbox where kind = ? order by id`, JobPush).Scan(t.Context(), &due); err != nil {
		t.Fatal(err)
	}
	return due
}

// However much happens in the quiet hours: one push waits for their end.
func TestPushWaitsForTheEndOfTheQuietHours(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fans := person(t, db), people(t, db, 5)
	id := published(t, db, author, "")
	device(t, db, author)
	quiet := func(from, until string) {
		t.Helper()
		if err := db.UpdateNotificationPreferences(t.Context(), by(author), PreferenceChange{QuietFrom: &from, QuietUntil: &until}); err != nil {
			t.Fatal(err)
		}
	}
	like := func(i int, when string) {
		t.Helper()
		db.Now = func() time.Time { return at(t, when) }
		must(db.LikeStyle(t.Context(), by(fans[i]), id))
		runNotifyJobs(t, db)
	}
	quiet("22:00", "07:00")
	like(0, "2026-11-25T22:30:00+09:00")
	like(1, "2026-11-25T23:30:00+09:00")
	must(db.MarkNotificationsRead(t.Context(), by(author), nil)) // awake after all
	like(2, "2026-11-26T03:00:00+09:00")
	end := at(t, "2026-11-26T07:00:00+09:00")
	if due := pushesDue(t, db); len(due) != 1 || !due[0].Equal(end) {
		t.Fatalf("pushes wait for %v", due)
	}
	if n := onlyFold(t, db, author); n.ActorCount != 3 || !n.PushedAt.Equal(end) {
		t.Errorf("%+v", n)
	}
	quiet("22:00", "04:00") // shorter, and what comes now is told then
	like(3, "2026-11-26T03:30:00+09:00")
	if due := pushesDue(t, db); len(due) != 2 || !due[1].Equal(at(t, "2026-11-26T04:00:00+09:00")) {
		t.Errorf("pushes wait for %v", due)
	}
	like(4, "2026-11-26T04:05:00+09:00")
	if due := pushesDue(t, db); len(due) != 2 {
		t.Errorf("pushed five minutes ago, and again for %v", due)
	}
}

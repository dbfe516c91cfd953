package models

import (
	"slices"
	"testing"
)

// prefer chooses the channels of one kind.
func prefer(t testing.TB, db *DB, userID int64, kind NotificationKind, chosen ...NotificationChannel) {
	t.Helper()
	change := PreferenceChange{Preferences: []NotificationPreference{{Kind: kind, Channels: chosen}}}
	if err := db.UpdateNotificationPreferences(t.Context(), by(userID), change); err != nil {
		t.Fatal(err)
	}
}

// preferred are the channels of a kind.
func preferred(t testing.TB, db *DB, userID int64, kind NotificationKind) []NotificationChannel {
	t.Helper()
	all := must(db.NotificationPreferences(t.Context(), must(db.Account(t.Context(), userID))))
	if len(all) != len(defaultPreferences) {
		t.Errorf("%d kinds", len(all))
	}
	return all[slices.IndexFunc(all, func(p *NotificationPreference) bool { return p.Kind == kind })].Channels
}

func wantChannels(t testing.TB, db *DB, userID int64, kind NotificationKind, want ...NotificationChannel) {
	t.Helper()
	if got := preferred(t, db, userID, kind); !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", kind, got, want)
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	wantChannels(t, db, mina, StyleLiked, InApp, Push)
	prefer(t, db, mina, StyleLiked, Mail, Push, Mail)
	wantChannels(t, db, mina, StyleLiked, Push, Mail)
	prefer(t, db, mina, StyleCommented)
	wantChannels(t, db, mina, StyleCommented)
	prefer(t, db, mina, StyleLiked, InApp)
	wantChannels(t, db, mina, StyleLiked, InApp)
	wantChannels(t, db, mina, Mentioned, InApp, Push, Mail)
	wantChannels(t, db, jun, StyleLiked, InApp, Push)
	prefer(t, db, mina, Moderation, InApp)
	wantChannels(t, db, mina, Moderation, InApp)
}

func TestPreferencesThatAreRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	liked := NotificationPreference{Kind: StyleLiked}
	for name, c := range map[string]struct {
		change PreferenceChange
		want   []string
	}{
		"a kind twice":             {PreferenceChange{Preferences: []NotificationPreference{liked, {Kind: Mentioned}, liked}}, []string{"preferences.2.kind INVALID"}},
		"too many":                 {PreferenceChange{Preferences: slices.Repeat([]NotificationPreference{liked}, 14)}, []string{"preferences TOO_MANY"}},
		"no moderation":            {PreferenceChange{Preferences: []NotificationPreference{{Kind: Moderation, Channels: []NotificationChannel{Push, Mail}}}}, []string{"preferences.0.channels NOT_ALLOWED"}},
		"from alone":               {PreferenceChange{QuietFrom: ptr("22:00")}, []string{"quietUntil REQUIRED"}},
		"until alone":              {PreferenceChange{QuietUntil: ptr("07:00")}, []string{"quietFrom REQUIRED"}},
		"half an end":              {PreferenceChange{QuietFrom: ptr(""), QuietUntil: ptr("07:00")}, []string{"quietFrom REQUIRED"}},
		"equal":                    {PreferenceChange{QuietFrom: ptr("22:00"), QuietUntil: ptr("22:00")}, []string{"quietUntil INVALID"}},
		"no times":                 {PreferenceChange{QuietFrom: ptr("9:00"), QuietUntil: ptr("24:00")}, []string{"quietFrom INVALID", "quietUntil INVALID"}},
		"seconds":                  {PreferenceChange{QuietFrom: ptr("22:00:00"), QuietUntil: ptr("7 am")}, []string{"quietFrom INVALID", "quietUntil INVALID"}},
		"all that is wrong":        {PreferenceChange{Preferences: []NotificationPreference{{Kind: Moderation}}, QuietFrom: ptr("22:60"), QuietUntil: ptr("07:00")}, []string{"preferences.0.channels NOT_ALLOWED", "quietFrom INVALID"}},
		"digits of another script": {PreferenceChange{QuietFrom: ptr("２2:0"), QuietUntil: ptr("07:00")}, []string{"quietFrom INVALID"}},
	} {
		refused(t, db.UpdateNotificationPreferences(t.Context(), by(mina), c.change), c.want...)
		if n := one[int](t, db, `select count(*) from notification_preferences`); n != 0 {
			t.Errorf("%s: something was stored", name)
		}
	}
}

func TestQuietHoursAreKeptAndEnded(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	set := func(from, until *string) *Account {
		t.Helper()
		if err := db.UpdateNotificationPreferences(t.Context(), by(mina), PreferenceChange{QuietFrom: from, QuietUntil: until}); err != nil {
			t.Fatal(err)
		}
		return must(db.Account(t.Context(), mina))
	}
	if a := set(ptr("22:30"), ptr("07:00")); *a.QuietFrom != "22:30" || *a.QuietUntil != "07:00" {
		t.Errorf("%v", a)
	}
	if a := set(nil, nil); a.QuietFrom == nil {
		t.Error("null leaves them as they are")
	}
	if a := set(ptr(""), ptr("")); a.QuietFrom != nil || a.QuietUntil != nil {
		t.Error("empty ends them")
	}
}

// What is off in the app is neither listed nor counted nor found by its id, until it is on again.
func TestKindsThatAreOffInTheApp(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, mina := person(t, db), person(t, db)
	id := published(t, db, author, "")
	must(db.LikeStyle(t.Context(), by(mina), id))
	must(db.AddComment(t.Context(), by(mina), id, "x", 0))
	runNotifyJobs(t, db)
	liked := listFolds(t, db, author)[1]
	shown := func() (listed, counted, found int) {
		return len(listFolds(t, db, author)), unread(t, db, author), len(must(db.NotificationsByID(t.Context(), author, []int64{liked.ID})))
	}
	prefer(t, db, author, StyleLiked, Push)
	if listed, counted, found := shown(); listed != 1 || counted != 1 || found != 0 {
		t.Errorf("off: %d listed, %d counted, %d found", listed, counted, found)
	}
	prefer(t, db, author, StyleLiked, InApp)
	if listed, counted, found := shown(); listed != 2 || counted != 2 || found != 1 {
		t.Errorf("on again: %d listed, %d counted, %d found", listed, counted, found)
	}
	prefer(t, db, author, StyleLiked)
	if left := must(db.MarkNotificationsRead(t.Context(), by(author), nil)); left != 0 {
		t.Errorf("%d left unread", left)
	}
	prefer(t, db, mina, StyleLiked) // is no business of the author's
	if listed, _, _ := shown(); listed != 1 {
		t.Errorf("%d listed", listed)
	}
}

func TestAnnouncementsGoByTheChosenChannels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		chosen        []NotificationChannel
		pushes, mails int
	}{
		"all":                           {channels, 1, 1},
		"none":                          {nil, 0, 0},
		"in app":                        {[]NotificationChannel{InApp}, 0, 0},
		"push, although not in the app": {[]NotificationChannel{Push}, 1, 0},
		"mail, although not in the app": {[]NotificationChannel{Mail}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			author, mina := person(t, db), person(t, db)
			device(t, db, author)
			prefer(t, db, author, StyleCommented, c.chosen...)
			must(db.AddComment(t.Context(), by(mina), published(t, db, author, ""), "x", 0))
			runNotifyJobs(t, db)
			if p, m := jobs(t, db, JobPush), jobs(t, db, JobMail); p != c.pushes || m != c.mails {
				t.Errorf("%d pushes and %d mails, want %d and %d", p, m, c.pushes, c.mails)
			}
		})
	}
}

// Who has ended all mails gets those again that they ask for, and no others.
func TestMailsAfterAnUnsubscription(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	prefer(t, db, mina, StyleLiked, InApp, Mail)
	if err := db.UnsubscribeMail(t.Context(), mina); err != nil {
		t.Fatal(err)
	}
	for _, p := range must(db.NotificationPreferences(t.Context(), must(db.Account(t.Context(), mina)))) {
		if slices.Contains(p.Channels, Mail) {
			t.Errorf("%s still comes by mail", p.Kind)
		}
	}
	prefer(t, db, mina, StyleLiked, InApp)
	if must(db.Account(t.Context(), mina)).MailUnsubscribedAt == nil {
		t.Error("a choice without mail has mails come again")
	}
	prefer(t, db, mina, Mentioned, InApp, Mail)
	wantChannels(t, db, mina, Mentioned, InApp, Mail)
	wantChannels(t, db, mina, StyleCommented, InApp, Push)
	wantChannels(t, db, mina, StyleLiked, InApp)
	wantChannels(t, db, mina, Followed, InApp, Push)
}

// Two changes at once both count.
func TestPreferencesChangedAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	kinds := [][]NotificationKind{{StyleLiked, Followed, Mentioned}, {Mentioned, StyleCommented, StyleLiked}}
	for _, err := range atOnce(2, func(i int) error {
		change := PreferenceChange{}
		for _, kind := range kinds[i] {
			change.Preferences = append(change.Preferences, NotificationPreference{Kind: kind})
		}
		return db.UpdateNotificationPreferences(t.Context(), by(mina), change)
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := one[int](t, db, `select count(*) from notification_preferences where channels = '{}'`); n != 4 {
		t.Errorf("%d are stored", n)
	}
}

// device gives a person one that push messages go to.
func device(t testing.TB, db *DB, userID int64) {
	t.Helper()
	exec(t, db, `insert into devices (user_id, platform, token, token_hash, name, created_at, registered_at) values (?0, 'IOS', '', ?0::text::bytea, '', now(), now())`, userID)
}

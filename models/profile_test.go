package models

import (
	"strings"
	"testing"
	"time"
)

func TestUpdateProfile(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	avatar := readyPhoto(t, db, mina)
	read := func() (*User, *Account) {
		return must(db.Users(t.Context(), []int64{mina}))[mina], must(db.Account(t.Context(), mina))
	}
	change := func(c ProfileChange) {
		t.Helper()
		if err := db.UpdateProfile(t.Context(), by(mina), c); err != nil {
			t.Error(err)
		}
	}
	change(ProfileChange{Username: ptr("Mina"), DisplayName: ptr(" 미나 "), Bio: ptr(awkward), Website: ptr("https://mina.example/?a=b"),
		Locale: ptr("en"), TimeZone: ptr("Europe/Berlin"), AvatarPhotoID: &avatar})
	u, a := read()
	if u.Username != "mina" || u.DisplayName != "미나" || u.Bio != strings.TrimSpace(awkward) || *u.Website != "https://mina.example/?a=b" ||
		*u.AvatarPhotoID != avatar || a.Locale != "en" || a.TimeZone != "Europe/Berlin" {
		t.Errorf("%+v, %+v", u, a)
	}
	change(ProfileChange{})
	if again, b := read(); again.Bio != u.Bio || *again.Website != *u.Website || *again.AvatarPhotoID != avatar || *b != *a {
		t.Errorf("nothing was to change: %+v, %+v", again, b)
	}
	change(ProfileChange{Bio: ptr(""), Website: ptr("")})
	if u, _ = read(); u.Bio != "" || u.Website != nil {
		t.Errorf("%+v", u)
	}
	change(ProfileChange{Username: ptr("MINA")}) // one's own name is not taken
}

func TestUpdateProfileRefuses(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), named(t, db, "jun")
	foreign := readyPhoto(t, db, jun)
	long := strings.Repeat("가", 1<<19)
	for name, c := range map[string]struct {
		change ProfileChange
		want   string
	}{
		"taken":               {ProfileChange{Username: ptr("JUN")}, "username TAKEN"},
		"reserved":            {ProfileChange{Username: ptr("admin")}, "username INVALID"},
		"look-alike":          {ProfileChange{Username: ptr("jυn")}, "username INVALID"},
		"no name":             {ProfileChange{DisplayName: ptr("")}, "displayName REQUIRED"},
		"blank name":          {ProfileChange{DisplayName: ptr("\u3164\u200b")}, "displayName REQUIRED"},
		"long name":           {ProfileChange{DisplayName: ptr(strings.Repeat("é", MaxDisplayName+1))}, "displayName TOO_LONG"},
		"long bio":            {ProfileChange{Bio: ptr(strings.Repeat("가", MaxBio+1))}, "bio TOO_LONG"},
		"megabyte bio":        {ProfileChange{Bio: &long}, "bio TOO_LONG"},
		"script":              {ProfileChange{Website: ptr("javascript:alert(1)")}, "website INVALID"},
		"no scheme":           {ProfileChange{Website: ptr("mina.example")}, "website INVALID"},
		"no host":             {ProfileChange{Website: ptr("https:///x")}, "website INVALID"},
		"address with a user": {ProfileChange{Website: ptr("https://bank.example@evil.example")}, "website INVALID"},
		"address with a NUL":  {ProfileChange{Website: ptr("https://a.example/\x00")}, "website INVALID"},
		"blank address":       {ProfileChange{Website: ptr(" ")}, "website INVALID"},
		"long address":        {ProfileChange{Website: ptr("https://a.example/" + long)}, "website TOO_LONG"},
		"locale":              {ProfileChange{Locale: ptr("KO")}, "locale INVALID"},
		"time zone":           {ProfileChange{TimeZone: ptr("Asia/Nowhere")}, "timeZone INVALID"},
		"foreign avatar":      {ProfileChange{AvatarPhotoID: &foreign}, "avatarPhotoId NOT_FOUND"},
		"unknown avatar":      {ProfileChange{AvatarPhotoID: ptr(int64(1))}, "avatarPhotoId NOT_FOUND"},
		"avatar not uploaded": {ProfileChange{AvatarPhotoID: ptr(photoIn(t, db, mina, PhotoAwaitingUpload))}, "avatarPhotoId NOT_READY"},
		"avatar not ready":    {ProfileChange{AvatarPhotoID: ptr(photoIn(t, db, mina, PhotoProcessing))}, "avatarPhotoId NOT_READY"},
		"rejected avatar":     {ProfileChange{AvatarPhotoID: ptr(photoIn(t, db, mina, PhotoRejected))}, "avatarPhotoId INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, db.UpdateProfile(t.Context(), by(mina), c.change), c.want)
		})
	}
	refused(t, db.UpdateProfile(t.Context(), by(mina), ProfileChange{Username: ptr("x"), DisplayName: ptr(""), Bio: &long}),
		"username INVALID", "displayName REQUIRED", "bio TOO_LONG")
	if err := db.UpdateProfile(t.Context(), by(mina), ProfileChange{Bio: ptr(strings.Repeat("가", MaxBio)), DisplayName: ptr(strings.Repeat("e\u0301", MaxDisplayName))}); err != nil {
		t.Errorf("as long as may be: %v", err)
	}
}

func TestAnAvatarIsKeptFromTheCleanUp(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	avatar := readyPhoto(t, db, mina)
	if err := db.UpdateProfile(t.Context(), by(mina), ProfileChange{AvatarPhotoID: &avatar}); err != nil {
		t.Fatal(err)
	}
	_, err := db.PublishStyle(t.Context(), by(mina), StyleInput{PhotoIDs: []int64{avatar}})
	refused(t, err, "photoIds.0 NOT_ALLOWED")
	next := readyPhoto(t, db, mina)
	move(db, UnusedPhotoTTL+time.Second)
	if _, erased, err := db.CleanUpPhotos(t.Context()); erased != 1 || err != nil { // next is unused as yet
		t.Errorf("%d erased, %v", erased, err)
	}
	if photoOf(t, db, avatar) == nil || photoOf(t, db, next) != nil {
		t.Error("the avatar is gone, or what nobody uses is not")
	}
}

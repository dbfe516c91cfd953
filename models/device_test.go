package models

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func apnsToken(i int) string { return fmt.Sprintf("%064x", i) }

func TestDevices(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	register := func(who int64, i int, name string) int64 {
		t.Helper()
		return must(db.RegisterDevice(t.Context(), by(who), IOS, apnsToken(i), name))
	}
	phone := register(mina, 1, " Mina's phone ")
	first := must(db.Device(t.Context(), phone))
	if first.Name != "Mina's phone" || first.UserID != mina || first.Platform != IOS || first.Token != apnsToken(1) {
		t.Errorf("%+v", first)
	}
	move(db, time.Hour)
	if again := register(mina, 1, "phone"); again != phone {
		t.Errorf("the same device is %d, then %d", phone, again)
	}
	if d := must(db.Device(t.Context(), phone)); !d.CreatedAt.Equal(first.CreatedAt) || !d.RegisteredAt.After(first.RegisteredAt) || d.Name != "phone" {
		t.Errorf("%+v", d)
	}
	register(jun, 1, "phone") // sold, signed in by somebody else
	if d := must(db.Device(t.Context(), phone)); d.UserID != jun || d.CreatedAt.Equal(first.CreatedAt) || len(must(db.DevicesOf(t.Context(), mina))) != 0 {
		t.Errorf("%+v", d)
	}
	_, err := db.UnregisterDevice(t.Context(), by(mina), phone)
	refused(t, err, "deviceId NOT_FOUND")
	if err := db.ForgetDevice(t.Context(), phone, first.RegisteredAt.Add(time.Minute)); err != nil || must(db.Device(t.Context(), phone)) == nil {
		t.Errorf("the provider's word is older than the registration: %v", err)
	}
	if err := db.ForgetDevice(t.Context(), phone, db.Now().Add(time.Minute)); err != nil || must(db.Device(t.Context(), phone)) != nil {
		t.Errorf("the token is dead: %v", err)
	}
	second := register(mina, 2, "")
	must(db.UnregisterDevice(t.Context(), by(mina), second))
	if len(must(db.DevicesOf(t.Context(), mina))) != 0 {
		t.Error("unregistered, and still there")
	}
}

func TestDevicesThatAreRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	for _, c := range []struct {
		platform    DevicePlatform
		token, name string
		want        string
	}{
		{IOS, "", "", "token REQUIRED"}, {IOS, "not hex", "", "token INVALID"}, {Android, strings.Repeat("x", maxDeviceToken+1), "", "token TOO_LONG"},
		{Web, "{}", "", "token INVALID"}, {Android, "a\x00b", "", "token INVALID"}, {IOS, apnsToken(1), strings.Repeat("가", maxDeviceName+1), "name TOO_LONG"},
	} {
		_, err := db.RegisterDevice(t.Context(), by(mina), c.platform, c.token, c.name)
		refused(t, err, c.want)
	}
}

func TestTheOldestDevicesMakeRoom(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	exec(t, db, `insert into devices (user_id, platform, token, token_hash, name, created_at, registered_at)
		select ?, 'IOS', i::text, i::text::bytea, i::text, now(), now() - make_interval(days => i) from generate_series(1, ?) i`, mina, maxListed)
	must(db.RegisterDevice(t.Context(), by(mina), IOS, apnsToken(1), "new"))
	devices := must(db.DevicesOf(t.Context(), mina))
	if len(devices) != maxListed || devices[0].Name != "new" {
		t.Errorf("%d devices", len(devices))
	}
	for _, d := range devices {
		if d.Name == fmt.Sprint(maxListed) {
			t.Error("the oldest is still there")
		}
	}
}

func TestADeviceRegisteredByTwoAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	owners := people(t, db, 6)
	for _, err := range atOnce(len(owners), func(i int) error {
		_, err := db.RegisterDevice(t.Context(), by(owners[i]), IOS, apnsToken(1), "")
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := one[int](t, db, `select count(*) from devices`); n != 1 {
		t.Errorf("%d devices", n)
	}
}

package models

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/fault"
	"styleshare/internal/push"
)

// DevicePlatform is the provider by which a device is reached.
type DevicePlatform string

// The platforms.
const (
	IOS     DevicePlatform = "IOS"
	Android DevicePlatform = "ANDROID"
	Web     DevicePlatform = "WEB"
)

// Device is what receives push messages.
type Device struct {
	bun.BaseModel `bun:"table:devices"`

	ID           int64 `bun:",pk,autoincrement"`
	UserID       int64
	Platform     DevicePlatform
	Token        string
	TokenHash    []byte
	Name         string
	CreatedAt    time.Time
	RegisteredAt time.Time
}

// The limits of a device.
const (
	maxDeviceToken = 4096 // bytes; providers promise no length, the longest seen are below a quarter of it
	maxDeviceName  = 100  // characters
)

// PushJob names one notification for one device.
type PushJob struct {
	NotificationID int64 `json:"notificationId"`
	DeviceID       int64 `json:"deviceId"`
	// Announced is the notification's PushedAt that the job belongs to: with a later one, the later job tells it all. Jobs
	// of earlier releases have none.
	Announced time.Time `json:"announced,omitzero"`
}

func checkDeviceToken(platform DevicePlatform, token string) error {
	var faults fault.Users
	switch {
	case token == "":
		faults.Add("token", fault.Required, "required")
	case len(token) > maxDeviceToken:
		faults.Add("token", fault.TooLong, "too_long", maxDeviceToken)
	case !push.ValidToken(push.Platform(platform), token):
		faults.Add("token", fault.Invalid, "invalid")
	}
	return faults.Err()
}

// RegisterDevice has push messages sent to a device. A token belongs to one account: the last that registered it.
func (db *DB) RegisterDevice(ctx context.Context, a Attempt, platform DevicePlatform, token, name string) (int64, error) {
	if err := checkDeviceToken(platform, token); err != nil {
		return 0, err
	}
	var faults fault.Users
	name = text(&faults, "name", name, 0, maxDeviceName)
	if err := faults.Err(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (id int64, err error) {
		hash := sha256.Sum256([]byte(token))
		err = tx.NewRaw(`insert into devices as d (user_id, platform, token, token_hash, name, created_at, registered_at) values (?, ?, ?, ?, ?, ?, ?)
			on conflict (platform, token_hash) do update set user_id = excluded.user_id, name = excluded.name,
			created_at = case when d.user_id = excluded.user_id then d.created_at else excluded.created_at end,
			registered_at = excluded.registered_at returning id`,
			a.UserID, platform, token, hash[:], name, tx.now, tx.now).Scan(ctx, &id)
		if err != nil {
			return 0, fmt.Errorf("register device: %w", err)
		}
		// The oldest make room: nobody has more devices than the list shows.
		_, err = tx.NewRaw(`delete from devices where id in (select id from devices where user_id = ? order by registered_at desc, id desc offset ?)`,
			a.UserID, maxListed).Exec(ctx)
		return id, err
	})
}

// UnregisterDevice ends push messages to a device of the person.
func (db *DB) UnregisterDevice(ctx context.Context, a Attempt, deviceID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		n, err := affected(tx.NewRaw(`delete from devices where id = ? and user_id = ?`, deviceID, a.UserID).Exec(ctx))
		if err == nil && n == 0 {
			err = fault.Reject("deviceId", fault.UserNotFound, "not_found")
		}
		return deviceID, err
	})
}

// DevicesOf reads the person's devices, latest first.
func (db *DB) DevicesOf(ctx context.Context, userID int64) ([]*Device, error) {
	devices := []*Device{}
	err := db.NewSelect().Model(&devices).Where("user_id = ?", userID).OrderExpr("id desc").Limit(maxListed).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read devices: %w", err)
	}
	return devices, nil
}

// Device reads a device; nil where it was unregistered.
func (db *DB) Device(ctx context.Context, id int64) (*Device, error) {
	d := new(Device)
	err := db.NewSelect().Model(d).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read device: %w", err)
	}
	return d, nil
}

// ForgetDevice removes a device on its provider's word that the token was dead at a moment, unless it was registered
// again since.
func (db *DB) ForgetDevice(ctx context.Context, id int64, deadSince time.Time) error {
	_, err := db.NewRaw(`delete from devices where id = ? and registered_at <= ?`, id, deadSince).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget device: %w", err)
	}
	return nil
}

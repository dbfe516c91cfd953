package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"styleshare/internal/fault"
)

// ProfileChange is what to change of a profile; nil leaves a field as it is.
type ProfileChange struct {
	Username, DisplayName, Bio, Website, Locale, TimeZone *string
	AvatarPhotoID                                         *int64
	IsPrivate                                             *bool
}

func (c *ProfileChange) check() error {
	var faults fault.Users
	if c.Username != nil {
		name := username(&faults, *c.Username)
		c.Username = &name
	}
	if c.DisplayName != nil {
		name := text(&faults, "displayName", *c.DisplayName, 1, MaxDisplayName)
		c.DisplayName = &name
	}
	if c.Bio != nil {
		bio := text(&faults, "bio", *c.Bio, 0, MaxBio)
		c.Bio = &bio
	}
	if c.Website != nil && *c.Website != "" {
		address := webAddress(&faults, "website", *c.Website)
		c.Website = &address
	}
	if c.Locale != nil {
		checkLocale(&faults, *c.Locale)
	}
	if c.TimeZone != nil {
		checkTimeZone(&faults, *c.TimeZone)
	}
	return faults.Err()
}

// UpdateProfile changes the fields that are given.
func (db *DB) UpdateProfile(ctx context.Context, a Attempt, change ProfileChange) error {
	if err := change.check(); err != nil {
		return err
	}
	_, err := Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		if change.AvatarPhotoID != nil {
			if err := tx.checkAvatar(ctx, a.UserID, *change.AvatarPhotoID); err != nil {
				return 0, err
			}
		}
		if err := tx.changePrivacy(ctx, a.UserID, change.IsPrivate); err != nil {
			return 0, err
		}
		if err := tx.changeUser(ctx, a.UserID, change); err != nil {
			return 0, err
		}
		_, err := tx.NewRaw(`update accounts set locale = coalesce(?, locale), time_zone = coalesce(?, time_zone) where user_id = ?`,
			change.Locale, change.TimeZone, a.UserID).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("update account: %w", err)
		}
		return a.UserID, nil
	})
	return err
}

func (tx *Tx) changeUser(ctx context.Context, userID int64, change ProfileChange) error {
	_, err := tx.NewRaw(`update users set username = coalesce(?, username), display_name = coalesce(?, display_name),
		bio = coalesce(?, bio), website = nullif(coalesce(?, website), ''), avatar_photo_id = coalesce(?, avatar_photo_id) where id = ?`,
		change.Username, change.DisplayName, change.Bio, change.Website, change.AvatarPhotoID, userID).Exec(ctx)
	if violates(err, "users_username_key") {
		return fault.Reject("username", fault.Taken, "username_taken")
	}
	if err != nil {
		return fmt.Errorf("update profile: %w", err)
	}
	tx.changes.Users = append(tx.changes.Users, userID)
	if change.Username == nil && change.DisplayName == nil {
		return nil
	}
	return tx.index(ctx, searchUsers, userID)
}

// changePrivacy makes an account private or public. Who waits to be let in is, in the end, by a job.
func (tx *Tx) changePrivacy(ctx context.Context, userID int64, isPrivate *bool) error {
	if isPrivate == nil {
		return nil
	}
	n, err := affected(tx.NewRaw(`update users set is_private = ?0 where id = ?1 and is_private <> ?0`, *isPrivate, userID).Exec(ctx))
	if err != nil {
		return fmt.Errorf("change privacy: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.personVisibilityChanged(ctx, userID)
}

// checkAvatar locks a photo and checks that the person may show it as their own.
func (tx *Tx) checkAvatar(ctx context.Context, userID, photoID int64) error {
	p := new(Photo)
	err := tx.NewSelect().Model(p).Where("id = ? and owner_id = ?", photoID, userID).For("update").Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Reject("avatarPhotoId", fault.UserNotFound, "not_found")
	case err != nil:
		return fmt.Errorf("look for the photo: %w", err)
	case p.State == PhotoRejected:
		return fault.Reject("avatarPhotoId", fault.Invalid, "photo_rejected")
	case p.State != PhotoReady:
		return fault.Reject("avatarPhotoId", fault.NotReady, "not_ready")
	}
	return nil
}

package models

import (
	"time"

	"github.com/uptrace/bun"
)

// User is what others may see of a person. It is cached, so it carries nothing that depends on who looks.
type User struct {
	bun.BaseModel `bun:"table:users"`

	ID             int64 `bun:",pk,autoincrement"`
	Username       string
	DisplayName    string
	Bio            string
	Website        *string
	AvatarPhotoID  *int64
	IsPrivate      bool
	StyleCount     int
	FollowerCount  int
	FollowingCount int
	FeedMerged     bool
	SuspendedAt    *time.Time
	DeletedAt      *time.Time
	CreatedAt      time.Time
}

// Account is what is a person's own business: never cached, never in a log.
type Account struct {
	bun.BaseModel `bun:"table:accounts"`

	UserID             int64 `bun:",pk"`
	Email              string
	EmailVerifiedAt    *time.Time
	PasswordHash       string
	Locale             string
	TimeZone           string
	MailUnsubscribedAt *time.Time
	// Push messages wait from the one until the other, HH:MM in TimeZone; both or neither.
	QuietFrom, QuietUntil *string
}

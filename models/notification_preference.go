package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

// NotificationChannel is a way by which a person hears of something.
type NotificationChannel string

// The channels.
const (
	InApp NotificationChannel = "IN_APP"
	Push  NotificationChannel = "PUSH"
	Mail  NotificationChannel = "MAIL"
)

// channels are all of them, in the order in which they are told.
var channels = []NotificationChannel{InApp, Push, Mail}

// NotificationPreference says by which channels a person hears of a kind.
type NotificationPreference struct {
	bun.BaseModel `bun:"table:notification_preferences"`

	UserID   int64                 `bun:",pk"`
	Kind     NotificationKind      `bun:",pk"`
	Channels []NotificationChannel `bun:",array"`
}

// defaultPreferences is every kind, in the contract's order, with the channels of people who have chosen nothing. By mail
// comes what somebody says to the person, which may want an answer; a heart can wait until they look.
var defaultPreferences = []NotificationPreference{
	{Kind: Followed, Channels: []NotificationChannel{InApp, Push}},
	{Kind: FollowRequested, Channels: []NotificationChannel{InApp, Push}},
	{Kind: FollowAccepted, Channels: []NotificationChannel{InApp, Push}},
	{Kind: StyleLiked, Channels: []NotificationChannel{InApp, Push}},
	{Kind: StyleCommented, Channels: []NotificationChannel{InApp, Push, Mail}},
	{Kind: CommentReplied, Channels: []NotificationChannel{InApp, Push, Mail}},
	{Kind: Mentioned, Channels: []NotificationChannel{InApp, Push, Mail}},
	{Kind: StyleCollected, Channels: []NotificationChannel{InApp}},
	{Kind: ItemInfoRequested, Channels: []NotificationChannel{InApp, Push}},
	{Kind: ItemInfoAnswered, Channels: []NotificationChannel{InApp, Push, Mail}},
	{Kind: QuestionAnswered, Channels: []NotificationChannel{InApp, Push, Mail}},
	{Kind: AnswerAccepted, Channels: []NotificationChannel{InApp, Push}},
	{Kind: Moderation, Channels: []NotificationChannel{InApp, Push, Mail}},
}

// defaultChannels are those of people who have chosen nothing.
func defaultChannels(kind NotificationKind) []NotificationChannel {
	i := slices.IndexFunc(defaultPreferences, func(p NotificationPreference) bool { return p.Kind == kind })
	if i < 0 {
		return nil
	}
	return defaultPreferences[i].Channels
}

// kindShownSQL leaves out the kinds that the recipient (?) does not want to see in the app. It stands in a select of its own
// because PostgreSQL guesses that nearly nothing passes the comparison, and would then read all that a person was ever
// told for one page.
const kindShownSQL = `(select kind <> all(array(select p.kind from notification_preferences p where p.user_id = ? and not 'IN_APP' = any(p.channels))) offset 0)`

// NotificationPreferences gives the channels of every kind, in the contract's order. Who has unsubscribed from all mails
// has MAIL nowhere.
func (db *DB) NotificationPreferences(ctx context.Context, a *Account) ([]*NotificationPreference, error) {
	return preferencesOf(ctx, db, a)
}

func preferencesOf(ctx context.Context, db bun.IDB, a *Account) ([]*NotificationPreference, error) {
	var chosen []NotificationPreference
	if err := db.NewSelect().Model(&chosen).Where("user_id = ?", a.UserID).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read notification preferences: %w", err)
	}
	all := make([]*NotificationPreference, len(defaultPreferences))
	for i, p := range defaultPreferences {
		if at := slices.IndexFunc(chosen, func(c NotificationPreference) bool { return c.Kind == p.Kind }); at >= 0 {
			p = chosen[at]
		}
		all[i] = &NotificationPreference{UserID: a.UserID, Kind: p.Kind, Channels: a.open(p.Channels)}
	}
	return all, nil
}

// open are those of the channels that the account lets through.
func (a *Account) open(chosen []NotificationChannel) []NotificationChannel {
	return slices.DeleteFunc(slices.Clone(chosen), func(c NotificationChannel) bool { return c == Mail && a.MailUnsubscribedAt != nil })
}

// Hears tells whether the account's person wants to hear of a kind by a channel.
func (db *DB) Hears(ctx context.Context, a *Account, kind NotificationKind, channel NotificationChannel) (bool, error) {
	open, err := channelsOf(ctx, db, a, kind)
	return slices.Contains(open, channel), err
}

// channelsOf are those by which a person hears of a kind.
func channelsOf(ctx context.Context, db bun.IDB, a *Account, kind NotificationKind) ([]NotificationChannel, error) {
	p := new(NotificationPreference)
	err := db.NewSelect().Model(p).Where("user_id = ? and kind = ?", a.UserID, kind).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return a.open(defaultChannels(kind)), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read notification preference: %w", err)
	}
	return a.open(p.Channels), nil
}

package models

import "slices"

// NotificationChannel is a way by which a person hears of something.
type NotificationChannel string

// The channels.
const (
	InApp NotificationChannel = "IN_APP"
	Push  NotificationChannel = "PUSH"
	Mail  NotificationChannel = "MAIL"
)

// NotificationPreference says by which channels a person hears of a kind.
type NotificationPreference struct {
	Kind     NotificationKind
	Channels []NotificationChannel
}

// defaultPreferences is every kind, in the contract's order, with the channels of people who have chosen nothing. By mail
// comes what somebody says to the person, which may want an answer; a heart can wait until they look.
var defaultPreferences = []NotificationPreference{
	{Followed, []NotificationChannel{InApp, Push}},
	{FollowRequested, []NotificationChannel{InApp, Push}},
	{FollowAccepted, []NotificationChannel{InApp, Push}},
	{StyleLiked, []NotificationChannel{InApp, Push}},
	{StyleCommented, []NotificationChannel{InApp, Push, Mail}},
	{CommentReplied, []NotificationChannel{InApp, Push, Mail}},
	{Mentioned, []NotificationChannel{InApp, Push, Mail}},
	{StyleCollected, []NotificationChannel{InApp}},
	{ItemInfoRequested, []NotificationChannel{InApp, Push}},
	{ItemInfoAnswered, []NotificationChannel{InApp, Push, Mail}},
	{QuestionAnswered, []NotificationChannel{InApp, Push, Mail}},
	{AnswerAccepted, []NotificationChannel{InApp, Push}},
	{Moderation, []NotificationChannel{InApp, Push, Mail}},
}

// hears tells whether people hear of a kind by a channel.
func hears(kind NotificationKind, channel NotificationChannel) bool {
	i := slices.IndexFunc(defaultPreferences, func(p NotificationPreference) bool { return p.Kind == kind })
	return i >= 0 && slices.Contains(defaultPreferences[i].Channels, channel)
}

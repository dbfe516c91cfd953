// Package push sends notifications to phones and browsers: Apple's APNs, Google's FCM and Web Push.
//
// The hardest part is to know when a device is gone. Acting too late wastes requests; acting on the wrong answer loses
// people for good, because an app that believes to be registered does not register again. So a token is dead only
// when its own provider says so about this very token, never because of an answer about keys, topics or projects, and
// not when suddenly most tokens seem dead (see distrust in guard.go).
package push

import (
	"context"
	"log/slog"
	"time"
)

// Platform is a DevicePlatform of the contract.
type Platform string

// The platforms: iOS is served by APNs, Android by FCM, browsers by Web Push.
const (
	IOS     Platform = "IOS"
	Android Platform = "ANDROID"
	Web     Platform = "WEB"
)

// Platforms lists them all.
var Platforms = []Platform{IOS, Android, Web}

// Notification is what a person sees, and what the app needs to open the right screen.
type Notification struct {
	// Kind is the NotificationKind of the contract; apps get it as "kind".
	Kind  string
	Title string
	// Body is shortened where the platform's size limit demands it.
	Body string
	// Link is the address that a tap opens; apps get it as "link".
	Link string
	// CollapseKey makes a later notification replace an earlier one with the same key on the device.
	CollapseKey string
	// Badge is the number on the app's icon; nil leaves it alone.
	Badge *int
	// Data goes to the app as it is. The names kind, link and those that providers reserve (aps, from, message_type,
	// google.…, gcm.…) are not available.
	Data map[string]string
}

// lifetime is how long providers keep a notification for a device that is offline. Who comes back after more than a
// day opens the app's list and has no use for yesterday's likes one by one.
const lifetime = 24 * time.Hour

// Status is what became of a notification.
type Status int

const (
	// Refused means that the provider rejected us rather than the token: keys, topic, project, the message itself.
	// The token stays; an operator has to act. It is the zero value, so that an unset outcome deletes nothing.
	Refused Status = iota
	// Delivered means that the provider took the notification over.
	Delivered
	// Logged means that there are no credentials for the platform: only a log line was written.
	Logged
	// DeadToken means that the token is to be removed, unless it was registered (again) after Outcome.DeadSince.
	DeadToken
	// Retry means that another attempt is worthwhile, not earlier than Outcome.RetryAfter from now.
	Retry
)

// String is for logs and metrics.
func (s Status) String() string {
	return [...]string{"refused", "delivered", "logged", "dead_token", "retry"}[s]
}

// Outcome is what a caller acts on.
type Outcome struct {
	Status Status
	// RetryAfter is set with Retry.
	RetryAfter time.Duration
	// DeadSince is set with DeadToken: the time of which the provider's word is known to hold. APNs sends it; for
	// the others it is the moment before the request.
	DeadSince time.Time
}

// Sender sends to the devices of one platform. It is safe for concurrent use.
type Sender interface {
	// Send sends one notification to one token. The outcome says what to do; the error, nil with Delivered, Logged
	// and DeadToken, says why, without the token.
	Send(ctx context.Context, token string, n Notification) (Outcome, error)
}

// Open makes the senders of all platforms. A platform without credentials gets one that only logs, and the log says so.
func Open(c Config, log *slog.Logger) (map[Platform]Sender, error) {
	senders := map[Platform]Sender{}
	for _, p := range Platforms {
		provider, err := c.open(p)
		if err != nil {
			return nil, err
		}
		if provider == nil {
			log.Warn("push notifications are only logged: no credentials are configured", "platform", p, "variables", variables[p])
			senders[p] = logger{platform: p, log: log}
			continue
		}
		senders[p] = newGuard(p, provider, log)
	}
	return senders, nil
}

// logger stands in for a provider without credentials.
type logger struct {
	platform Platform
	log      *slog.Logger
}

func (l logger) Send(ctx context.Context, _ string, n Notification) (Outcome, error) {
	l.log.InfoContext(ctx, "push notification not sent: no credentials", "platform", l.platform, "kind", n.Kind)
	return Outcome{Status: Logged}, nil
}

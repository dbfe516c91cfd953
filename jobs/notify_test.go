package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"styleshare/internal/push"
	"styleshare/internal/relay"
	"styleshare/models"
)

// provider is a push.Sender that remembers, and answers what it is told to.
type provider struct {
	outcome push.Outcome
	err     error
	sent    []push.Notification
	tokens  []string
}

func (p *provider) Send(_ context.Context, token string, n push.Notification) (push.Outcome, error) {
	p.sent, p.tokens = append(p.sent, n), append(p.tokens, token)
	return p.outcome, p.err
}

// liked is a style with a like that its author is told of, on a phone.
type liked struct {
	t                      *testing.T
	db                     *models.DB
	author, fan, id, phone int64
}

func newLiked(t *testing.T, locale string) *liked {
	t.Helper()
	l := &liked{t: t, db: newDB(t)}
	l.author, l.fan = member(t, l.db, "mina", locale), member(t, l.db, "jun", "en")
	l.id = style(t, l.db, l.author)
	var err error
	if l.phone, err = l.db.RegisterDevice(t.Context(), by(l.author), models.IOS, fmt.Sprintf("%064x", 1), ""); err != nil {
		t.Fatal(err)
	}
	if _, err = l.db.LikeStyle(t.Context(), by(l.fan), l.id); err != nil {
		t.Fatal(err)
	}
	expect(t, l.db, models.JobNotify, Notify(l.db), 1)
	return l
}

// newCommented is liked with a comment, of which people are told by mail too.
func newCommented(t *testing.T) *liked {
	t.Helper()
	l := newLiked(t, "en")
	if _, err := l.db.AddComment(t.Context(), by(l.fan), l.id, "where from?", 0); err != nil {
		t.Fatal(err)
	}
	expect(t, l.db, models.JobNotify, Notify(l.db), 1)
	return l
}

func (l *liked) handler(p push.Sender) Handler {
	return Push(l.db, map[push.Platform]push.Sender{push.IOS: p}, "https://style.example", "Styleshare")
}

func TestPushSaysWhatHappened(t *testing.T) {
	t.Parallel()
	for locale, words := range map[string]string{"en": "jun liked your style", "ko": "jun님이 회원님의 스타일을 좋아해요"} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			l := newLiked(t, locale)
			apple := &provider{outcome: push.Outcome{Status: push.Delivered}}
			expect(t, l.db, models.JobPush, l.handler(apple), 1)
			if len(apple.sent) != 1 || apple.tokens[0] != fmt.Sprintf("%064x", 1) {
				t.Fatalf("%+v", apple.sent)
			}
			n := apple.sent[0]
			if n.Body != words || n.Title != "Styleshare" || n.Kind != "STYLE_LIKED" || *n.Badge != 1 ||
				n.Link != "https://style.example/open/"+relay.ID("Style", l.id) || !strings.HasPrefix(n.CollapseKey, "n") {
				t.Errorf("%+v, badge %d", n, *n.Badge)
			}
		})
	}
}

func TestPushOfAFollowLeadsToWhoFollows(t *testing.T) {
	t.Parallel()
	l := newLiked(t, "en")
	hidden := member(t, l.db, "hidden", "en")
	for _, who := range []int64{l.fan, hidden} {
		if _, err := l.db.Follow(t.Context(), by(who), l.author); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, l.db, models.JobNotify, Notify(l.db), 2)
	if _, err := l.db.NewRaw(`update users set suspended_at = now() where id = ?`, hidden).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	apple := &provider{outcome: push.Outcome{Status: push.Delivered}}
	expect(t, l.db, models.JobPush, l.handler(apple), 2)
	if n := apple.sent[1]; n.Link != "https://style.example/open/"+relay.ID("User", l.fan) || strings.Contains(n.Body, "hidden") {
		t.Errorf("%+v", n)
	}
}

// Nothing is pushed that is not so any more.
func TestPushThatComesTooLate(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*liked) error{
		"the like was taken back": func(l *liked) error {
			_, err := l.db.UnlikeStyle(l.t.Context(), by(l.fan), l.id)
			expect(l.t, l.db, models.JobNotify, Notify(l.db), 1)
			return err
		},
		"it was read": func(l *liked) error {
			_, err := l.db.MarkNotificationsRead(l.t.Context(), by(l.author), nil)
			return err
		},
		"it is not wanted any more": func(l *liked) error {
			return l.db.UpdateNotificationPreferences(l.t.Context(), by(l.author), models.PreferenceChange{
				Preferences: []models.NotificationPreference{{Kind: models.StyleLiked, Channels: []models.NotificationChannel{models.InApp}}}})
		},
		"who liked is hidden": func(l *liked) error {
			_, err := l.db.NewRaw(`update users set suspended_at = now() where id = ?`, l.fan).Exec(l.t.Context())
			return err
		},
		"the recipient is gone": func(l *liked) error {
			_, err := l.db.NewRaw(`update users set deleted_at = now() where id = ?`, l.author).Exec(l.t.Context())
			return err
		},
		"the phone is gone": func(l *liked) error {
			_, err := l.db.UnregisterDevice(l.t.Context(), by(l.author), l.phone)
			return err
		},
		"the phone is somebody else's": func(l *liked) error {
			_, err := l.db.RegisterDevice(l.t.Context(), by(l.fan), models.IOS, fmt.Sprintf("%064x", 1), "")
			return err
		},
		"the style is erased": func(l *liked) error {
			_, err := l.db.DeleteStyle(l.t.Context(), by(l.author), l.id)
			expect(l.t, l.db, models.JobEraseStyle, EraseStyle(l.db), 1)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLiked(t, "en")
			if err := change(l); err != nil {
				t.Fatal(err)
			}
			apple := &provider{}
			expect(t, l.db, models.JobPush, l.handler(apple), 1)
			if len(apple.sent) != 0 {
				t.Errorf("sent %+v", apple.sent)
			}
		})
	}
}

func TestPushActsOnTheProvidersWord(t *testing.T) {
	t.Parallel()
	l := newLiked(t, "en")
	there := func() bool { return tally(t, l.db, `select count(*) from devices where id = ?`, l.phone) == 1 }
	busy := &provider{outcome: push.Outcome{Status: push.Retry, RetryAfter: time.Minute}, err: errors.New("busy")}
	if _, errs := perform(t, l.db, models.JobPush, l.handler(busy)); len(errs) != 1 || !there() {
		t.Errorf("retry: %v, device there %v", errs, there())
	}
	refused := &provider{outcome: push.Outcome{Status: push.Refused}, err: errors.New("wrong topic")}
	if _, errs := perform(t, l.db, models.JobPush, l.handler(refused)); len(errs) != 1 || !there() {
		t.Errorf("refused: %v, device there %v", errs, there())
	}
	var permanent *permanentError
	if _, errs := perform(t, l.db, models.JobPush, Push(l.db, nil, "", "")); len(errs) != 1 || !errors.As(errs[0], &permanent) {
		t.Errorf("no sender: %v", errs)
	}
	expect(t, l.db, models.JobPush, l.handler(&provider{outcome: push.Outcome{Status: push.DeadToken, DeadSince: l.db.Now()}}), 1)
	if there() {
		t.Error("the token is dead, and the device stays")
	}
}

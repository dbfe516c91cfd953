package push

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// scripted is a provider that answers as it is told.
type scripted struct {
	outcome Outcome
	err     error
}

func (s *scripted) Send(context.Context, string, Notification) (Outcome, error) {
	return s.outcome, s.err
}

func newLog() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, nil)), &b
}

func TestGuardDistrustsMassDeath(t *testing.T) {
	t.Parallel()
	provider := &scripted{}
	log, lines := newLog()
	g := newGuard(IOS, provider, log)
	send := func(times int, s Status) (believed int) {
		t.Helper()
		for range times {
			provider.outcome = Outcome{Status: s, DeadSince: time.Now()}
			outcome, err := g.Send(t.Context(), "a token", like())
			switch {
			case outcome.Status == s:
				believed++
			case outcome.Status != Retry || outcome.RetryAfter != time.Hour || err == nil || !outcome.DeadSince.IsZero():
				t.Fatalf("%v %v", outcome, err)
			}
		}
		return believed
	}
	if n := send(30, DeadToken); n != 19 {
		t.Errorf("after a start %d dead tokens were believed", n)
	}
	if n := strings.Count(lines.String(), "level=ERROR"); n != 1 {
		t.Errorf("%d lines of alarm:\n%s", n, lines)
	}
	// 30 dead of 60 are half, not more: one delivery after that, the next is believed.
	if n := send(31, Delivered); n != 31 {
		t.Errorf("only %d deliveries were believed", n)
	}
	if n := send(1, DeadToken); n != 1 {
		t.Error("a dead token is not believed although most are alive")
	}
	send(500, Delivered)
	if n := send(100, DeadToken); n != 50 {
		t.Errorf("%d of the next hundred were believed", n)
	}
	// Other answers say nothing about tokens.
	g = newGuard(IOS, provider, log)
	send(200, Retry)
	send(200, Refused)
	if n := send(19, DeadToken); n != 19 {
		t.Errorf("%d believed", n)
	}
}

func TestGuardComplainsOnceAMinute(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	g := newGuard(Android, &scripted{outcome: Outcome{Status: Refused}, err: errors.New("FCM answered 403 SENDER_ID_MISMATCH")}, log)
	for range 50 {
		if outcome, err := g.Send(t.Context(), "a-secret-token", like()); outcome.Status != Refused || err == nil {
			t.Fatalf("%v %v", outcome, err)
		}
	}
	if n := strings.Count(lines.String(), "level=ERROR"); n != 1 || !strings.Contains(lines.String(), "SENDER_ID_MISMATCH") {
		t.Errorf("%s", lines)
	}
	log, lines = newLog()
	g = newGuard(Web, &scripted{outcome: Outcome{Status: Refused}, err: errPrivateAddress}, log)
	_, _ = g.Send(t.Context(), "a-secret-token", like())
	if lines.Len() != 0 {
		t.Errorf("what a user registered raised an alarm: %s", lines)
	}
}

func TestGuardIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	log, _ := newLog()
	g := newGuard(Web, &scripted{outcome: Outcome{Status: Delivered}}, log)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				_, _ = g.Send(t.Context(), "a token", like())
			}
		})
	}
	group.Wait()
	if g.count != memory || g.dead != 0 {
		t.Errorf("%d answers, %d dead", g.count, g.dead)
	}
}

func TestWithoutCredentials(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	senders, err := Open(Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	for platform, variable := range map[Platform]string{IOS: "APNS_*", Android: "FCM_CREDENTIALS", Web: "VAPID_*"} {
		if !strings.Contains(lines.String(), "platform="+string(platform)+" variables="+variable) {
			t.Errorf("the start says nothing about %s:\n%s", platform, lines)
		}
	}
	lines.Reset()
	for _, p := range Platforms {
		if outcome, err := senders[p].Send(t.Context(), "a-secret-token", like()); err != nil || outcome.Status != Logged {
			t.Errorf("%s: %v %v", p, outcome, err)
		}
	}
	if n := strings.Count(lines.String(), "kind=STYLE_LIKED"); n != 3 {
		t.Errorf("%s", lines)
	}
	for _, private := range []string{"a-secret-token", "민지", "example.com"} {
		if strings.Contains(lines.String(), private) {
			t.Errorf("%q is in the log:\n%s", private, lines)
		}
	}
}

func TestUnsetOutcomeDeletesNothing(t *testing.T) {
	t.Parallel()
	if (Outcome{}).Status != Refused {
		t.Error("the zero outcome must leave tokens alone")
	}
	for s, want := range map[Status]string{Refused: "refused", Delivered: "delivered", Logged: "logged", DeadToken: "dead_token", Retry: "retry"} {
		if s.String() != want {
			t.Errorf("%d is %s", s, s)
		}
	}
}

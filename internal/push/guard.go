package push

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// Of the last memory answers about tokens, at least minAnswers must be there for a judgement.
	memory     = 100
	minAnswers = 20
	// distrustFor is how long a dead-token answer waits that is not believed.
	distrustFor = time.Hour
	// complainEvery keeps a wrong key from filling the log with one line for each device.
	complainEvery = time.Minute
)

// guard watches the answers of one provider.
//
// Distrust: when more than half of the last answers say that the token is dead, it is more likely that something is
// wrong on our side (the sandbox's host for production tokens, another app's key, a provider's bad day) than that most
// people uninstalled the app at once, and believing it would delete the tokens of everyone. From then on such answers
// become Retry until deliveries outweigh them again. Up to minAnswers tokens are lost to a wrong configuration after a
// start; their apps register again when they are next opened.
type guard struct {
	platform Platform
	provider Sender
	log      *slog.Logger

	mu          sync.Mutex
	answers     [memory]bool // ring: true is a dead token
	next, count int
	dead        int
	distrusting bool
	complained  time.Time
}

func newGuard(p Platform, provider Sender, log *slog.Logger) *guard {
	return &guard{platform: p, provider: provider, log: log}
}

func (g *guard) Send(ctx context.Context, token string, n Notification) (Outcome, error) {
	outcome, err := g.provider.Send(ctx, token, n)
	switch outcome.Status {
	case Refused:
		// What users can cause with the tokens they register must not drown what operators have to see.
		if !errors.Is(err, errMalformed) && !errors.Is(err, errPrivateAddress) {
			g.complain(ctx, n, err)
		}
	case Delivered:
		g.judge(ctx, false)
	case DeadToken:
		if g.judge(ctx, true) {
			return Outcome{Status: Retry, RetryAfter: distrustFor}, errDistrusted
		}
	case Retry, Logged: // say nothing about the token
	}
	return outcome, err
}

// judge counts an answer and tells whether dead tokens are distrusted now.
func (g *guard) judge(ctx context.Context, dead bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count == memory {
		if g.answers[g.next] {
			g.dead--
		}
	} else {
		g.count++
	}
	g.answers[g.next] = dead
	g.next = (g.next + 1) % memory
	if dead {
		g.dead++
	}
	distrusting := g.count >= minAnswers && 2*g.dead > g.count
	if distrusting != g.distrusting {
		g.distrusting = distrusting
		if distrusting {
			g.log.ErrorContext(ctx, "most push tokens seem dead: none is removed any more; check the provider's configuration",
				"platform", g.platform, "dead", g.dead, "answers", g.count)
		} else {
			g.log.InfoContext(ctx, "push tokens look healthy again: dead ones are removed", "platform", g.platform)
		}
	}
	return distrusting
}

func (g *guard) complain(ctx context.Context, n Notification, err error) {
	g.mu.Lock()
	silent := time.Since(g.complained) < complainEvery
	if !silent {
		g.complained = time.Now()
	}
	g.mu.Unlock()
	if !silent {
		g.log.ErrorContext(ctx, "push provider refused a notification", "platform", g.platform, "kind", n.Kind, "error", err)
	}
}

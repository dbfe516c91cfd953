package resolvers

import (
	"context"
	"strings"
	"time"

	"styleshare/internal/fault"
	"styleshare/internal/ratelimit"
	"styleshare/loaders"
)

// The limits of what strangers may try. Each attempt counts, not each request: a hundred aliases are a hundred attempts.
// Ten guesses in a quarter of an hour leave a password of the common list safe for years; addresses get more, because
// schools and offices share one.
var (
	signInByLogin    = ratelimit.Rule{Name: "sign-in/login", Limit: 10, Period: 15 * time.Minute}
	signInByAddress  = ratelimit.Rule{Name: "sign-in/address", Limit: 100, Period: 15 * time.Minute}
	signUpByAddress  = ratelimit.Rule{Name: "sign-up/address", Limit: 20, Period: time.Hour}
	signUpByLogin    = ratelimit.Rule{Name: "sign-up/login", Limit: 5, Period: time.Hour}
	resetByLogin     = ratelimit.Rule{Name: "reset/login", Limit: 3, Period: time.Hour}
	resetByAddress   = ratelimit.Rule{Name: "reset/address", Limit: 30, Period: time.Hour}
	tokenByAddress   = ratelimit.Rule{Name: "mailed-token/address", Limit: 30, Period: 15 * time.Minute}
	refreshByAddress = ratelimit.Rule{Name: "refresh/address", Limit: 600, Period: 15 * time.Minute}
	persistByCaller  = ratelimit.Rule{Name: "persisted-query/caller", Limit: 120, Period: 10 * time.Minute}
	reportByUser     = ratelimit.Rule{Name: "report/user", Limit: 30, Period: time.Hour}
	passwordByUser   = ratelimit.Rule{Name: "change-password/user", Limit: 10, Period: 15 * time.Minute}
)

// allow counts an attempt by the caller's address and, where it is given, by a login.
func (r *Resolver) allow(ctx context.Context, byAddress ratelimit.Rule, byLogin ratelimit.Rule, login string) error {
	checks := []ratelimit.Check{{Rule: byAddress, Key: loaders.CallerOf(ctx).Address}}
	if login != "" {
		checks = append(checks, ratelimit.Check{Rule: byLogin, Key: loginKey(login)})
	}
	if d := r.Limiter.AllowAll(ctx, checks...); !d.Allowed {
		return tooMany(d)
	}
	return nil
}

// MayPersist counts the queries that a caller has kept for all processes: nobody fills the store with texts that nobody
// asks for again.
func MayPersist(limiter *ratelimit.Limiter) func(context.Context) bool {
	return func(ctx context.Context) bool {
		return limiter.Allow(ctx, persistByCaller, budgetKey(loaders.CallerOf(ctx))).Allowed
	}
}

func loginKey(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

func tooMany(d ratelimit.Decision) error {
	err := fault.New(fault.RateLimited, "too many attempts: try again later")
	err.RetryAfter = d.RetryAfter
	return err
}

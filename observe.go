package main

import (
	"context"
	"strconv"

	"styleshare/internal/reporting"
	"styleshare/internal/tracing"
	"styleshare/internal/version"
	"styleshare/internal/web"
	"styleshare/loaders"
)

// observe begins to report errors and to trace, where the operator wants it: before anything connects, because what is
// traced decides about that once.
func (a *app) observe(ctx context.Context, r role) error {
	a.metrics.Built(version.Version(), version.Commit(), r.name())
	reporter, err := reporting.Open(reporting.Config{
		DSN: a.config.SentryDSN, Environment: a.config.SentryEnvironment, Release: "styleshare@" + version.Version(), Commit: version.Commit(), Role: r.name(),
		RequestOf: web.RequestIDOf, PersonOf: personOf, Registerer: a.metrics.Registry,
	})
	if err != nil {
		return err
	}
	a.log = reporter.Watch(a.log)
	a.closers = append(a.closers, reporter.Close)
	stop, err := tracing.Open(ctx, version.Version(), r.name(), a.log)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, stop)
	return nil
}

// personOf is the id of the person whose request ctx belongs to; empty for nobody's.
func personOf(ctx context.Context) string {
	if id := loaders.CallerOf(ctx).UserID; id != 0 {
		return strconv.FormatInt(id, 10)
	}
	return ""
}

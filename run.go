package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"styleshare/internal/config"
	"styleshare/internal/devstack"
	"styleshare/internal/mail"
	"styleshare/models/migrations"
)

type runCommand struct{}

// Run starts what the variables do not name, migrates, seeds once, and serves until it is told to stop.
func (runCommand) Run(ctx context.Context) error {
	start := time.Now()
	stack, err := devstack.Start(ctx, devstack.Options{Dir: ".", Need: devstack.Needed(os.Getenv), Out: os.Stderr})
	if err != nil {
		return err
	}
	defer stack.Stop()
	sink, err := mail.NewSink("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = sink.Close() }()

	// Later ones count. The stack names only the parts that the operator's variables do not, and whoever has AWS_REGION set
	// for something else still reaches the private store.
	environment := slices.Concat([]string{"SMTP_URL=" + sink.URL(), "MAIL_FROM=Styleshare <no-reply@styleshare.example>", "LOG_FORMAT=text"},
		os.Environ(), stack.Environ())
	c, err := config.Load(environment)
	if err != nil {
		return fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	l, err := openListeners(ctx, c, role{api: true, worker: true}, true)
	if err != nil {
		return err
	}
	if c.PublicURL == "" {
		c.PublicURL = addressOf(l.public)
	}
	if err = c.Validate(); err != nil {
		l.close()
		return fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	if c.Mail.URL != sink.URL() {
		sink = nil
	}
	if err = migrations.Apply(ctx, c.DatabaseURL); err != nil {
		l.close()
		return err
	}
	a, err := openApp(ctx, c, role{api: true, worker: true})
	if err != nil {
		l.close()
		return err
	}
	defer a.close()
	ready := func(ctx context.Context) error {
		err := a.seed(ctx, os.Stderr)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the rest of the demo data comes with the next start
		}
		if err == nil {
			a.greet(l, sink != nil, time.Since(start))
		}
		return err
	}
	return a.run(ctx, role{api: true, worker: true}, l, extras{sink: sink, ready: ready, failed: stack.Failed(), demo: demoPerson()})
}

// greet ends the start: addresses, the demo account, and three things to try.
func (a *app) greet(l listeners, sink bool, took time.Duration) {
	admin := addressOf(l.admin)
	mails := ""
	if sink {
		mails = fmt.Sprintf("\n  mail sink    %s/mail/", admin)
	}
	fmt.Fprintf(os.Stderr, `
Styleshare is ready after %.1f s.

  playground   %s/
  API          %s/graphql
  admin        %s/   jobs, metrics, profiles (never make it public)%s

  demo account %s, password %s

Three things to try:
  1. Open the playground, sign in as %s with one click and run HomeFeed: pictures come under the answer.
  2. Like a style as %s there, then look at %s/jobs/: the notification was a job.
  3. curl -s %s/graphql -H 'Content-Type: application/json' \
       -d '{"query":"{ discover(first: 3) { nodes { caption likeCount author { username } photos { url } } } }"}'

Ctrl-C ends all of it; the data stays.
`, took.Seconds(), a.config.PublicURL, a.config.PublicURL, admin, mails, demoLogin, demoPassword, demoLogin, demoLogin, admin, a.config.PublicURL)
}

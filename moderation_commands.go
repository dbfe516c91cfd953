package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"styleshare/internal/cache"
	"styleshare/internal/config"
	"styleshare/internal/redisdb"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

type rolesCommands struct {
	Grant rolesGrantCommand `cmd:"" help:"Give somebody a role: member, moderator or admin."`
}

type rolesGrantCommand struct {
	Username string `arg:"" help:"Whose."`
	Role     string `arg:"" enum:"member,moderator,admin" help:"member takes away what they had."`
}

// Run gives a role.
func (c *rolesGrantCommand) Run(ctx context.Context) error {
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.GrantRole(ctx, strings.ToLower(c.Username), models.Role(strings.ToUpper(c.Role)))
}

type peopleCommands struct {
	Show      showCommand      `cmd:"" help:"Print what operators may know of somebody: no address, no text."`
	Erase     eraseCommand     `cmd:"" help:"Delete somebody's account, as they can themselves: hidden at once, erased after 30 days."`
	Suspend   suspendCommand   `cmd:"" help:"Sign somebody out and hide them and all that they made."`
	Reinstate reinstateCommand `cmd:"" help:"Let somebody in again who was suspended."`
}

type suspendCommand struct {
	Username string `arg:"" help:"Whom."`
	Note     string `help:"Why: kept for ever in the moderation log."`
}

// Run suspends a person.
func (c *suspendCommand) Run(ctx context.Context) error {
	return withCache(ctx, func(db *models.DB) error { return db.Suspend(ctx, strings.ToLower(c.Username), c.Note) })
}

type reinstateCommand struct {
	Username string `arg:"" help:"Whom."`
	Note     string `help:"Why: kept for ever in the moderation log."`
}

// Run lets a person in again.
func (c *reinstateCommand) Run(ctx context.Context) error {
	return withCache(ctx, func(db *models.DB) error { return db.Reinstate(ctx, strings.ToLower(c.Username), c.Note) })
}

type showCommand struct {
	Username string `arg:"" help:"Whom."`
}

// Run prints a person.
func (c *showCommand) Run(ctx context.Context) error {
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := db.PersonSummary(ctx, strings.ToLower(c.Username))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "id            %d (%s)\nusername      %s\nstate         %s\nrole          %s\nsince         %s\n",
		p.ID, relay.ID("User", p.ID), p.Username, p.State(), strings.ToLower(string(p.Role)), p.CreatedAt.UTC().Format(time.DateOnly))
	fmt.Fprintf(os.Stdout, "private       %t\nverified      %t\nmerged feed   %t\nstyles        %d\nfollowers     %d\nfollowing     %d\n",
		p.IsPrivate, p.Verified, p.FeedMerged, p.StyleCount, p.FollowerCount, p.FollowingCount)
	fmt.Fprintf(os.Stdout, "sessions      %d\ndevices       %d\nopen reports  %d of %d\n", p.Sessions, p.Devices, p.OpenReports, p.ReportsOfThem)
	return nil
}

type eraseCommand struct {
	Username string `arg:"" help:"Whom."`
	Note     string `help:"Why: kept for ever in the moderation log."`
	Yes      bool   `help:"Do not ask for the name again."`
}

// Run deletes a person's account.
func (c *eraseCommand) Run(ctx context.Context) error {
	if !c.Yes {
		fmt.Fprintf(os.Stderr, "This hides %s at once and erases everything of theirs after 30 days, unless they sign in again.\nType the name again: ", c.Username)
		again, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		if strings.TrimSpace(again) != c.Username {
			return errors.New("that is another name; nothing was done")
		}
	}
	return withCache(ctx, func(db *models.DB) error {
		at, err := db.Erase(ctx, strings.ToLower(c.Username), c.Note)
		if err == nil {
			fmt.Fprintf(os.Stdout, "%s is hidden, and will be erased after %s\n", c.Username, at.UTC().Format(time.DateOnly))
		}
		return err
	})
}

// withCache opens the database for a command that changes what is cached: the cache is told, or a job will tell it.
func withCache(ctx context.Context, f func(*models.DB) error) error {
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := config.Load(os.Environ())
	if err != nil {
		return err
	}
	client, err := redisdb.Open(c.RedisURL)
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	defer func() { _ = client.Close() }()
	memcached, err := openCache(ctx, db, cache.Config{Servers: c.MemcachedServers, Redis: client, Log: slog.Default()})
	if err != nil {
		return err
	}
	defer memcached.Close()
	loaders.New(loaders.Config{DB: db, Cache: memcached})
	return f(db)
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"styleshare/internal/cache"
	"styleshare/internal/config"
	"styleshare/internal/redisdb"
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
	memcached, err := cache.New(cache.Config{Servers: c.MemcachedServers, Redis: client, Log: slog.Default()})
	if err != nil {
		return fmt.Errorf("MEMCACHED_SERVERS: %w", err)
	}
	defer memcached.Close()
	loaders.New(loaders.Config{DB: db, Cache: memcached})
	return f(db)
}

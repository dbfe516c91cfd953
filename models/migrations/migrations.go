// Package migrations holds the forward-only SQL migrations and applies them.
//
// A migration must leave the previous binary running: expand first, back-fill in a job, contract in a later release.
package migrations

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// lockTimeout keeps a migration from queueing behind a long transaction while everything queues behind it.
const lockTimeout = "5s"

// Apply brings the database up to date. Several processes may call it at once: an advisory lock lets one work at a time.
func Apply(ctx context.Context, databaseURL string) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return errors.New("migrations: this is not a PostgreSQL address like postgres://user:password@host:5432/name")
	}
	config.RuntimeParams["lock_timeout"] = lockTimeout // on every connection
	db := stdlib.OpenDB(*config)
	defer db.Close()
	// One connection would deadlock with the session lock, which keeps one for itself.
	db.SetMaxOpenConns(2)
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		slog.InfoContext(ctx, "migrated", "version", r.Source.Version, "duration", r.Duration)
	}
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// Numbers are those of all migrations that this binary knows, ascending.
func Numbers() (numbers []int64) {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		text, _, _ := strings.Cut(name, "_")
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			panic(err) // embedded
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// Version is a hash over all migrations: test databases are copied from a template of the same version.
func Version() string {
	h := sha256.New()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		fmt.Fprintf(h, "%s\n%s\n", name, text)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

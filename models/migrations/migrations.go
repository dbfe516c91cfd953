// Package migrations holds the forward-only SQL migrations and applies them.
//
// A migration must leave the previous binary running: expand first, back-fill in a job, contract in a later release.
package migrations

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	gooselock "github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// lockTimeout keeps a migration from queueing behind a long transaction while everything queues behind it.
const lockTimeout = "set local lock_timeout = '5s';"

// AppliedQuery gives the number of the last migration of a database.
const AppliedQuery = "select max(version_id) from goose_db_version where is_applied"

// Apply brings the database up to date. Several processes may call it at once: a lock lets one work at a time. The address
// may lead to a pooler: nothing is prepared, and nothing is kept in a session.
func Apply(ctx context.Context, databaseURL string) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return errors.New("migrations: this is not a PostgreSQL address like postgres://user:password@host:5432/name")
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	unlock, err := lock(ctx, config)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer unlock()
	db := stdlib.OpenDB(*config)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, bounded{files}, goose.WithSlog(slog.New(slog.DiscardHandler)))
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

// lock waits for its turn. The lock belongs to a transaction, because a pooler gives each transaction another session. It is
// asked for again and again: waiting in a statement would keep "create index concurrently" waiting for this very statement.
func lock(ctx context.Context, config *pgx.ConnConfig) (unlock func(), err error) {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return nil, err
	}
	unlock = func() { _ = conn.Close(context.WithoutCancel(ctx)) }
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		tx, err := conn.Begin(ctx)
		if err != nil {
			unlock()
			return nil, err
		}
		var locked bool
		// The number is goose's own, by which earlier releases lock. Of the extended protocol, the statement would stay open with
		// its snapshot, for which "create index concurrently" waits.
		err = tx.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", pgx.QueryExecModeSimpleProtocol, gooselock.DefaultLockID).Scan(&locked)
		if err == nil && locked {
			return unlock, nil
		}
		if err == nil {
			err = tx.Rollback(ctx)
		}
		if err != nil {
			unlock()
			return nil, err
		}
		select {
		case <-ctx.Done():
			unlock()
			return nil, ctx.Err()
		case <-again.C:
		}
	}
}

// bounded is the migrations, of which each transaction sets the lock timeout for itself.
type bounded struct{ embed.FS }

// Open implements fs.FS.
func (b bounded) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	const up, alone = "-- +goose Up\n", "-- +goose NO TRANSACTION"
	if !bytes.Contains(text, []byte(alone)) {
		text = bytes.Replace(text, []byte(up), []byte(up+lockTimeout+"\n"), 1)
	}
	return boundedFile{f, bytes.NewReader(text)}, nil
}

type boundedFile struct {
	fs.File
	text *bytes.Reader
}

func (f boundedFile) Read(b []byte) (int, error) { return f.text.Read(b) }

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

// Package models holds the rows, the queries on them and the verbs that change them, one file per aggregate.
//
// A verb runs in one transaction: check, change, counters, outbox rows, idempotency row. It records what happened;
// package jobs decides what to do about it.
package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"styleshare/internal/auth"
	"styleshare/internal/replicas"
)

// DB is the database: Bun for what is written once, the pgx pool under it for the statements that matter.
type DB struct {
	*bun.DB
	Pool *pgxpool.Pool
	// Now is the clock of everything that is compared with a column; tests move it.
	Now func() time.Time
	// Passwords hashes and verifies, a few at a time.
	Passwords *auth.Passwords

	beforeCommit []func(context.Context, Changes) error
	onCommit     []func(context.Context, Changes)
	tokenKey     *keptSecret
	hot          hot
	replicas     *replicas.Set // nil without any
	statements   *statements
}

// Option is how the database is opened.
type Option func(*DB)

// BehindPooler is for an address that leads to a pooler which answers each transaction by a connection of its choice: no
// statement is prepared, and nothing is set for a session.
func BehindPooler(pooler bool) Option {
	return func(db *DB) { db.hot = newHot(pooler) }
}

// Open connects lazily; maxConns of 0 takes pgx's default (the larger of 4 and the number of cores).
func Open(databaseURL string, maxConns int32, options ...Option) (*DB, error) {
	db := &DB{
		tokenKey:   new(keptSecret),
		hot:        newHot(false),
		statements: new(statements),
		Now:        func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	}
	for _, option := range options {
		option(db)
	}
	config, err := db.poolConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	if maxConns > 0 {
		config.MaxConns = maxConns
	}
	if db.Passwords, err = auth.NewPasswords(); err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	if db.Pool, err = pgxpool.NewWithConfig(context.Background(), config); err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	db.DB = bun.NewDB(stdlib.OpenDBFromPool(db.Pool), pgdialect.New())
	return db, nil
}

// poolConfig is how the server at an address is talked to.
func (db *DB) poolConfig(databaseURL string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("this is not a PostgreSQL address like postgres://user:password@host:5432/name")
	}
	// Bun writes literals into its statements: preparing each of them would cost a second round trip and fill every
	// backend with statements used once. Hot statements say themselves how they are sent.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.Tracer = db.statements
	if db.hot.described != nil {
		return config, nil
	}
	// The prepared ones walk an index up to the end of a page, whoever asks: PostgreSQL, left to itself, plans most of them
	// anew each time, which takes as long as running them. Where the plan depends on the arguments, they are not prepared.
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		// Not by conn.Exec, with which the statements of whoever happens to need a new connection would be one more.
		_, err := conn.PgConn().Exec(ctx, "set plan_cache_mode = force_generic_plan").ReadAll()
		return err
	}
	return config, nil
}

// Close ends all connections.
func (db *DB) Close() {
	if db.replicas != nil {
		db.replicas.Close()
	}
	_ = db.DB.Close()
	db.Pool.Close()
}

// BeforeCommit has f called right before the commit of each transaction that changes cached objects, with what it changes.
// f sees to it that nobody keeps a copy of them until OnCommit's listeners are done, should this process die in between.
// Where f fails, JobInvalidate is recorded in the transaction. Call it before the first transaction.
func (db *DB) BeforeCommit(f func(context.Context, Changes) error) {
	db.beforeCommit = append(db.beforeCommit, f)
}

// OnCommit has f called after each transaction that changed something. Call it before the first transaction.
func (db *DB) OnCommit(f func(context.Context, Changes)) { db.onCommit = append(db.onCommit, f) }

// announce calls the listeners of BeforeCommit. A verb that is one statement without a transaction calls it before that
// statement with all that it may change, takes InTx instead where this fails, and calls committed afterwards, also where
// nothing has changed: or what was announced is held back for as long as a commit may take.
func (db *DB) announce(ctx context.Context, c *Changes) error {
	if c.cached() == 0 {
		return nil
	}
	c.Transaction = rand.Uint64()
	for _, listen := range db.beforeCommit {
		if err := listen(ctx, *c); err != nil {
			return err
		}
	}
	return nil
}

// committed calls the listeners of OnCommit.
func (db *DB) committed(ctx context.Context, c Changes) {
	if c.cached() == 0 && !c.Outbox {
		return
	}
	for _, listen := range db.onCommit {
		// What is committed must be made known although the caller has gone.
		listen(context.WithoutCancel(ctx), c)
	}
}

// Tx is a transaction that remembers what it changes.
type Tx struct {
	bun.Tx
	changes Changes
	now     time.Time
	hot     hot
	// writer is the person who does it, who then wants to see it: 0 for what nobody in particular does.
	writer int64
}

// maxTxAttempts bounds how often a transaction that lost a deadlock is tried again.
const maxTxAttempts = 3

// InTx runs f in a transaction and, after the commit, tells the listeners what changed. f may run more than once.
func (db *DB) InTx(ctx context.Context, f func(context.Context, *Tx) error) error {
	var err error
	for range maxTxAttempts {
		tx := &Tx{now: db.Now(), hot: db.hot}
		err = db.RunInTx(ctx, nil, func(ctx context.Context, bunTx bun.Tx) error {
			tx.Tx = bunTx
			if err := traceWork(ctx, bunTx.Tx); err != nil {
				return err
			}
			if err := f(ctx, tx); err != nil {
				return err
			}
			return db.announceOrRecord(ctx, tx)
		})
		if err == nil {
			db.wrote(ctx, tx.writer)
			db.committed(ctx, tx.changes)
			return nil
		}
		if !isRetryable(err) {
			return err
		}
	}
	return err
}

// announceOrRecord has the change told before the commit, or by a job that is committed with it.
func (db *DB) announceOrRecord(ctx context.Context, tx *Tx) error {
	if db.announce(ctx, &tx.changes) == nil {
		return nil
	}
	payload := tx.changes
	payload.Outbox = false
	tx.changes.Recorded = true
	return tx.Record(ctx, JobInvalidate, payload)
}

// Changes is what a committed transaction touched: the cached objects that are stale now, and whether work was recorded.
type Changes struct {
	Users, Styles, Photos, Comments, Tags, Brands, Items, Collections, Questions, Answers []int64
	// Transaction tells the listeners of BeforeCommit and OnCommit that they hear of the same transaction.
	Transaction uint64 `json:"-"`
	// Threads are the styles under which comments came or went.
	Threads []int64
	// Outbox says that the relay has something to hand over.
	Outbox bool
	// Recorded says that JobInvalidate is committed with them.
	Recorded bool
}

// cached is how many cached objects changed.
func (c *Changes) cached() int {
	return len(c.Users) + len(c.Styles) + len(c.Photos) + len(c.Comments) + len(c.Tags) + len(c.Brands) + len(c.Items) +
		len(c.Collections) + len(c.Questions) + len(c.Answers) + len(c.Threads)
}

// PostgreSQL's error codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	codeUniqueViolation      = "23505"
	codeForeignKeyViolation  = "23503"
	codeSerializationFailure = "40001"
	codeDeadlockDetected     = "40P01"
)

func isRetryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == codeDeadlockDetected || e.Code == codeSerializationFailure)
}

// violates tells whether err is a violation of the named constraint: a unique value that is taken, or a reference to a
// row that has just gone.
func violates(err error, constraint string) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == codeUniqueViolation || e.Code == codeForeignKeyViolation) && e.ConstraintName == constraint
}

// affected is the number of rows a statement changed.
func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

package models

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"styleshare/internal/replicas"
)

// UseReplicas has reads that may be a little old go to streaming replicas, each with as many connections as the primary:
// reads under a context of MayBeOld that fill no cache. What Bun writes, transactions and everything else stay with the
// primary. The set must run (replicas.Set.Run), and is closed with db. Call it before the first read.
func (db *DB) UseReplicas(urls []string, redis redis.UniversalClient, log *slog.Logger) (*replicas.Set, error) {
	set, err := db.OpenReplicas(urls, redis, log)
	db.replicas = set
	return set, err
}

// OpenReplicas is UseReplicas for who only looks at them, and closes the set.
func (db *DB) OpenReplicas(urls []string, redis redis.UniversalClient, log *slog.Logger) (*replicas.Set, error) {
	config := replicas.Config{Primary: db.Pool.Config(), Redis: redis, Log: log}
	for i, url := range urls {
		c, err := db.poolConfig(url)
		if err != nil {
			return nil, fmt.Errorf("replica %d: %w", i+1, err)
		}
		c.MaxConns = config.Primary.MaxConns
		config.Replicas = append(config.Replicas, c)
	}
	set, err := replicas.New(config)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return set, nil
}

// MayBeOld allows what is read under the returned context to be up to replicas.MaxAge old, unless the person (0 for nobody)
// has just written. It is for the queries of clients: never for what decides about a write, a session or a job.
func (db *DB) MayBeOld(ctx context.Context, person int64) context.Context {
	if db.replicas == nil {
		return ctx
	}
	return db.replicas.MayBeOld(ctx, person)
}

// wrote has the person read the primary for a while.
func (db *DB) wrote(ctx context.Context, person int64) {
	if db.replicas != nil && person != 0 {
		db.replicas.Wrote(ctx, person)
	}
}

// readAnywhere has read ask a replica where that may be, and else the primary. read begins anew when it is called again.
func (db *DB) readAnywhere(ctx context.Context, read func(context.Context, *pgxpool.Pool) error) error {
	if db.replicas != nil {
		if answered, err := db.replicas.Read(ctx, read); answered {
			return err
		}
	}
	return read(ctx, db.Pool)
}

// readReplica is Read by a replica. answered is false where the primary is to be asked; nobody has been given a row then.
func (db *DB) readReplica(ctx context.Context, b *Batch) (answered bool, err error) {
	if b.fills {
		// A row of a replica may be older than the last change of it, and would stay in the caches after they were told of that.
		db.replicas.ReadPrimary(ctx)
		return false, nil
	}
	var taken error
	answered, err = db.replicas.Read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		answers, err := db.send(ctx, conn.Conn(), b)
		if err != nil {
			return err
		}
		results, err := answers.ReadAll()
		if err != nil {
			return err
		}
		taken = b.takeAll(conn.Conn().TypeMap(), results)
		return nil
	})
	if err == nil {
		err = taken
	}
	return answered, err
}

// takeAll gives out what was read, once all of it has been.
func (b *Batch) takeAll(types *pgtype.Map, results []*pgconn.Result) error {
	for i, result := range results {
		for _, values := range result.Rows {
			if err := b.queued[i].each(readRow{types, result.FieldDescriptions, values}); err != nil {
				return err
			}
		}
	}
	return nil
}

// readRow is a row that was read before somebody takes it.
type readRow struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	values [][]byte
}

// Scan implements pgx.Row.
func (r readRow) Scan(into ...any) error { return pgx.ScanRow(r.types, r.fields, r.values, into...) }

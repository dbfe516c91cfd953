package models

import (
	"context"
	"fmt"
	"time"
)

// ServerFacts are what the product needs of its PostgreSQL.
type ServerFacts struct {
	Version    string // 15.8
	VersionNum int    // 150008
	Encoding   string
	Ctype      string
	// Hangul says that pg_trgm makes trigrams of Korean.
	Hangul bool
	// Replica says that the server only replays what another one writes.
	Replica bool
	Now     time.Time
	// Migrations are the versions that the database has; nil where it never was migrated.
	Migrations []int64 `bun:"-"`
}

// ServerFacts asks the server.
func (db *DB) ServerFacts(ctx context.Context) (f ServerFacts, err error) {
	err = db.NewRaw(`select current_setting('server_version') as version, current_setting('server_version_num')::int as version_num,
		pg_encoding_to_char(encoding) as encoding, datctype as ctype, pg_is_in_recovery() as replica, clock_timestamp() as now
		from pg_database where datname = current_database()`).Scan(ctx, &f)
	if err != nil {
		return f, fmt.Errorf("ask PostgreSQL: %w", err)
	}
	// Apart, because the extension may be missing.
	if err = db.NewRaw(`select show_trgm('원피스') <> '{}'`).Scan(ctx, &f.Hangul); err != nil {
		f.Hangul = false
	}
	var migrated bool
	if err = db.NewRaw(`select to_regclass('goose_db_version') is not null`).Scan(ctx, &migrated); err != nil || !migrated {
		return f, err
	}
	err = db.NewRaw(`select distinct version_id from goose_db_version where is_applied and version_id > 0 order by 1`).Scan(ctx, &f.Migrations)
	return f, err
}

// Replica is a server that follows this one.
type Replica struct {
	Name  string
	State string // streaming, catchup …; empty where the user may not know
	// LagBytes is what it has yet to replay, Lag for how long that has taken; nil where nothing is known.
	LagBytes   *int64
	LagSeconds *float64
}

// Replicas asks the primary who follows it. Only a user with the role pg_monitor learns how far they are behind.
func (db *DB) Replicas(ctx context.Context) (replicas []Replica, err error) {
	err = db.NewRaw(`select coalesce(nullif(application_name, ''), client_addr::text, pid::text) as name, coalesce(state, '') as state,
		pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint as lag_bytes, extract(epoch from replay_lag)::float8 as lag_seconds
		from pg_stat_replication order by 1`).Scan(ctx, &replicas)
	if err != nil {
		return nil, fmt.Errorf("ask for replicas: %w", err)
	}
	return replicas, nil
}

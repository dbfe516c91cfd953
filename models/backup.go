package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"styleshare/internal/backup"
)

// Backup is one that was made of this database.
type Backup struct {
	bun.BaseModel `bun:"table:backups"`

	Name       string `bun:",pk"`
	TakenAt    time.Time
	FinishedAt time.Time
	Bytes      int64 // of the encrypted dump
}

// RecordBackup notes a backup that is complete.
func (tx *Tx) RecordBackup(ctx context.Context, b *Backup) error {
	if _, err := tx.NewInsert().Model(b).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("record backup: %w", err)
	}
	return nil
}

// LastBackup is the newest one, nil where there is none.
func (db *DB) LastBackup(ctx context.Context) (*Backup, error) {
	b := new(Backup)
	err := db.NewSelect().Model(b).OrderExpr("taken_at desc").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // there need not be one
	}
	if err != nil {
		return nil, fmt.Errorf("read the last backup: %w", err)
	}
	return b, nil
}

// RestoreChecks are what must hold in a database that was restored, beside its rows.
var RestoreChecks = []backup.Check{
	{Name: "locale that cannot index Korean", Query: `select (show_trgm('원피스') = '{}')::int`},
	{Name: "people without an account", Query: `select count(*) from users u left join accounts a on a.user_id = u.id where a.user_id is null and u.deleted_at is null`},
	{Name: "clock behind the newest id", Query: `select count(*) from (select max(id) as newest from outbox) o where newest > next_id()`},
}

// restored is the milestone of a database that came back from a backup.
const restored = "restored"

// SettleRestored makes a database that came back from a backup fit to be served: what processes, memcached and Redis know
// of its later life must not be taken for this one. Copies in memcached get other names from now on (CacheNamespace). Work
// that was in Redis at the time of the backup is handed over anew, in new generations, so that tasks of old ones are not
// run. Ids need nothing: they begin with the time, and none is given twice.
func SettleRestored(ctx context.Context, databaseURL string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("settle the restored database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, statement := range []string{
			`insert into milestones (name, reached_at) values ('` + restored + `', now()) on conflict (name) do update set reached_at = excluded.reached_at`,
			`update outbox set enqueued_at = null, generation = generation + 1 where enqueued_at is not null and done_at is null and dead_at is null`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle the restored database: %w", err)
	}
	return nil
}

// CacheNamespace tells the copies of this database's rows in memcached from those of other databases, which may share it, and
// from those of its life before a restore: it is when that was, or when the schema was made.
func (db *DB) CacheNamespace(ctx context.Context) (string, error) {
	var at time.Time
	err := db.NewRaw(`select coalesce((select reached_at from milestones where name = ?),
		(select min(tstamp) at time zone 'UTC' from goose_db_version))`, restored).Scan(ctx, &at)
	if err != nil {
		return "", fmt.Errorf("read the cache's namespace: %w", err)
	}
	const base = 36
	return strconv.FormatInt(at.UnixMicro(), base) + ":", nil
}

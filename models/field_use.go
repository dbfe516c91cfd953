package models

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// FieldUse is how often a client has asked for a field.
type FieldUse struct {
	// Client and Version are what it calls itself; empty where it does not.
	Client, Version string
	Field           string // Type.field
	Uses            int64
	LastSeenAt      time.Time
}

// CompareFieldUses orders them by field, client and version.
func CompareFieldUses(a, b FieldUse) int {
	return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Version, b.Version))
}

// fieldUseBatch is how many rows one statement writes.
const fieldUseBatch = 2000

const addFieldUsesSQL = `insert into field_uses as f (day, client, version, field, uses, last_seen_at)
	select ?0, client, version, field, uses, ?1 from unnest(?2::text[], ?3::text[], ?4::text[], ?5::bigint[]) u (client, version, field, uses)
	on conflict (day, client, version, field) do update set uses = f.uses + excluded.uses, last_seen_at = greatest(f.last_seen_at, excluded.last_seen_at)`

// AddFieldUses adds to what was counted today (UTC), all or nothing; LastSeenAt is now. The rows come in the order of
// CompareFieldUses, so that processes that write the same ones at once wait for each other.
func (db *DB) AddFieldUses(ctx context.Context, uses []FieldUse) error {
	now := db.Now()
	err := db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		for len(uses) > 0 {
			n := min(fieldUseBatch, len(uses))
			clients, versions, fields, counts := make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
			for i, u := range uses[:n] {
				clients[i], versions[i], fields[i], counts[i] = u.Client, u.Version, u.Field, u.Uses
			}
			_, err := tx.NewRaw(addFieldUsesSQL, now.UTC().Format(time.DateOnly), now, pgdialect.Array(clients), pgdialect.Array(versions),
				pgdialect.Array(fields), pgdialect.Array(counts)).Exec(ctx)
			if err != nil {
				return err
			}
			uses = uses[n:]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add field uses: %w", err)
	}
	return nil
}

// FieldUses sums up the last days, today among them, by field, client and version. fields are those that are wanted; nil
// for all.
func (db *DB) FieldUses(ctx context.Context, days int, fields []string) (uses []FieldUse, err error) {
	err = db.NewRaw(`select client, version, field, sum(uses)::bigint as uses, max(last_seen_at) as last_seen_at from field_uses
		where day > ?0 and (?1 or field = any(?2)) group by field, client, version order by field, client, version`,
		db.Now().UTC().AddDate(0, 0, -days).Format(time.DateOnly), fields == nil, pgdialect.Array(fields)).Scan(ctx, &uses)
	if err != nil {
		return nil, fmt.Errorf("read field uses: %w", err)
	}
	return uses, nil
}

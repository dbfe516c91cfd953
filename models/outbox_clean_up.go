package models

import (
	"context"
	"fmt"
	"time"
)

// How long rows are kept after they have become useless. Longer than the schedule's longest interval for done work,
// because the rows are also what keeps a tick from running twice.
const (
	keepDoneJobs     = 3 * 24 * time.Hour
	keepMailedTokens = 7 * 24 * time.Hour
	keepSessions     = 30 * 24 * time.Hour
	keepDigests      = 60 * 24 * time.Hour
	keepSigningKeys  = 24 * time.Hour
	keepFieldUses    = 90 * 24 * time.Hour
)

// cleanUpBatch is how many rows one statement deletes, so that none holds its locks for long.
const cleanUpBatch = 1000

var cleanUps = []struct {
	table, useless string
	keep           time.Duration
}{
	{"outbox", "done_at < ?0", keepDoneJobs},
	{"idempotency_keys", "created_at < ?0", IdempotencyTTL},
	{"mailed_tokens", "expires_at < ?0", keepMailedTokens},
	{"sessions", "expires_at < ?0 or revoked_at < ?0", keepSessions},
	{"signing_keys", "retired_at < ?0", keepSigningKeys},
	{"digests", "created_at < ?0", keepDigests},
	{"field_uses", "day < ?0", keepFieldUses},
	{"notifications", "actor_count = 0 and updated_at < ?0 and not exists (select from notification_actors a where a.notification_id = notifications.id)", mailAgainAfter},
}

// CleanUpRows deletes rows that have been useless for long enough and tells how many, by table. Each batch is a
// transaction of its own: what an error interrupts is done up to there.
func (db *DB) CleanUpRows(ctx context.Context) (map[string]int64, error) {
	deleted := map[string]int64{}
	for _, c := range cleanUps {
		before := db.Now().Add(-c.keep)
		statement := fmt.Sprintf("delete from %s where ctid = any(array(select ctid from %[1]s where %s limit %d for update skip locked))", c.table, c.useless, cleanUpBatch)
		for n := int64(cleanUpBatch); n == cleanUpBatch; {
			var err error
			if n, err = affected(db.NewRaw(statement, before).Exec(ctx)); err != nil {
				return deleted, fmt.Errorf("clean up %s: %w", c.table, err)
			}
			deleted[c.table] += n
		}
	}
	return deleted, nil
}

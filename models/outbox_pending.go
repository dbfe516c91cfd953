package models

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// PendingChanges gives what the cache was not told when it happened and no JobInvalidate has told it since, as far as it is
// younger than lately.
func (db *DB) PendingChanges(ctx context.Context, lately time.Duration) ([]Changes, error) {
	var payloads []json.RawMessage
	// Three parts for the reason that JobGauges has.
	err := db.NewRaw(`with open as (
			select kind, created_at, payload from outbox where enqueued_at is null and done_at is null and dead_at is null
			union all
			select kind, created_at, payload from outbox where enqueued_at is not null and done_at is null and dead_at is null
			union all
			select kind, created_at, payload from outbox where dead_at is not null and done_at is null)
		select payload from open where kind = ?0 and created_at > ?1`, JobInvalidate, db.Now().Add(-lately)).Scan(ctx, &payloads)
	if err != nil {
		return nil, fmt.Errorf("pending changes: %w", err)
	}
	pending := make([]Changes, len(payloads))
	for i, payload := range payloads {
		if err = json.Unmarshal(payload, &pending[i]); err != nil { //nolint:musttag // the names of the fields are those of the payload
			return nil, fmt.Errorf("pending changes: %w", err)
		}
	}
	return pending, nil
}

package models

import (
	"context"
	"encoding/json"
	"testing"
)

// notifyJobs are all that were recorded, in the order in which they were.
func notifyJobs(t testing.TB, db *DB) []NotifyJob {
	t.Helper()
	var payloads []json.RawMessage
	if err := db.NewRaw(`select payload from outbox where kind = ? order by id`, JobNotify).Scan(t.Context(), &payloads); err != nil {
		t.Fatal(err)
	}
	all := make([]NotifyJob, len(payloads))
	for i, p := range payloads {
		if err := json.Unmarshal(p, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// runNotifyJobs does what package jobs does with them.
func runNotifyJobs(t testing.TB, db *DB) {
	t.Helper()
	for _, job := range notifyJobs(t, db) {
		fold(t, db, job)
	}
}

func fold(t testing.TB, db *DB, job NotifyJob) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, job) })
}

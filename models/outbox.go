package models

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// JobKind names a kind of work; package jobs has one handler for each.
type JobKind string

// The kinds of work that verbs record, with what their payloads carry.
const (
	JobProcessPhoto   JobKind = "photo.process"    // PhotoJob: thumbnails
	JobErasePhoto     JobKind = "photo.erase"      // ObjectsJob: objects of photos whose rows are gone
	JobFanOutStyle    JobKind = "style.fan_out"    // StyleJob: into the followers' feeds
	JobEraseStyle     JobKind = "style.erase"      // StyleJob: feeds, objects, rows of a deleted style
	JobSettlePerson   JobKind = "person.settle"    // PersonJob: counts of what they made and did, once more or fewer people may see it
	JobErasePerson    JobKind = "person.erase"     // PersonJob: everything of somebody who left, when it is time
	JobExport         JobKind = "person.export"    // ExportJob: an archive of everything about a person
	JobNotify         JobKind = "notify"           // NotifyJob: brings one fold in line with the rows
	JobEvent          JobKind = "event"            // EventJob: tells the subscribers of a topic
	JobPush           JobKind = "push"             // PushJob: one notification to one device
	JobMail           JobKind = "mail"             // MailJob: one message to one person
	JobDigest         JobKind = "digest"           // DigestJob: what one person missed, by mail
	JobDigestBatch    JobKind = "digest.batch"     // DigestBatchJob: which of some accounts get one
	JobInvalidate     JobKind = "cache.invalidate" // Changes: what the cache could not be told when it happened
	JobBeginDigests   JobKind = "digest.begin"     // scheduled: the time zones where it is Monday morning
	JobCleanUpPhotos  JobKind = "photos.clean_up"  // scheduled: uploads never completed, photos never used
	JobIndexStale     JobKind = "search.index"     // scheduled: what search does not find yet
	JobCleanUpExports JobKind = "exports.clean_up" // scheduled: archives that have expired
	JobReconcile      JobKind = "reconcile"        // scheduled: counters, photos and feeds that are not as the rows say
	JobBackup         JobKind = "database.backup"  // scheduled: a copy of the database
	JobCleanUpRows    JobKind = "rows.clean_up"    // scheduled: ended sessions, used tokens, old keys, done work
)

// PhotoJob names the photo that the work is about.
type PhotoJob struct {
	PhotoID int64 `json:"photoId"`
}

// PersonJob names the person that the work is about.
type PersonJob struct {
	UserID int64 `json:"userId"`
}

// StyleJob names the style that the work is about.
type StyleJob struct {
	StyleID int64 `json:"styleId"`
}

// ObjectsJob names objects in the store.
type ObjectsJob struct {
	Keys []string `json:"keys"`
}

// OutboxRow is one piece of recorded work and the ledger of what became of it.
type OutboxRow struct {
	bun.BaseModel `bun:"table:outbox"`

	ID          int64           `bun:",pk,autoincrement"`
	Kind        JobKind         `bun:",notnull"`
	UniqueKey   *string         `bun:"unique_key"`
	Payload     json.RawMessage `bun:"type:jsonb"`
	CreatedAt   time.Time
	AvailableAt time.Time
	EnqueuedAt  *time.Time
	Generation  int
	Attempts    int
	LastError   *string
	DoneAt      *time.Time
	DeadAt      *time.Time
	// Traceparent names the trace of the request or job that recorded the work; nil where it was not recorded. The database
	// sets it, see traceWork.
	Traceparent *string `bun:",scanonly"`
}

// State is the word for what has become of the work.
func (o *OutboxRow) State() string {
	switch {
	case o.DoneAt != nil:
		return "done"
	case o.DeadAt != nil:
		return "dead"
	case o.EnqueuedAt != nil:
		return "handed over"
	default:
		return "recorded"
	}
}

// Record puts work into the outbox of the transaction.
func (tx *Tx) Record(ctx context.Context, kind JobKind, payload any) error {
	return tx.RecordAt(ctx, kind, payload, tx.now)
}

// RecordAt is Record for work that must wait until a moment.
func (tx *Tx) RecordAt(ctx context.Context, kind JobKind, payload any, at time.Time) error {
	text, err := json.Marshal(payload)
	if err == nil {
		_, err = tx.exec(ctx, `insert into outbox (kind, payload, created_at, available_at, generation, attempts)
			values ($1, $2, $3, $4, 0, 0)`, kind, string(text), tx.now, at)
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	tx.changes.Outbox = true
	return nil
}

// recordAll is Record for many pieces of work of one kind, in one statement.
func (tx *Tx) recordAll(ctx context.Context, kind JobKind, payloads []any) error {
	return tx.recordAllAt(ctx, kind, payloads, slices.Repeat([]time.Time{tx.now}, len(payloads)))
}

// recordAllAt is recordAll for work that must wait, each piece until a moment of its own.
func (tx *Tx) recordAllAt(ctx context.Context, kind JobKind, payloads []any, at []time.Time) error {
	if len(payloads) == 0 {
		return nil
	}
	texts := make([]string, len(payloads))
	for i, payload := range payloads {
		text, err := json.Marshal(payload)
		if err != nil {
			return fmt.Errorf("record %s: %w", kind, err)
		}
		texts[i] = string(text)
	}
	_, err := tx.exec(ctx, `insert into outbox (kind, payload, created_at, available_at, generation, attempts)
		select $1, p::jsonb, $2::timestamptz, at, 0, 0 from unnest($3::text[], $4::timestamptz[]) as w (p, at)`, kind, tx.now, texts, at)
	if err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	tx.changes.Outbox = true
	return nil
}

// RecordOnce puts scheduled work into the outbox unless its key is there already, and tells whether it did.
func (tx *Tx) RecordOnce(ctx context.Context, kind JobKind, payload any, key string) (bool, error) {
	row, err := newOutboxRow(kind, payload, tx.now, tx.now)
	if err != nil {
		return false, err
	}
	row.UniqueKey = &key
	n, err := affected(tx.NewInsert().Model(row).ExcludeColumn("id").On("CONFLICT (unique_key) DO NOTHING").Returning("NULL").Exec(ctx))
	if err != nil {
		return false, fmt.Errorf("record %s: %w", kind, err)
	}
	tx.changes.Outbox = tx.changes.Outbox || n > 0
	return n > 0, nil
}

// Recorded tells whether RecordOnce has taken one of the keys, as far as done work is remembered.
func (db *DB) Recorded(ctx context.Context, keys []string) (recorded bool, err error) {
	err = db.NewRaw(`select exists(select from outbox where unique_key = any(?))`, pgdialect.Array(keys)).Scan(ctx, &recorded)
	if err != nil {
		return false, fmt.Errorf("look for recorded work: %w", err)
	}
	return recorded, nil
}

func newOutboxRow(kind JobKind, payload any, now, at time.Time) (*OutboxRow, error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", kind, err)
	}
	return &OutboxRow{Kind: kind, Payload: text, CreatedAt: now, AvailableAt: at}, nil
}

// Package backup keeps copies of a PostgreSQL database in a bucket: pg_dump's output, encrypted with age while it is
// uploaded, and beside it a manifest that says what is in it. Nothing touches the disk. The manifest is written last: what
// has none is no backup. A backup can be made with a public key alone; to read one takes the private key.
package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"styleshare/internal/storage"
)

// Backups are those of one bucket.
type Backups struct {
	Store *storage.Store
	// DatabaseURL is the database's own address, not that of a pooler.
	DatabaseURL string
	Config      Config
	// Release is the version of this program.
	Release string
	// SchemaVersion is a query that gives the version of the schema as a number.
	SchemaVersion string
	// Checks are what else must hold in a restored database.
	Checks []Check
	// Now is the clock; nil is the system's.
	Now func() time.Time
	Log *slog.Logger
}

// Check is a query that counts what is wrong, as one number.
type Check struct{ Name, Query string }

// Manifest says what is in a backup.
type Manifest struct {
	// Name is the moment that the backup holds, in UTC.
	Name          string    `json:"name"`
	TakenAt       time.Time `json:"takenAt"`
	FinishedAt    time.Time `json:"finishedAt"`
	Release       string    `json:"release"`
	PostgreSQL    string    `json:"postgresql"` // like 15.18
	SchemaVersion int64     `json:"schemaVersion"`
	Collate       string    `json:"collate"`
	CType         string    `json:"ctype"`
	Bytes         int64     `json:"bytes"`  // of the encrypted dump
	SHA256        string    `json:"sha256"` // of the encrypted dump, in hexadecimal
	Recipients    []string  `json:"recipients"`
	Tables        []Table   `json:"tables"`
}

// Table is what one table held.
type Table struct {
	Name string `json:"name"` // with its schema, as SQL writes it
	Rows int64  `json:"rows"`
	// Sum is over the contents of all rows, in whatever order.
	Sum string `json:"sum"`
}

// Rows is how many rows the backup has.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// ErrNone is returned where there is no backup, or not the one that was asked for.
var ErrNone = errors.New("there is no such backup")

// Keys of the objects: prefix, name, suffix. There is no "-" in them, behind which storage's errors take keys for secret.
const (
	prefix         = "database/"
	dumpSuffix     = ".dump.age"
	manifestSuffix = ".json"
	nameLayout     = "20060102T150405.000Z"
)

func dumpKey(name string) string     { return prefix + name + dumpSuffix }
func manifestKey(name string) string { return prefix + name + manifestSuffix }

// maxManifestBytes is far more than the names of all tables take.
const maxManifestBytes = 1 << 20

func (b *Backups) now() time.Time {
	if b.Now != nil {
		return b.Now()
	}
	return time.Now()
}

// parseName gives the moment of a name, false for what is none.
func parseName(name string) (time.Time, bool) {
	at, err := time.Parse(nameLayout, name)
	return at, err == nil
}

// names lists the backups, the newest first, and the dumps that have no manifest.
func (b *Backups) names(ctx context.Context) (whole, dumps []string, err error) {
	manifests := map[string]bool{}
	err = b.Store.List(ctx, prefix, func(o storage.Object) error {
		rest := strings.TrimPrefix(o.Key, prefix)
		name, isManifest := strings.CutSuffix(rest, manifestSuffix)
		name, isDump := strings.CutSuffix(name, dumpSuffix)
		if _, ok := parseName(name); !ok {
			return nil
		}
		if isManifest {
			manifests[name] = true
		} else if isDump {
			dumps = append(dumps, name)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for name := range manifests {
		whole = append(whole, name)
	}
	slices.Sort(whole)
	slices.Reverse(whole)
	return whole, slices.DeleteFunc(dumps, func(name string) bool { return manifests[name] }), nil
}

// List gives the manifests of all backups, the newest first.
func (b *Backups) List(ctx context.Context) ([]Manifest, error) {
	names, _, err := b.names(ctx)
	if err != nil {
		return nil, err
	}
	manifests := make([]Manifest, len(names))
	for i, name := range names {
		if manifests[i], err = b.manifest(ctx, name); err != nil {
			return nil, err
		}
	}
	return manifests, nil
}

// Find gives the manifest of a backup, of the newest where name is empty; ErrNone where there is none.
func (b *Backups) Find(ctx context.Context, name string) (Manifest, error) {
	if name == "" {
		names, _, err := b.names(ctx)
		if err != nil {
			return Manifest{}, err
		}
		if len(names) == 0 {
			return Manifest{}, ErrNone
		}
		name = names[0]
	}
	return b.manifest(ctx, name)
}

func (b *Backups) manifest(ctx context.Context, name string) (m Manifest, err error) {
	text, err := b.Store.Get(ctx, manifestKey(name), maxManifestBytes)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return m, fmt.Errorf("%s: %w", name, ErrNone)
	case err != nil:
		return m, err
	}
	if err = json.Unmarshal(text, &m); err != nil || m.Name != name {
		return m, fmt.Errorf("backup %s: its manifest is damaged", name)
	}
	return m, nil
}

package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// newBackups are those of a database of some tables, with keys of their own.
func newBackups(t *testing.T) *Backups {
	t.Helper()
	bucket := testkit.S3(t)
	store, err := storage.New(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	b := &Backups{Store: store, DatabaseURL: testkit.EmptyDatabase(t), Release: "1.2.3", SchemaVersion: "select max(version) from versions",
		Checks: []Check{{"negative numbers", "select count(*) from numbers where n < 0"}}}
	b.Config.IdentityFile, b.Config.Recipients = newKeys(t)
	execute(t, b.DatabaseURL, `create table versions (version bigint); insert into versions values (7);
		create table numbers (n bigint primary key, "as Text" text not null unique, at timestamptz default now(), half real);
		insert into numbers select n, md5(n::text), now(), n / 3.0 from generate_series(1, 5000) n;
		create schema aside; create table aside.empty ()`)
	return b
}

func newKeys(t *testing.T) (identityFile string, recipients []string) {
	t.Helper()
	var file bytes.Buffer
	recipient, err := WriteKeys(&file)
	if err != nil {
		t.Fatal(err)
	}
	identityFile = filepath.Join(t.TempDir(), "backup.key")
	if err := os.WriteFile(identityFile, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return identityFile, []string{recipient}
}

func execute(t *testing.T, databaseURL, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, databaseURL, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (b *Backups) create(t *testing.T) Manifest {
	t.Helper()
	m, err := b.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBackupRestoresWhatWasThere(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	m := b.create(t)
	if len(m.Tables) != 3 || m.Rows() != 5001 || m.SchemaVersion != 7 || m.Release != "1.2.3" {
		t.Errorf("%+v", m)
	}
	execute(t, b.DatabaseURL, "delete from numbers") // later than the backup
	report, err := b.Verify(t.Context(), "", b.DatabaseURL)
	if err != nil || len(report.Differences) > 0 {
		t.Errorf("verify: %v, %+v", err, report)
	}
	t.Logf("%d bytes, restored in %s, compared in %s", m.Bytes, report.Restoring, report.Comparing)

	target := testkit.EmptyDatabase(t)
	report, err = b.Restore(t.Context(), m.Name, target, false)
	if err != nil || len(report.Differences) > 0 {
		t.Errorf("restore: %v, %+v", err, report)
	}
	if _, err = b.Restore(t.Context(), m.Name, target, false); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("restore twice: %v", err)
	}
	execute(t, target, "create table later (n int references numbers); delete from numbers where n < 10")
	if report, err = b.Restore(t.Context(), m.Name, target, true); err != nil {
		t.Error(err)
	} else if len(report.Differences) > 0 {
		t.Errorf("replaced: %v", report.Differences)
	}
}

func TestBackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan error, 1)
	conn, err := pgx.Connect(ctx, b.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	go func() { // writes all the time
		for n := 10_000; ctx.Err() == nil; n++ {
			if _, err := conn.Exec(context.Background(), "insert into numbers values ($1, $1::bigint::text)", n); err != nil {
				written <- err
				return
			}
		}
		written <- conn.Close(context.Background())
	}()
	b.create(t)
	stop()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	report, err := b.Verify(t.Context(), "", b.DatabaseURL)
	if err != nil || len(report.Differences) > 0 {
		t.Errorf("%v, %+v", err, report)
	}
}

func TestVerifyFindsDifferences(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	m := b.create(t)
	execute(t, b.DatabaseURL, `insert into versions values (8); update numbers set half = half + 1 where n = 77; create table more (n int);
		insert into numbers values (-1, 'x'); drop table aside.empty; delete from numbers where n = 5`)
	conn, err := connect(t.Context(), b.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer disconnect(t.Context(), conn)
	report, err := b.compare(t.Context(), conn, m)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"the schema is version 8, the backup was 7", "aside.empty is missing", "public.numbers has rows with other contents",
		"public.versions has 2 rows, the backup 1", "public.more was not in the backup", "1 negative numbers"}
	if !slices.Equal(report.Differences, want) {
		t.Errorf("got  %q\nwant %q", report.Differences, want)
	}
}

// TestBadBackupsAreNoticed looks at what may become of an object, and at whoever has another key.
func TestBadBackupsAreNoticed(t *testing.T) { //nolint:tparallel // one object becomes this and that
	t.Parallel()
	b := newBackups(t)
	m := b.create(t)
	body, err := b.Store.Get(t.Context(), dumpKey(m.Name), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(body)
	changed[len(changed)/2] ^= 1
	others, _ := newKeys(t)
	for name, c := range map[string]struct {
		body     []byte
		identity string
		trusting bool // the manifest says what the object is
		want     error
	}{
		"changed":             {body: changed, want: ErrDamaged},
		"changed, unnoticed":  {body: changed, trusting: true, want: ErrDamaged},
		"cut short":           {body: body[:len(body)-100], want: ErrDamaged},
		"cut at a chunk":      {body: body[:len(body)-len(body)%(64<<10+16)], trusting: true, want: ErrDamaged},
		"of another key":      {body: body, identity: others, want: ErrWrongKey},
		"with something more": {body: append(slices.Clone(body), 'x'), want: ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			bad := *b
			if c.identity != "" {
				bad.Config.IdentityFile = c.identity
			}
			if err := b.Store.Put(t.Context(), dumpKey(m.Name), "application/octet-stream", "", c.body); err != nil {
				t.Fatal(err)
			}
			manifest := m
			if c.trusting {
				sum := sha256.Sum256(c.body)
				manifest.Bytes, manifest.SHA256 = int64(len(c.body)), hex.EncodeToString(sum[:])
			}
			putManifest(t, b, manifest)
			target := testkit.EmptyDatabase(t)
			if _, err := bad.Restore(t.Context(), "", target, false); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if n := number(t, target, "select count(*) from pg_tables where schemaname in ('public', 'aside')"); n != 0 {
				t.Errorf("%d tables are left", n)
			}
			if _, err := bad.Verify(t.Context(), "", b.DatabaseURL); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if n := number(t, b.DatabaseURL, "select count(*) from pg_database where starts_with(datname, '"+scratch+"')"); n != 0 {
		t.Errorf("%d scratch databases are left", n)
	}
}

func putManifest(t *testing.T, b *Backups, m Manifest) {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Store.Put(t.Context(), manifestKey(m.Name), "application/json", "", text); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsListedOfWhatFailed(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	// Whom pg_dump waits for, until it gives up by its parent's end.
	conn, err := pgx.Connect(t.Context(), b.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "lock table numbers in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := b.Create(ctx); err == nil {
		t.Error("a backup was made")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if whole, dumps, err := b.names(t.Context()); err != nil || len(whole)+len(dumps) > 0 {
		t.Errorf("%v %v %v", whole, dumps, err)
	}
	if _, err := b.Find(t.Context(), ""); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

func TestOneBackupAtATime(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	conn, err := pgx.Connect(t.Context(), b.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "select pg_advisory_lock($1)", backupLock); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Create(t.Context()); !errors.Is(err, ErrUnderWay) {
		t.Error(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.create(t)
	b.create(t) // at the same second
	for _, m := range b.list(t) {
		if report, err := b.Verify(t.Context(), m.Name, b.DatabaseURL); err != nil || len(report.Differences) > 0 {
			t.Errorf("%s: %v, %+v", m.Name, err, report)
		}
	}
}

func (b *Backups) list(t *testing.T) []Manifest {
	t.Helper()
	manifests, err := b.List(t.Context())
	if err != nil || len(manifests) == 0 {
		t.Fatal(manifests, err)
	}
	return manifests
}

func TestPrune(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	b.Config.Keep = "2,0,0"
	start := time.Date(2026, 11, 1, 19, 0, 0, 0, time.UTC)
	var names []string
	for day := range 3 {
		at := start.AddDate(0, 0, day)
		b.Now = func() time.Time { return at }
		names = append(names, b.create(t).Name)
	}
	abandoned, fresh := "20261103T180000.000Z", "20261103T185900.000Z"
	for _, name := range []string{abandoned, fresh} {
		if err := b.Store.Put(t.Context(), dumpKey(name), "application/octet-stream", "", []byte("half")); err != nil {
			t.Fatal(err)
		}
	}
	b.Now = func() time.Time { return start.AddDate(0, 0, 3).Add(-30 * time.Minute) }
	deleted, err := b.Prune(t.Context())
	if err != nil || !slices.Equal(deleted, names[:1]) {
		t.Errorf("%v, %v", deleted, err)
	}
	whole, dumps, err := b.names(t.Context())
	if err != nil || !slices.Equal(whole, []string{names[2], names[1]}) || !slices.Equal(dumps, []string{fresh}) {
		t.Errorf("%v %v %v", whole, dumps, err)
	}
	b.Config.Keep = "all"
	if deleted, err = b.Prune(t.Context()); err != nil || deleted != nil {
		t.Errorf("%v, %v", deleted, err)
	}
}

func TestPublicBucketIsNoticed(t *testing.T) {
	t.Parallel()
	b := newBackups(t)
	if public, err := b.Store.IsPublic(t.Context(), manifestKey(b.create(t).Name)); public || err != nil {
		t.Errorf("private: %v, %v", public, err)
	}
	key := storage.PublicPrefix + "x"
	if err := b.Store.Put(t.Context(), key, "text/plain", "", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if public, err := b.Store.IsPublic(t.Context(), key); !public || err != nil {
		t.Errorf("public: %v, %v", public, err)
	}
}

func TestMissingProgramsAreNamed(t *testing.T) {
	t.Parallel()
	for wanted, want := range map[string]string{
		"pg_dump 15":      "",
		"pg_dump 99":      "install postgresql-client-99",
		"pg_dump_other 1": "pg_dump_other is not on this machine",
	} {
		var name string
		var major int
		if _, err := fmt.Sscan(wanted, &name, &major); err != nil {
			t.Fatal(err)
		}
		_, err := program(t.Context(), name, major)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", wanted, err)
		}
	}
}

package migrations_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"styleshare/internal/testkit"
	"styleshare/models/migrations"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func query[T any](t *testing.T, address, statement string) (value T) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), statement).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// files is how many migrations there are.
func files(t *testing.T) int {
	t.Helper()
	names, err := filepath.Glob("*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	return len(names)
}

const applied = `select count(*) from goose_db_version where version_id > 0`

func TestApplyTwice(t *testing.T) {
	t.Parallel()
	address := testkit.EmptyDatabase(t)
	for range 2 {
		if err := migrations.Apply(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	}
	if n := query[int](t, address, applied); n != files(t) {
		t.Errorf("%d migrations on record", n)
	}
	if !query[bool](t, address, `select next_id() < next_id() and next_id() > 0`) {
		t.Error("ids do not rise")
	}
}

func TestApplyByTwoProcessesAtOnce(t *testing.T) {
	t.Parallel()
	address := testkit.EmptyDatabase(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := migrations.Apply(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := query[int](t, address, applied); n != files(t) {
		t.Errorf("%d migrations on record", n)
	}
}

// A deleted row is looked for in every table that refers to it: without an index by reading all of that table. That is the
// better choice for the author of styles alone: somebody is erased once, and each like would write one more index.
func TestEveryReferenceHasAnIndex(t *testing.T) {
	t.Parallel()
	address := testkit.EmptyDatabase(t)
	if err := migrations.Apply(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	const missing = `select coalesce(string_agg(k.conrelid::regclass || ' ' || k.conkey::text, ', '), '') from pg_constraint k where k.contype = 'f'
		and k.conname <> 'styles_author_id_fkey'
		and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1]
			and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)',
				(select attname from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]))))`
	if found := query[string](t, address, missing); found != "" {
		t.Errorf("no index finds what refers by these columns: %s", found)
	}
}

// Without a UTF-8 locale PostgreSQL makes no trigrams of Hangul, and says nothing.
func TestApplyRefusesADatabaseThatCannotIndexKorean(t *testing.T) {
	t.Parallel()
	address := testkit.EmptyDatabase(t)
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	name := query[string](t, address, `select current_database()`)
	if _, err := db.ExecContext(t.Context(), `create database `+name+`_c template template0 lc_ctype 'C' lc_collate 'C' strategy file_copy`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec(`drop database ` + name + `_c with (force)`); err != nil {
			t.Error(err)
		}
	})
	err = migrations.Apply(t.Context(), strings.Replace(address, name, name+"_c", 1))
	if err == nil || !strings.Contains(err.Error(), "LC_CTYPE") {
		t.Errorf("%v", err)
	}
}

func TestApplyKeepsTheAddressToItself(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"postgres://user:hunter2@127.0.0.1:1/db", "postgres://user:hunter2@127.0.0.1:x/db"} {
		if err := migrations.Apply(t.Context(), address); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}

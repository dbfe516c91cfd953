package testkit

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/devstack"
	"styleshare/models/migrations"
)

// DatabaseVariable names the PostgreSQL server that all packages of one run share; see cmd/teststack.
const DatabaseVariable = "TESTSTACK_DATABASE_URL"

// databaseTimeout bounds making or dropping one database, on a machine that is busy with other packages.
const databaseTimeout = 2 * time.Minute

// Database gives the address of a migrated, empty database that only this test uses. It is dropped with the test,
// whoever is still connected.
func Database(t testing.TB) string {
	t.Helper()
	server := databaseServer(t)
	template, err := migratedTemplate(server)
	if err != nil {
		t.Fatal(err)
	}
	return create(t, server, template)
}

// EmptyDatabase is Database without any migration: for the tests of the migrations themselves.
func EmptyDatabase(t testing.TB) string {
	t.Helper()
	return create(t, databaseServer(t), "template0")
}

func create(t testing.TB, server, template string) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:16])
	// Copying files is the fastest way for a small template in memory; the other strategy writes every page to the log.
	if err := administer(server, "create database "+name+" template "+template+" strategy file_copy"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := administer(server, "drop database if exists "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(server, name)
}

func databaseServer(t testing.TB) string {
	t.Helper()
	if address := os.Getenv(DatabaseVariable); address != "" {
		return address
	}
	return sharedStack(t, devstack.PostgreSQL).DatabaseURL
}

// template remembers, for this process, that the template is there.
var template struct {
	sync.Mutex
	name string
}

// templateLock is the advisory lock under which one process makes the template and the others wait.
const templateLock = 7_310_583_017

// migratedTemplate makes the database that others are copied from, once for each server and version of the migrations.
func migratedTemplate(server string) (string, error) {
	template.Lock()
	defer template.Unlock()
	if template.name != "" {
		return template.name, nil
	}
	name := "template_" + migrations.Version()
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, withDatabase(server, "postgres"))
	if err != nil {
		return "", fmt.Errorf("testkit: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // also gives the lock back
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", templateLock); err != nil {
		return "", fmt.Errorf("testkit: %w", err)
	}
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists); err != nil {
		return "", fmt.Errorf("testkit: %w", err)
	}
	if !exists {
		if err := makeTemplate(ctx, conn, server, name); err != nil {
			return "", fmt.Errorf("testkit: making the template database: %w", err)
		}
	}
	template.name = name
	return name, nil
}

// makeTemplate migrates under a working name: a run that is killed here leaves no half-migrated template. Nobody may connect
// to the finished one, because a connection would make every copy wait and fail.
func makeTemplate(ctx context.Context, conn *pgx.Conn, server, name string) error {
	work := name + "_new"
	for _, statement := range []string{
		"drop database if exists " + work + " with (force)",
		"create database " + work + " template template0 strategy file_copy",
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrations.Apply(ctx, withDatabase(server, work)); err != nil {
		return err
	}
	for _, statement := range []string{
		"alter database " + work + " with allow_connections false",
		"select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + work + "'",
		"alter database " + work + " rename to " + name,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// administer runs one statement on the server's maintenance database.
func administer(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, withDatabase(server, "postgres"))
	if err != nil {
		return fmt.Errorf("testkit: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("testkit: %s: %w", statement, err)
	}
	return nil
}

// withDatabase replaces the database in a server's address.
func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic("testkit: " + DatabaseVariable + " is no address") // without the address: it holds a password
	}
	u.Path = "/" + name
	return u.String()
}

package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Report is what a comparison with a backup's manifest found.
type Report struct {
	Manifest    Manifest
	Restoring   time.Duration
	Comparing   time.Duration
	Differences []string // empty where all is as it was
}

// scratch begins the names of the databases that Verify makes.
const scratch = "styleshare_verify_"

// Verify restores a backup, the newest where name is empty, into a database of its own on a server, compares, and drops
// that database again.
func (b *Backups) Verify(ctx context.Context, name, serverURL string) (*Report, error) {
	identities, err := b.Config.identities()
	if err != nil {
		return nil, err
	}
	m, err := b.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	conn, err := connect(ctx, serverURL)
	if err != nil {
		return nil, err
	}
	defer disconnect(ctx, conn)
	if err = dropAbandoned(ctx, conn); err != nil {
		return nil, err
	}
	database := scratch + strings.ToLower(rand.Text()[:16])
	_, err = conn.Exec(ctx, "create database "+database+" template template0 encoding 'UTF8' lc_collate "+literal(m.Collate)+" lc_ctype "+literal(m.CType))
	if err != nil {
		return nil, fmt.Errorf("make a scratch database: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
		defer cancel()
		if _, err := conn.Exec(ctx, "drop database "+database+" with (force)"); err != nil && b.Log != nil {
			b.Log.WarnContext(ctx, "a scratch database is left, for the next verification to drop", "database", database, "error", err)
		}
	}()
	target, err := withDatabase(serverURL, database)
	if err != nil {
		return nil, err
	}
	return b.restore(ctx, m, identities, target, false)
}

// dropTimeout bounds the end of a scratch database.
const dropTimeout = time.Minute

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// inUse is PostgreSQL's code for a database that somebody is connected to.
const inUse = "55006"

// dropAbandoned drops what killed verifications have left. A living one is connected to its database.
func dropAbandoned(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "select datname from pg_database where starts_with(datname, $1)", scratch)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		_, err := conn.Exec(ctx, "drop database if exists "+pgx.Identifier{name}.Sanitize())
		if e, ok := errors.AsType[*pgconn.PgError](err); err != nil && (!ok || e.Code != inUse) {
			return err
		}
	}
	return err
}

// withDatabase is the address of another database of the same server.
func withDatabase(address, database string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", errors.New("the server's address must be like postgres://user:password@host:5432/name")
	}
	u.Path = "/" + database
	return u.String(), nil
}

// soundness are checks of every restored database.
var soundness = []Check{
	{"indexes that are not valid", "select count(*) from pg_index where not indisvalid"},
	{"constraints that are not validated", "select count(*) from pg_constraint where not convalidated"},
}

// dumpMajor is the major version of PostgreSQL that the dump was made of.
func dumpMajor(m Manifest) (int, error) {
	text, _, _ := strings.Cut(m.PostgreSQL, ".")
	major, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("backup %s: its manifest is damaged", m.Name)
	}
	return major, nil
}

// compare looks for what is not as the manifest says.
func (b *Backups) compare(ctx context.Context, q querier, m Manifest) (*Report, error) {
	r := &Report{Manifest: m}
	differ := func(format string, args ...any) { r.Differences = append(r.Differences, fmt.Sprintf(format, args...)) }
	var version int64
	if err := q.QueryRow(ctx, b.SchemaVersion).Scan(&version); err != nil {
		return nil, err
	}
	if version != m.SchemaVersion {
		differ("the schema is version %d, the backup was %d", version, m.SchemaVersion)
	}
	tables, err := readTables(ctx, q)
	if err != nil {
		return nil, err
	}
	found := map[string]Table{}
	for _, t := range tables {
		found[t.Name] = t
	}
	for _, want := range m.Tables {
		got, ok := found[want.Name]
		delete(found, want.Name)
		switch {
		case !ok:
			differ("%s is missing", want.Name)
		case got.Rows != want.Rows:
			differ("%s has %d rows, the backup %d", want.Name, got.Rows, want.Rows)
		case got.Sum != want.Sum:
			differ("%s has rows with other contents", want.Name)
		}
	}
	for name := range found {
		differ("%s was not in the backup", name)
	}
	for _, check := range slices.Concat(soundness, b.Checks) {
		var wrong int64
		if err := q.QueryRow(ctx, check.Query).Scan(&wrong); err != nil {
			return nil, fmt.Errorf("look for %s: %w", check.Name, err)
		}
		if wrong != 0 {
			differ("%d %s", wrong, check.Name)
		}
	}
	return r, nil
}

// Package made fills a database with a made-up community of a size, for measurements: people, photos, styles, follows,
// likes, comments, feeds and notifications, with the counters that the product would keep. It works by SQL, because going
// through the product's own verbs would take days.
//
// Popularity follows power laws; the same size gives the same rows. The schema "bench" says who is sampled.
package made

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"styleshare/internal/auth"
	"styleshare/models"
	"styleshare/models/migrations"
)

// Password is everybody's.
const Password = "made-up-community"

//go:embed sql/*.sql
var files embed.FS

// Version tells made data from that of another version of the schema or of this package.
func Version() string {
	h := sha256.New()
	_, _ = io.WriteString(h, migrations.Version()) // a hash takes everything
	for _, name := range steps() {
		text, _ := files.ReadFile(name) // is embedded
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// steps are the names of the files in their order.
func steps() []string {
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return names
}

// IsFilled tells whether the database holds this size, made by this version.
func IsFilled(ctx context.Context, databaseURL string, size Size) (bool, error) {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var there bool
	if err = conn.QueryRow(ctx, `select to_regclass('bench.made') is not null`).Scan(&there); err != nil || !there {
		return false, err
	}
	err = conn.QueryRow(ctx, `select exists (select from bench.made where size = $1 and version = $2)`, size.Name, Version()).Scan(&there)
	return there, err
}

// Fill migrates an empty database and fills it. It must be connected as a superuser, who may switch the checks of foreign
// keys off. out is told of each step.
func Fill(ctx context.Context, databaseURL string, size Size, out io.Writer) error {
	if err := migrations.Apply(ctx, databaseURL); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	f := &filler{conn: conn, out: out, began: time.Now(), size: size}
	if err = f.fill(ctx); err != nil {
		return fmt.Errorf("make data of size %s: %w", size.Name, err)
	}
	return f.finish(ctx, databaseURL)
}

type filler struct {
	conn  *pgx.Conn
	out   io.Writer
	began time.Time
	size  Size
}

func (f *filler) say(what string) {
	_, _ = fmt.Fprintf(f.out, "%6.1f s  %s\n", time.Since(f.began).Seconds(), what)
}

// The indexes are made when the rows are there: that is several times as fast. What a constraint stands for stays.
const (
	begin = `set session_replication_role = replica; set synchronous_commit = off; set jit = off;
		set maintenance_work_mem = '512MB'; set work_mem = '256MB'; set temp_buffers = '64MB';
		create schema bench;
		create table bench.indexes as select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
			join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace
			and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`
	dropIndexes = `do $$ declare i record; begin
		for i in select name from bench.indexes loop execute 'drop index ' || i.name; end loop; end $$`
	forIndexes = `set synchronous_commit = off; set maintenance_work_mem = '512MB'`
	// The largest tables come first, so that nothing long is left for the end.
	indexes = `select definition from bench.indexes order by pg_relation_size(substring(definition from ' ON (\S+)')::regclass) desc, name`
	indexed = `drop index follows_made; drop table bench.indexes; analyze`
)

func (f *filler) fill(ctx context.Context) error {
	var styles int
	if err := f.conn.QueryRow(ctx, `select count(*) from (select from users limit 1) u`).Scan(&styles); err != nil {
		return err
	}
	if styles > 0 {
		return errors.New("the database has people already: name an empty one")
	}
	passwords, err := auth.NewPasswords()
	if err != nil {
		return err
	}
	hash, err := passwords.Hash(ctx, Password)
	if err != nil {
		return err
	}
	t := newTexts()
	if err = f.run(ctx, begin); err == nil {
		err = f.run(ctx, dropIndexes)
	}
	if err == nil {
		err = t.copyIn(ctx, f.conn)
	}
	if err != nil {
		return err
	}
	parameters := strings.NewReplacer(append(append(f.size.parameters(), t.parameters()...), "{password_hash}", hash)...)
	for _, name := range steps() {
		f.say(name)
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if err = f.run(ctx, parameters.Replace(string(text))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if name == lastWithoutIndexes {
			if err = f.index(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// lastWithoutIndexes is the last step that only writes; the one after it looks things up.
const lastWithoutIndexes = "sql/3_accounts.sql"

func (f *filler) index(ctx context.Context) error {
	f.say("what search looks into")
	if err := f.indexPeople(ctx); err != nil {
		return err
	}
	f.say("indexes")
	rows, err := f.conn.Query(ctx, indexes)
	if err != nil {
		return err
	}
	definitions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	left := make(chan string, len(definitions))
	for _, definition := range definitions {
		left <- definition
	}
	close(left)
	group, inGroup := errgroup.WithContext(ctx)
	for range runtime.NumCPU() {
		group.Go(func() error { return f.makeIndexes(inGroup, left) })
	}
	if err = group.Wait(); err != nil {
		return err
	}
	return f.run(ctx, indexed)
}

// makeIndexes makes what is left, on a connection of its own.
func (f *filler) makeIndexes(ctx context.Context, left <-chan string) error {
	conn, err := pgx.ConnectConfig(ctx, f.conn.Config())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, forIndexes)
	for definition := range left {
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, definition)
	}
	return err
}

// run runs statements, in one transaction.
func (f *filler) run(ctx context.Context, statements string) error {
	_, err := f.conn.PgConn().Exec(ctx, statements).ReadAll()
	return err
}

// finish does what needs the rules that filling has switched off, and what the server's first start would do.
func (f *filler) finish(ctx context.Context, databaseURL string) error {
	f.say("vacuum")
	if err := f.run(ctx, "vacuum analyze"); err != nil {
		return err
	}
	db, err := models.Open(databaseURL, 0)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err = db.IndexStale(ctx); err != nil { // tags and brands are left
		return err
	}
	if err = db.EnsureSigningKey(ctx); err != nil {
		return err
	}
	_, err = f.conn.Exec(ctx, `create table bench.made as select $1::text as size, $2::text as version`, f.size.Name, Version())
	f.say("done")
	return err
}

package backup

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// session is what a connection is set to that looks at a whole database: patient, and writing values in one way only.
var session = map[string]string{
	"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "60s", "application_name": "styleshare backup",
	"timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "postgres", "extra_float_digits": "1", "bytea_output": "hex",
	"search_path": "public",
}

// connect opens a connection of its own.
func connect(ctx context.Context, databaseURL string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("this is not a PostgreSQL address like postgres://user:password@host:5432/name")
	}
	for name, value := range session {
		config.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not answer: %w", err)
	}
	return conn, nil
}

// farewell bounds the end of a connection, whose context may be over.
const farewell = 5 * time.Second

func disconnect(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	_ = conn.Close(ctx)
}

// server is what a server says of itself.
type server struct {
	version        string // like 15.18
	major          int
	collate, ctype string
}

const majorFactor = 10_000 // of server_version_num

func readServer(ctx context.Context, q querier) (s server, err error) {
	var number int
	err = q.QueryRow(ctx, `select split_part(current_setting('server_version'), ' ', 1), current_setting('server_version_num')::int, datcollate, datctype
		from pg_database where datname = current_database()`).Scan(&s.version, &number, &s.collate, &s.ctype)
	s.major = number / majorFactor
	return s, err
}

// querier is a connection, or a transaction on one.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// tableNames are all tables that are not PostgreSQL's own or those of an extension, as SQL writes them.
func tableNames(ctx context.Context, q querier) ([]string, error) {
	rows, err := q.Query(ctx, `select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
		  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
		order by 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// readTables counts and sums up the rows of every table.
func readTables(ctx context.Context, q querier) ([]Table, error) {
	names, err := tableNames(ctx, q)
	if err != nil {
		return nil, err
	}
	tables := make([]Table, len(names))
	for i, name := range names {
		t := Table{Name: name}
		// The hash of a row is that of its text; their sum does not depend on their order.
		err = q.QueryRow(ctx, "select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from "+name+" t").Scan(&t.Rows, &t.Sum)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		tables[i] = t
	}
	return tables, nil
}

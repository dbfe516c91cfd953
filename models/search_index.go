package models

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"styleshare/internal/searchtext"
)

// searchable is a kind of row that search finds: where it stands (r), what it is called, what else is said, and of what
// the document is computed. Whether a viewer sees it is decided when they search.
type searchable struct {
	table, rows, names, body, stamp string
	// isNamed says that the first name is the whole row's, so that it is found by that before anything else.
	isNamed bool
}

var (
	searchStyles = searchable{
		table: "search_styles", rows: "styles",
		names: `array(select t.name from tags t where t.id = any(r.tag_ids) union all select b.name from brands b where b.id = any(r.brand_ids)
			union all select i.name from item_tags i where i.style_id = r.id
			union all select b.name || ' ' || i.name from item_tags i join brands b on b.id = i.brand_id where i.style_id = r.id)`,
		body: "r.caption", stamp: "md5(r.caption || r.item_ids::text || r.brand_ids::text)",
	}
	searchUsers = searchable{
		table: "search_users", rows: "users", isNamed: true,
		names: "array[r.username, r.display_name]", body: "''", stamp: "md5(r.username || ' ' || r.display_name)",
	}
	searchTags   = searchable{table: "search_tags", rows: "tags", isNamed: true, names: "array[r.name]", body: "''", stamp: "''"}
	searchBrands = searchable{table: "search_brands", rows: "brands", isNamed: true, names: "array[r.name, r.slug]", body: "''", stamp: "''"}
)

// searchDocument is a row of one of the tables of search.
type searchDocument struct {
	bun.BaseModel `bun:"table:search_styles,alias:d"`

	ID     int64 `bun:",pk"`
	Title  string
	Body   string
	Tokens []int32 `bun:",array"`
	Stamp  string
}

// stampSQL is the stamp of a row whose document is up to date.
func (s searchable) stampSQL() string { return fmt.Sprintf("'%d ' || %s", searchtext.Version, s.stamp) }

// index computes the documents of rows anew, in the transaction that has changed the rows.
func (tx *Tx) index(ctx context.Context, s searchable, ids ...int64) error {
	var sources []struct {
		ID          int64
		Names       []string `bun:",array"`
		Body, Stamp string
	}
	err := tx.NewRaw(fmt.Sprintf(`select r.id, %s as names, %s as body, %s as stamp from %s r where r.id = any(?) order by r.id`,
		s.names, s.body, s.stampSQL(), s.rows), pgdialect.Array(ids)).Scan(ctx, &sources)
	if err != nil {
		return fmt.Errorf("read what %s looks into: %w", s.table, err)
	}
	if len(sources) == 0 {
		return nil
	}
	rows := make([]searchDocument, len(sources))
	for i, source := range sources {
		d := searchtext.NewDocument(source.Names, source.Body)
		if s.isNamed {
			d = d.Named(source.Names[0])
		}
		rows[i] = searchDocument{ID: source.ID, Title: d.Title, Body: d.Body, Tokens: d.Tokens, Stamp: source.Stamp}
	}
	_, err = tx.NewInsert().Model(&rows).ModelTableExpr(s.table + " as d").Returning("NULL").
		On("CONFLICT (id) DO UPDATE").Set("title = excluded.title, body = excluded.body, tokens = excluded.tokens, stamp = excluded.stamp").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write %s: %w", s.table, err)
	}
	return nil
}

// indexBatch is how many rows one transaction of IndexStale locks.
const indexBatch = 200

// IndexStale computes the documents of search that are missing or of something else than what their rows say now: those
// of rows that an older binary wrote, and all after a change of searchtext.Version. It tells how many there were. Each
// batch is a transaction of its own: what an error interrupts is done up to there.
func (db *DB) IndexStale(ctx context.Context) (int, error) {
	total := 0
	for _, s := range []searchable{searchUsers, searchTags, searchBrands, searchStyles} {
		for after := int64(-1); ; {
			n, last, err := db.indexStale(ctx, s, after)
			total += n
			if err != nil {
				return total, err
			}
			if n < indexBatch {
				break
			}
			after = last
		}
	}
	return total, nil
}

func (db *DB) indexStale(ctx context.Context, s searchable, after int64) (n int, last int64, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		var ids []int64
		// The lock has whoever changes the row at this moment wait, or is waited for; index reads what they leave.
		err := tx.NewRaw(fmt.Sprintf(`select r.id from %s r left join %s d on d.id = r.id where r.id > ? and d.stamp is distinct from %s
			order by r.id limit ? for share of r`, s.rows, s.table, s.stampSQL()), after, indexBatch).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			n = 0
			return err
		}
		n, last = len(ids), ids[len(ids)-1]
		return tx.index(ctx, s, ids...)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("index for search: %w", err)
	}
	return n, last, nil
}

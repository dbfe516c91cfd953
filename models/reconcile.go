package models

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// counter is a column that says how many rows there are of something. count is what it should say; r is its row.
type counter struct{ column, count string }

// countedTable is a table with counters, which verbs move in the transaction of what they count.
type countedTable struct {
	name string
	// changed is where cached rows of the table are named.
	changed func(*Changes) *[]int64

	walk, sample, some string
}

// countedTables are all of them, but for what is counted of notifications: each fold counts those anew.
var countedTables = []*countedTable{
	newCountedTable("users", func(c *Changes) *[]int64 { return &c.Users },
		counter{"style_count", `select count(*) from styles s where s.author_id = r.id and s.state = 'PUBLISHED' and s.deleted_at is null`},
		counter{"follower_count", `select count(*) from follows f where f.followee_id = r.id`},
		counter{"following_count", `select count(*) from follows f where f.follower_id = r.id`}),
	newCountedTable("styles", func(c *Changes) *[]int64 { return &c.Styles },
		counter{"like_count", `select count(*) from likes l where l.style_id = r.id`},
		counter{"comment_count", `select count(*) from comments c where c.style_id = r.id`},
		counter{"collect_count", `select count(distinct owner_id) from collection_styles k where k.style_id = r.id`},
		counter{"item_info_request_count", `select count(*) from item_info_requests q where q.style_id = r.id`}),
	newCountedTable("tags", func(c *Changes) *[]int64 { return &c.Tags },
		counter{"style_count", `select count(*) from style_tags l where l.tag_id = r.id and l.is_counted`}),
	newCountedTable("brands", func(c *Changes) *[]int64 { return &c.Brands },
		counter{"style_count", `select count(*) from style_brands l where l.brand_id = r.id and l.is_counted`}),
	newCountedTable("collections", func(c *Changes) *[]int64 { return &c.Collections },
		counter{"style_count", `select count(*) from collection_styles k where k.collection_id = r.id`}),
	newCountedTable("questions", func(c *Changes) *[]int64 { return &c.Questions },
		counter{"answer_count", `select count(*) from answers a where a.question_id = r.id and a.removed_at is null`}),
}

// newCountedTable writes the statements that find drift: each looks at some rows in one snapshot, in which a counter and
// what it counts agree, and ends with a row that tells how many were looked at and which was the last.
func newCountedTable(name string, changed func(*Changes) *[]int64, counters ...counter) *countedTable {
	columns, values := make([]string, len(counters)), make([]string, len(counters))
	for i, c := range counters {
		columns[i] = c.column
		values[i] = fmt.Sprintf("('%s', r.%[1]s::bigint, (%s))", c.column, c.count)
	}
	find := func(batch string) string {
		return `with batch as materialized (select id, ` + strings.Join(columns, ", ") + ` from ` + name + ` ` + batch + `)
			select r.id, v.* from batch r cross join lateral (values ` + strings.Join(values, ", ") + `) v (name, says, is_now) where v.says <> v.is_now
			union all select coalesce(max(id), 0), '', count(*), 0 from batch`
	}
	return &countedTable{name: name, changed: changed,
		walk:   find(`where id > $1 order by id limit $2`),
		sample: find(`tablesample system ($1) limit $2`),
		some:   find(`where id = any($1)`),
	}
}

// Drift is a counter that does not say what the rows say.
type Drift struct {
	Table    string
	ID       int64
	Column   string
	Says, Is int64
}

// mendAtOnce is how many rows one transaction mends: whoever likes one of them waits for it.
const mendAtOnce = 50

// look runs one of a table's statements and gives the drift, how many rows were looked at and the last of them.
func (t *countedTable) look(ctx context.Context, tx *Tx, statement string, args ...any) (found []Drift, rows, last int64, err error) {
	found, err = queryRows(ctx, tx, func(r *sql.Rows, d *Drift) error {
		d.Table = t.name
		return r.Scan(&d.ID, &d.Column, &d.Says, &d.Is)
	}, statement, args...)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("count %s: %w", t.name, err)
	}
	end := slices.IndexFunc(found, func(d Drift) bool { return d.Column == "" })
	rows, last = found[end].Says, found[end].ID
	return slices.Delete(found, end, end+1), rows, last, nil
}

// mend has counters say what the rows say and gives those that it changed. It locks the rows that count, and counts then:
// who has moved a counter has committed by then, and is counted; who has not waits, and moves the mended one.
func (t *countedTable) mend(ctx context.Context, db *DB, drift []Drift) (mended []Drift, err error) {
	ids := make([]int64, len(drift))
	for i, d := range drift {
		ids[i] = d.ID
	}
	slices.Sort(ids)
	for batch := range slices.Chunk(slices.Compact(ids), mendAtOnce) {
		var found []Drift
		err = db.bounded(ctx, func(ctx context.Context, tx *Tx) (err error) {
			if _, err = tx.exec(ctx, `select from `+t.name+` where id = any($1) order by id for no key update`, batch); err != nil {
				return err
			}
			if found, _, _, err = t.look(ctx, tx, t.some, batch); err != nil {
				return err
			}
			for _, d := range found {
				if _, err = tx.exec(ctx, `update `+t.name+` set `+d.Column+` = $2 where id = $1`, d.ID, d.Is); err != nil {
					return err
				}
				changed := t.changed(&tx.changes)
				*changed = append(*changed, d.ID)
			}
			return nil
		})
		if err != nil {
			return mended, fmt.Errorf("mend %s: %w", t.name, err)
		}
		mended = append(mended, found...)
	}
	return mended, nil
}

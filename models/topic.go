package models

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// TagIDByName finds a tag by its normalised name; 0 where there is none.
func (db *DB) TagIDByName(ctx context.Context, name string) (int64, error) {
	return db.idBy(ctx, `select id from tags where name = $1`, name)
}

// BrandIDBySlug finds a brand; 0 where there is none.
func (db *DB) BrandIDBySlug(ctx context.Context, slug string) (int64, error) {
	return db.idBy(ctx, `select id from brands where slug = $1`, slug)
}

func (db *DB) idBy(ctx context.Context, statement string, args ...any) (id int64, err error) {
	err = db.read(ctx, eachID(func(found int64) { id = found }), statement, args...)
	return id, err
}

// newIDs makes ids for rows that refer to each other.
func (tx *Tx) newIDs(ctx context.Context, n int) ([]int64, error) {
	if n == 0 {
		return []int64{}, nil
	}
	return tx.queryIDs(ctx, `select next_id() from generate_series(1, $1)`, n)
}

// tagIDs gives the ids of the tags in the order of their names, and makes those that are new.
func (tx *Tx) tagIDs(ctx context.Context, names []string) ([]int64, error) {
	rows := make([]Tag, len(names))
	for i, name := range names {
		rows[i] = Tag{Name: name}
	}
	// Everybody inserts in one order, so that two captions with the same tags wait instead of dead-locking.
	slices.SortFunc(rows, func(a, b Tag) int { return strings.Compare(a.Name, b.Name) })
	return upsertTopics(ctx, tx, searchTags, rows, "name", names)
}

// brandsOf gives the ids of the brands that the items name, by slug, and makes those that are new.
func (tx *Tx) brandsOf(ctx context.Context, items []ItemInput) (map[string]int64, error) {
	var rows []Brand
	var slugs []string
	for _, i := range items {
		if i.slug != "" && !slices.Contains(slugs, i.slug) {
			slugs = append(slugs, i.slug)
			rows = append(rows, Brand{Slug: i.slug, Name: *i.Brand})
		}
	}
	slices.SortFunc(rows, func(a, b Brand) int { return strings.Compare(a.Slug, b.Slug) })
	ids, err := upsertTopics(ctx, tx, searchBrands, rows, "slug", slugs)
	if err != nil {
		return nil, err
	}
	bySlug := make(map[string]int64, len(ids))
	for i, id := range ids {
		bySlug[slugs[i]] = id
	}
	return bySlug, nil
}

// upsertTopics gives the ids of the topics that are wanted, in that order. Rows are made where some are missing, which is
// rare.
func upsertTopics[T any](ctx context.Context, tx *Tx, kind searchable, rows []T, column string, wanted []string) ([]int64, error) {
	if len(wanted) == 0 {
		return []int64{}, nil
	}
	known, err := tx.topicIDs(ctx, kind.rows, column, wanted)
	if err != nil {
		return nil, err
	}
	created := int64(0)
	if len(known) < len(wanted) {
		created, err = affected(tx.NewInsert().Model(&rows).ExcludeColumn("id").On("CONFLICT (" + column + ") DO NOTHING").Returning("NULL").Exec(ctx))
		if err != nil {
			return nil, fmt.Errorf("make topics: %w", err)
		}
		if known, err = tx.topicIDs(ctx, kind.rows, column, wanted); err != nil {
			return nil, err
		}
	}
	ids := make([]int64, len(wanted))
	for i, key := range wanted {
		ids[i] = known[key]
	}
	if created > 0 {
		err = tx.index(ctx, kind, ids...)
	}
	return ids, err
}

// topicIDs reads the ids of topics by a column that is unique.
func (tx *Tx) topicIDs(ctx context.Context, table, column string, wanted []string) (map[string]int64, error) {
	type topic struct {
		key string
		id  int64
	}
	found, err := queryRows(ctx, tx, func(r *sql.Rows, t *topic) error { return r.Scan(&t.key, &t.id) },
		`select `+column+`, id from `+table+` where `+column+` = any($1)`, wanted)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	ids := make(map[string]int64, len(found))
	for _, t := range found {
		ids[t.key] = t.id
	}
	return ids, nil
}

// linkTags takes a style away from some tags and gives it to others, with their counters.
func (tx *Tx) linkTags(ctx context.Context, styleID int64, from, to []int64) error {
	tx.changes.Tags = append(append(tx.changes.Tags, from...), to...)
	return tx.link(ctx, linkTagsSQL, styleID, from, to)
}

// linkBrands takes a style away from some brands and gives it to others, with their counters.
func (tx *Tx) linkBrands(ctx context.Context, styleID int64, from, to []int64) error {
	tx.changes.Brands = append(append(tx.changes.Brands, from...), to...)
	return tx.link(ctx, linkBrandsSQL, styleID, from, to)
}

// linkSQL are the statements that link styles to one kind of topic.
type linkSQL struct {
	// lock takes the topics that a style leaves ($1) or comes to ($2) in the order of their ids, so that two styles with the
	// same ones wait instead of dead-locking.
	lock string
	// change has the style ($1) leave topics ($2) and come to others ($3). It counts exactly the rows that came and went, as far as everybody may see the style. It must not have to wait for a
	// topic, therefore the lock: PostgreSQL cannot evaluate such a statement again for a row that somebody else has changed
	// meanwhile.
	change string
	// lockCounted and recount are the same for styles (?1) that everybody may see now, or not any more, because of their
	// author (?0); recount gives the topics.
	lockCounted, recount string
}

var (
	linkTagsSQL   = newLinkSQL("tags", "style_tags", "tag_id")
	linkBrandsSQL = newLinkSQL("brands", "style_brands", "brand_id")
)

func newLinkSQL(topics, links, column string) linkSQL {
	fill := strings.NewReplacer("{topics}", topics, "{links}", links, "{column}", column, "{public}", publicSQL).Replace
	return linkSQL{
		lock: fill(`select from {topics} where id = any($1) or id = any($2) order by id for no key update`),
		change: fill(`with gone as (delete from {links} where style_id = $1 and {column} = any($2) returning {column} as id, -is_counted::int as n),
			come as (insert into {links} ({column}, style_id, is_counted) select topic, s.id, {public}
				from styles s join users u on u.id = s.author_id, unnest($3::bigint[]) topic where s.id = $1
				on conflict do nothing returning {column} as id, is_counted::int as n)
			update {topics} t set style_count = t.style_count + c.n from (select * from gone union all select * from come) c where t.id = c.id`),
		lockCounted: fill(`select from {topics} where id in (select l.{column} from {links} l, users u where u.id = ?0 and l.style_id = any(?1)
			and l.is_counted <> {public}) order by id for no key update`),
		recount: fill(`with changed as (update {links} l set is_counted = not l.is_counted from users u
				where u.id = ?0 and l.style_id = any(?1) and l.is_counted <> {public} returning l.{column} as id, l.is_counted)
			update {topics} t set style_count = t.style_count + c.n
			from (select id, sum(case when is_counted then 1 else -1 end) as n from changed group by id) c where t.id = c.id returning t.id`),
	}
}

func (tx *Tx) link(ctx context.Context, statements linkSQL, styleID int64, from, to []int64) error {
	if len(from)+len(to) == 0 {
		return nil
	}
	_, err := tx.exec(ctx, statements.lock, from, to)
	if err == nil {
		_, err = tx.exec(ctx, statements.change, styleID, from, to)
	}
	if err != nil {
		return fmt.Errorf("link style %d: %w", styleID, err)
	}
	return nil
}

// mentionIDs finds the people that a text of the author's mentions, in its order, leaving out who does not exist for them.
func (tx *Tx) mentionIDs(ctx context.Context, authorID int64, usernames []string) ([]int64, error) {
	if len(usernames) == 0 {
		return []int64{}, nil
	}
	ids, err := tx.queryIDs(ctx, `select u.id from unnest($2::text[]) with ordinality as m(username, n) join users u using (username)
		where `+userVisibleSQL+` order by m.n`, authorID, usernames)
	if err != nil {
		return nil, fmt.Errorf("look for mentioned people: %w", err)
	}
	return ids, nil
}

// insertItems inserts the garments of a style under ids that were made for them.
func (tx *Tx) insertItems(ctx context.Context, styleID int64, ids []int64, items []ItemInput, brandOf map[string]int64) error {
	if len(items) == 0 {
		return nil
	}
	rows := itemTags(items, brandOf)
	for i := range rows {
		rows[i].ID, rows[i].StyleID = ids[i], styleID
	}
	if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("insert items: %w", err)
	}
	return nil
}

// itemTags are the rows that the items make, without ids.
func itemTags(items []ItemInput, brandOf map[string]int64) []ItemTag {
	rows := make([]ItemTag, len(items))
	for i, in := range items {
		rows[i] = ItemTag{PhotoID: in.PhotoID, X: in.X, Y: in.Y, Name: in.Name, PriceMinor: in.PriceMinor, Currency: in.Currency, ShopURL: in.ShopURL}
		if id, ok := brandOf[in.slug]; ok {
			rows[i].BrandID = &id
		}
	}
	return rows
}

// distinctBrands are the brands of the items, each once.
func distinctBrands(items []ItemInput, brandOf map[string]int64) []int64 {
	ids := []int64{}
	for _, i := range items {
		if id, ok := brandOf[i.slug]; ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

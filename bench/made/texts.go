package made

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/caption"
	"styleshare/internal/demo"
	"styleshare/internal/searchtext"
)

// maxPhotos is how many photos a style has at most.
const maxPhotos = 4

// textTables hold what people say: that of the demo data, with what the product computes of it. A variant is a caption
// with a number of photos, with or without the items on them: 2·(4·caption + photos − 1) + items.
const textTables = `
create table bench.texts (place integer primary key, username text, display_name text, bio text, locale text, time_zone text);
create table bench.bodies (place integer primary key, text text);
create table bench.variants (variant integer primary key, caption text, photos integer, items integer, tag_ids bigint[], brand_ids bigint[],
	mention_ids bigint[], title text, body text, tokens integer[]);
create table bench.items (variant integer, place integer, photo integer, x float8, y float8, brand_id bigint, name text, price_minor integer,
	currency text, primary key (variant, place))`

// texts are the rows of these tables, of tags and of brands.
type texts struct {
	set            *demo.Set
	tags, brands   [][]any
	tagID, brandID map[string]int64
	variants       [][]any
	items          [][]any
}

func newTexts() *texts {
	t := &texts{set: demo.Data(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), tagID: map[string]int64{}, brandID: map[string]int64{}}
	for i := range t.set.Styles {
		for photos := 1; photos <= maxPhotos; photos++ {
			t.variant(&t.set.Styles[i], photos, false)
			t.variant(&t.set.Styles[i], photos, true)
		}
	}
	return t
}

// variant adds the caption with so many photos.
func (t *texts) variant(style *demo.Style, photos int, withItems bool) {
	number := len(t.variants)
	var names []string
	tagIDs, brandIDs, mentionIDs := []int64{}, []int64{}, []int64{}
	for _, name := range style.Tags {
		tagIDs = append(tagIDs, topicID(t.tagID, &t.tags, name, name))
		names = append(names, name)
	}
	for _, mentioned := range style.Mentions {
		mentionIDs = append(mentionIDs, t.person(mentioned))
	}
	items := 0
	for _, item := range style.Items {
		if !withItems || item.Photo >= photos {
			continue
		}
		brandID := topicID(t.brandID, &t.brands, caption.Slug(item.Brand), caption.Slug(item.Brand), item.Brand)
		if !slices.Contains(brandIDs, brandID) {
			brandIDs = append(brandIDs, brandID)
		}
		names = append(names, item.Brand, item.Name, item.Brand+" "+item.Name)
		items++
		t.items = append(t.items, []any{number, items, item.Photo, item.X, item.Y, brandID, item.Name, item.PriceMinor, item.Currency})
	}
	d := searchtext.NewDocument(names, style.Caption)
	t.variants = append(t.variants, []any{number, style.Caption, photos, items, tagIDs, brandIDs, mentionIDs, d.Title, d.Body, d.Tokens})
}

// topicID is the id of a tag or brand, which is made where it is new.
func topicID(ids map[string]int64, rows *[][]any, key string, columns ...any) int64 {
	id, ok := ids[key]
	if !ok {
		id = int64(len(ids) + 1)
		ids[key] = id
		*rows = append(*rows, append([]any{id, 0}, columns...))
	}
	return id
}

// person is the id of a demo person: the first made people have their names.
func (t *texts) person(username string) int64 {
	n := int64(1 + slices.IndexFunc(t.set.People, func(p demo.Person) bool { return p.Username == username }))
	return n<<20 | n
}

// copyIn fills the tables.
func (t *texts) copyIn(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, textTables); err != nil {
		return err
	}
	var people, bodies [][]any
	for i, p := range t.set.People {
		people = append(people, []any{i, p.Username, p.DisplayName, p.Bio, p.Locale, p.TimeZone})
	}
	for i, c := range t.set.Comments {
		bodies = append(bodies, []any{i, c.Body})
	}
	for _, table := range []struct {
		name    pgx.Identifier
		columns []string
		rows    [][]any
	}{
		{pgx.Identifier{"bench", "texts"}, []string{"place", "username", "display_name", "bio", "locale", "time_zone"}, people},
		{pgx.Identifier{"bench", "bodies"}, []string{"place", "text"}, bodies},
		{pgx.Identifier{"bench", "variants"}, []string{"variant", "caption", "photos", "items", "tag_ids", "brand_ids", "mention_ids", "title", "body", "tokens"}, t.variants},
		{pgx.Identifier{"bench", "items"}, []string{"variant", "place", "photo", "x", "y", "brand_id", "name", "price_minor", "currency"}, t.items},
		{pgx.Identifier{"tags"}, []string{"id", "style_count", "name"}, t.tags},
		{pgx.Identifier{"brands"}, []string{"id", "style_count", "slug", "name"}, t.brands},
	} {
		if _, err := conn.CopyFrom(ctx, table.name, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
			return err
		}
	}
	return nil
}

// parameters are what the statements have in braces.
func (t *texts) parameters() []string {
	return []string{
		"{texts}", strconv.Itoa(len(t.set.People)), "{bodies}", strconv.Itoa(len(t.set.Comments)), "{captions}", strconv.Itoa(len(t.set.Styles)),
		"{search_version}", strconv.Itoa(searchtext.Version),
	}
}

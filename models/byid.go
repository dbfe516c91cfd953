package models

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// table is how rows of one type are read by id, natively: these statements are most of what the server does.
type table[T any] struct {
	statement string
	scan      func(pgx.Row, *T) error
	id        func(*T) int64
}

// queue adds the rows of the ids to a batch. They are what the caches keep.
func (t table[T]) queue(b *Batch, ids []int64, each func(*T)) {
	b.fills = true
	b.queue(func(rows pgx.Row) error {
		row := new(T)
		err := t.scan(rows, row)
		each(row)
		return err
	}, t.statement, ids)
}

func (t table[T]) byID(ctx context.Context, db *DB, ids []int64) (map[int64]*T, error) {
	found := make(map[int64]*T, len(ids))
	b := new(Batch)
	t.queue(b, ids, func(row *T) { found[t.id(row)] = row })
	return found, db.Read(ctx, b)
}

var users = table[User]{
	`select id, username, display_name, bio, website, avatar_photo_id, is_private, style_count, follower_count,
		following_count, feed_merged, suspended_at, deleted_at, created_at from users where id = any($1)`,
	func(r pgx.Row, u *User) error {
		return r.Scan(&u.ID, &u.Username, &u.DisplayName, &u.Bio, &u.Website, &u.AvatarPhotoID, &u.IsPrivate, &u.StyleCount,
			&u.FollowerCount, &u.FollowingCount, &u.FeedMerged, &u.SuspendedAt, &u.DeletedAt, &u.CreatedAt)
	},
	func(u *User) int64 { return u.ID },
}

var photos = table[Photo]{
	`select id, owner_id, state, rejection, content_type, byte_size, object_token, width, height, blurhash, dominant_color,
		style_id, question_id, created_at, completed_at, ready_at from photos where id = any($1)`,
	func(r pgx.Row, p *Photo) error {
		return r.Scan(&p.ID, &p.OwnerID, &p.State, &p.Rejection, &p.ContentType, &p.ByteSize, &p.ObjectToken, &p.Width,
			&p.Height, &p.Blurhash, &p.DominantColor, &p.StyleID, &p.QuestionID, &p.CreatedAt, &p.CompletedAt, &p.ReadyAt)
	},
	func(p *Photo) int64 { return p.ID },
}

const styleColumns = `id, author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, worn_on, like_count,
	comment_count, collect_count, item_info_request_count, created_at, edited_at, published_at, deleted_at`

// fields are where styleColumns go.
func (s *Style) fields() []any {
	return []any{&s.ID, &s.AuthorID, &s.State, &s.Caption, &s.PhotoIDs, &s.ItemIDs, &s.TagIDs, &s.BrandIDs, &s.MentionIDs,
		&s.WornOn, &s.LikeCount, &s.CommentCount, &s.CollectCount, &s.ItemInfoRequestCount, &s.CreatedAt, &s.EditedAt,
		&s.PublishedAt, &s.DeletedAt}
}

var styles = table[Style]{
	`select ` + styleColumns + ` from styles where id = any($1)`,
	func(r pgx.Row, s *Style) error { return r.Scan(s.fields()...) },
	func(s *Style) int64 { return s.ID },
}

var items = table[ItemTag]{
	`select id, style_id, photo_id, x, y, brand_id, name, price_minor, currency, shop_url from item_tags where id = any($1)`,
	func(r pgx.Row, i *ItemTag) error {
		return r.Scan(&i.ID, &i.StyleID, &i.PhotoID, &i.X, &i.Y, &i.BrandID, &i.Name, &i.PriceMinor, &i.Currency, &i.ShopURL)
	},
	func(i *ItemTag) int64 { return i.ID },
}

var tags = table[Tag]{
	`select id, name, style_count from tags where id = any($1)`,
	func(r pgx.Row, t *Tag) error { return r.Scan(&t.ID, &t.Name, &t.StyleCount) },
	func(t *Tag) int64 { return t.ID },
}

var brands = table[Brand]{
	`select id, slug, name, style_count from brands where id = any($1)`,
	func(r pgx.Row, b *Brand) error { return r.Scan(&b.ID, &b.Slug, &b.Name, &b.StyleCount) },
	func(b *Brand) int64 { return b.ID },
}

var comments = table[Comment]{
	`select id, style_id, author_id, reply_to_id, reply_to_author_id, body, mention_ids, is_item_info_request, created_at
		from comments where id = any($1)`,
	func(r pgx.Row, c *Comment) error {
		return r.Scan(&c.ID, &c.StyleID, &c.AuthorID, &c.ReplyToID, &c.ReplyToAuthorID, &c.Body, &c.MentionIDs, &c.IsItemInfoRequest, &c.CreatedAt)
	},
	func(c *Comment) int64 { return c.ID },
}

var collections = table[Collection]{
	`select id, owner_id, name, is_private, is_default, style_count, created_at from collections where id = any($1)`,
	func(r pgx.Row, c *Collection) error {
		return r.Scan(&c.ID, &c.OwnerID, &c.Name, &c.IsPrivate, &c.IsDefault, &c.StyleCount, &c.CreatedAt)
	},
	func(c *Collection) int64 { return c.ID },
}

var questions = table[Question]{
	`select id, author_id, body, photo_ids, style_id, answer_count, accepted_answer_id, created_at, published_at, removed_at
		from questions where id = any($1)`,
	func(r pgx.Row, q *Question) error {
		return r.Scan(&q.ID, &q.AuthorID, &q.Body, &q.PhotoIDs, &q.StyleID, &q.AnswerCount, &q.AcceptedAnswerID, &q.CreatedAt,
			&q.PublishedAt, &q.RemovedAt)
	},
	func(q *Question) int64 { return q.ID },
}

var answers = table[Answer]{
	`select id, question_id, author_id, body, style_ids, created_at, removed_at from answers where id = any($1)`,
	func(r pgx.Row, a *Answer) error {
		return r.Scan(&a.ID, &a.QuestionID, &a.AuthorID, &a.Body, &a.StyleIDs, &a.CreatedAt, &a.RemovedAt)
	},
	func(a *Answer) int64 { return a.ID },
}

// The readers by id give what exists, hidden or not, in one statement each.

// Users reads people by id.
func (db *DB) Users(ctx context.Context, ids []int64) (map[int64]*User, error) {
	return users.byID(ctx, db, ids)
}

// Photos reads photos by id.
func (db *DB) Photos(ctx context.Context, ids []int64) (map[int64]*Photo, error) {
	return photos.byID(ctx, db, ids)
}

// Styles reads styles by id.
func (db *DB) Styles(ctx context.Context, ids []int64) (map[int64]*Style, error) {
	return styles.byID(ctx, db, ids)
}

// ItemTags reads item tags by id.
func (db *DB) ItemTags(ctx context.Context, ids []int64) (map[int64]*ItemTag, error) {
	return items.byID(ctx, db, ids)
}

// Tags reads tags by id.
func (db *DB) Tags(ctx context.Context, ids []int64) (map[int64]*Tag, error) {
	return tags.byID(ctx, db, ids)
}

// Brands reads brands by id.
func (db *DB) Brands(ctx context.Context, ids []int64) (map[int64]*Brand, error) {
	return brands.byID(ctx, db, ids)
}

// Comments reads comments by id.
func (db *DB) Comments(ctx context.Context, ids []int64) (map[int64]*Comment, error) {
	return comments.byID(ctx, db, ids)
}

// Collections reads collections by id.
func (db *DB) Collections(ctx context.Context, ids []int64) (map[int64]*Collection, error) {
	return collections.byID(ctx, db, ids)
}

// Questions reads questions by id.
func (db *DB) Questions(ctx context.Context, ids []int64) (map[int64]*Question, error) {
	return questions.byID(ctx, db, ids)
}

// Answers reads answers by id.
func (db *DB) Answers(ctx context.Context, ids []int64) (map[int64]*Answer, error) {
	return answers.byID(ctx, db, ids)
}

package models

import (
	"context"
	"encoding/json"
	"fmt"
)

// exportPage is how many rows of a section are read at once.
const exportPage = 500

// ExportSection is one file of an archive: rows of the person, each as a JSON object.
type ExportSection struct {
	Name string
	// query selects rows with an id above ?1 of the person ?0. Its columns are named one by one: nothing secret comes along
	// when a table gets a column.
	query string
}

// ExportSections are all files but the pictures.
var ExportSections = []ExportSection{
	{"profile", `select id, username, display_name, bio, website, is_private, created_at from users where id = ?0 and id > ?1`},
	{"account", `select user_id as id, email, email_verified_at, locale, time_zone, mail_unsubscribed_at, quiet_from, quiet_until from accounts where user_id = ?0 and user_id > ?1`},
	{"roles", `select user_id as id, role, granted_at from roles where user_id = ?0 and user_id > ?1`},
	{"identities", `select user_id as id, issuer, subject, created_at from identities where user_id = ?0 and user_id > ?1`},
	{"sessions", `select id, user_agent, created_at, last_seen_at, expires_at, revoked_at from sessions where user_id = ?0 and id > ?1`},
	{"devices", `select id, platform, name, created_at, registered_at from devices where user_id = ?0 and id > ?1`},
	{"preferences", `select user_id as id, kind, channels from notification_preferences where user_id = ?0 and user_id > ?1`},
	{"photos", `select id, state, rejection, content_type, byte_size, width, height, style_id, question_id, created_at from photos where owner_id = ?0 and id > ?1`},
	{"styles", `select id, state, caption, worn_on, photo_ids, like_count, comment_count, collect_count, created_at, edited_at, published_at, deleted_at
		from styles where author_id = ?0 and id > ?1`},
	{"items", `select i.id, i.style_id, i.photo_id, i.x, i.y, b.name as brand, i.name, i.price_minor, i.currency, i.shop_url
		from item_tags i join styles s on s.id = i.style_id left join brands b on b.id = i.brand_id where s.author_id = ?0 and i.id > ?1`},
	{"comments", `select id, style_id, reply_to_id, body, created_at from comments where author_id = ?0 and id > ?1`},
	{"likes", `select id, style_id from likes where user_id = ?0 and id > ?1`},
	{"item_info_requests", `select id, style_id, photo_id, x, y, created_at, answered_at from item_info_requests where user_id = ?0 and id > ?1`},
	{"questions", `select id, body, photo_ids, style_id, answer_count, created_at from questions where author_id = ?0 and id > ?1`},
	{"answers", `select id, question_id, body, style_ids, created_at from answers where author_id = ?0 and id > ?1`},
	{"collections", `select id, name, is_private, is_default, style_count, created_at from collections where owner_id = ?0 and id > ?1`},
	{"collected", `select id, collection_id, style_id from collection_styles where owner_id = ?0 and id > ?1`},
	{"following", `select f.id, u.username from follows f join users u on u.id = f.followee_id where f.follower_id = ?0 and f.id > ?1`},
	{"followers", `select f.id, u.username from follows f join users u on u.id = f.follower_id where f.followee_id = ?0 and f.id > ?1`},
	{"follow_requests", `select f.id, u.username from follow_requests f join users u on u.id = f.followee_id where f.follower_id = ?0 and f.id > ?1`},
	{"blocks", `select k.id, u.username from blocks k join users u on u.id = k.blocked_id where k.blocker_id = ?0 and k.id > ?1`},
	{"mutes", `select k.id, u.username from mutes k join users u on u.id = k.muted_id where k.muter_id = ?0 and k.id > ?1`},
	{"notifications", `select id, kind, subject_kind, subject_id, actor_count, updated_at, read_at from notifications where recipient_id = ?0 and id > ?1`},
	{"reports", `select id, subject_kind, subject_id, reason, detail, state, created_at, resolution, resolved_at from reports where reporter_id = ?0 and id > ?1`},
}

// ExportRows calls row with each row of a section, page by page.
func (db *DB) ExportRows(ctx context.Context, s ExportSection, userID int64, row func(json.RawMessage) error) error {
	for after := int64(0); ; {
		var page []struct {
			ID   int64
			Data json.RawMessage
		}
		err := db.NewRaw(`select x.id, to_jsonb(x) as data from (`+s.query+` order by 1 limit ?2) x order by 1`, userID, after, exportPage).Scan(ctx, &page)
		if err != nil {
			return fmt.Errorf("export %s: %w", s.Name, err)
		}
		for _, r := range page {
			if err = row(r.Data); err != nil {
				return err
			}
			after = r.ID
		}
		if len(page) < exportPage {
			return nil
		}
	}
}

// ExportPhotos calls photo with each photo of the person that has a file.
func (db *DB) ExportPhotos(ctx context.Context, userID int64, photo func(*Photo) error) error {
	for after := int64(0); ; {
		var page []Photo
		err := db.NewSelect().Model(&page).Where("owner_id = ? and id > ? and state in (?, ?)", userID, after, PhotoReady, PhotoProcessing).
			OrderExpr("id").Limit(exportPage).Scan(ctx)
		if err != nil {
			return fmt.Errorf("export photos: %w", err)
		}
		for i := range page {
			if err = photo(&page[i]); err != nil {
				return err
			}
			after = page[i].ID
		}
		if len(page) < exportPage {
			return nil
		}
	}
}

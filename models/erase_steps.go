package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// The steps of an erasure. ?0 is the person and ?1 the batch in their statements. Whatever has a counter is locked first
// and counted in the statement that deletes: nobody else's change comes between.

// eraseStyles takes one style: its likes and comments are many enough.
func eraseStyles(ctx context.Context, tx *Tx, userID int64) (int, error) {
	s := new(Style)
	err := tx.NewSelect().Model(s).Where("author_id = ?", userID).OrderExpr("id").Limit(1).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if s.DeletedAt == nil { // from here on nobody likes it or comments on it
		return 1, tx.withdraw(ctx, s)
	}
	n, err := affected(tx.NewRaw(`delete from feed_entries where (reader_id, style_id) in
		(select reader_id, style_id from feed_entries where style_id = ? limit ?)`, s.ID, fanOutBatch).Exec(ctx))
	if err != nil || n > 0 {
		return 1, err
	}
	if n, err = affected(tx.NewRaw(`delete from likes where ctid = any(array(select ctid from likes where style_id = ?0 limit ?1))`, s.ID, eraseBatch).Exec(ctx)); err != nil || n > 0 {
		if err == nil {
			_, err = tx.NewRaw(`update styles set like_count = like_count - ? where id = ?`, n, s.ID).Exec(ctx)
		}
		return 1, err
	}
	return 1, tx.EraseStyle(ctx, s.ID)
}

func eraseComments(ctx context.Context, tx *Tx, userID int64) (int, error) {
	batch, err := tx.ids(ctx, `select id from comments where author_id = ? order by id limit ?`, userID, eraseBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	styles, err := tx.ids(ctx, `select id from styles where id in (select style_id from comments where id = any(?)) order by id for no key update`, pgdialect.Array(batch))
	if err != nil {
		return 0, err
	}
	replies, err := tx.ids(ctx, `select id from comments where reply_to_id = any(?)`, pgdialect.Array(batch))
	if err != nil {
		return 0, err
	}
	tx.changes.Styles = append(tx.changes.Styles, styles...)
	tx.changes.Threads = append(tx.changes.Threads, styles...)
	tx.changes.Comments = append(append(tx.changes.Comments, batch...), replies...)
	return len(batch), tx.execFor(ctx, userID, batch,
		`delete from notifications where subject_kind = 'Comment' and subject_id = any(?1) and ?0 > 0`,
		`with gone as (delete from comments where author_id = ?0 and id = any(?1) returning style_id)
			update styles s set comment_count = comment_count - g.n from (select style_id, count(*) as n from gone group by 1) g where s.id = g.style_id`)
}

// forgetReplies takes the person out of the answers that others gave them.
func forgetReplies(ctx context.Context, tx *Tx, userID int64) (int, error) {
	batch, err := tx.ids(ctx, `update comments set reply_to_author_id = null where id in
		(select id from comments where reply_to_author_id = ? order by id limit ? for update) returning id`, userID, eraseBatch)
	tx.changes.Comments = append(tx.changes.Comments, batch...)
	return len(batch), err
}

func eraseLikes(ctx context.Context, tx *Tx, userID int64) (int, error) {
	return tx.eraseCounted(ctx, userID, "likes", "like_count")
}

func eraseAsks(ctx context.Context, tx *Tx, userID int64) (int, error) {
	return tx.eraseCounted(ctx, userID, "item_info_requests", "item_info_request_count")
}

// eraseCounted takes what a person has given to styles, which a column of theirs counts.
func (tx *Tx) eraseCounted(ctx context.Context, userID int64, table, counter string) (int, error) {
	batch, err := tx.ids(ctx, fmt.Sprintf(`select id from styles where id in (select style_id from %s where user_id = ? order by id limit ?)
		order by id for no key update`, table), userID, eraseBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	tx.changes.Styles = append(tx.changes.Styles, batch...)
	return len(batch), tx.execFor(ctx, userID, batch, fmt.Sprintf(`with gone as (delete from %s where user_id = ?0 and style_id = any(?1) returning style_id)
		update styles s set %s = %[2]s - g.n from (select style_id, count(*) as n from gone group by 1) g where s.id = g.style_id`, table, counter))
}

// eraseCollected empties the person's collections, as far as a batch of styles goes.
func eraseCollected(ctx context.Context, tx *Tx, userID int64) (int, error) {
	if err := tx.lockCollections(ctx, userID); err != nil {
		return 0, err
	}
	batch, err := tx.ids(ctx, `select distinct style_id from (select style_id from collection_styles where owner_id = ? limit ?) k order by 1`, userID, eraseBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	if err = tx.lockStyles(ctx, batch); err != nil {
		return 0, err
	}
	err = tx.execFor(ctx, userID, batch, `select from collections where owner_id = ?0 order by id for no key update`,
		`with gone as (delete from collection_styles where owner_id = ?0 and style_id = any(?1) returning collection_id)
			update collections c set style_count = style_count - g.n from (select collection_id, count(*) as n from gone group by 1) g where c.id = g.collection_id`)
	if err != nil {
		return 0, err
	}
	return len(batch), tx.countCollected(ctx, userID, batch, -1)
}

func eraseCollections(ctx context.Context, tx *Tx, userID int64) (int, error) {
	batch, err := tx.ids(ctx, `delete from collections where id in (select id from collections where owner_id = ? limit ?) returning id`, userID, eraseBatch)
	tx.changes.Collections = append(tx.changes.Collections, batch...)
	return len(batch), err
}

func eraseFollows(ctx context.Context, tx *Tx, userID int64) (int, error) {
	return tx.eraseFollowsOf(ctx, userID, "follower_id", "following_count", "followee_id", "follower_count")
}

func eraseFollowers(ctx context.Context, tx *Tx, userID int64) (int, error) {
	return tx.eraseFollowsOf(ctx, userID, "followee_id", "follower_count", "follower_id", "following_count")
}

// eraseFollowsOf ends follows between the person, who stands in own, and others.
func (tx *Tx) eraseFollowsOf(ctx context.Context, userID int64, own, ownCounter, other, otherCounter string) (int, error) {
	batch, err := tx.ids(ctx, fmt.Sprintf(`select %s from follows where %s = ? order by id desc limit ?`, other, own), userID, eraseBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	tx.changes.Users = append(append(tx.changes.Users, batch...), userID)
	return len(batch), tx.execFor(ctx, userID, batch,
		`select from users where id = ?0 or id = any(?1) order by id for no key update`,
		fmt.Sprintf(`with gone as (delete from follows where %s = ?0 and %s = any(?1) returning %[2]s as id)
			update users u set %s = %[3]s - case when u.id = ?0 then (select count(*) from gone) else 0 end,
				%s = %[4]s - case when u.id = ?0 then 0 else 1 end
			where u.id in (select id from gone) or u.id = ?0`, own, other, ownCounter, otherCounter))
}

func eraseFeed(ctx context.Context, tx *Tx, userID int64) (int, error) {
	n, err := affected(tx.NewRaw(`delete from feed_entries where (reader_id, style_id) in
		(select reader_id, style_id from feed_entries where reader_id = ? limit ?)`, userID, fanOutBatch).Exec(ctx))
	return int(n), err
}

// eraseActor takes the person out of the notifications of others.
func eraseActor(ctx context.Context, tx *Tx, userID int64) (int, error) {
	batch, err := tx.ids(ctx, `select n.id from notifications n join notification_actors a on a.notification_id = n.id
		where a.actor_id = ? order by n.id limit ? for no key update of n`, userID, eraseBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	return len(batch), tx.execFor(ctx, userID, batch,
		`delete from notification_actors where actor_id = ?0 and notification_id = any(?1)`,
		`update notifications n set
			actor_count = (select count(*) from notification_actors a where a.notification_id = n.id and not a.is_hidden),
			actor_ids = array(select a.actor_id from notification_actors a where a.notification_id = n.id and not a.is_hidden order by a.id desc limit 3)
		where n.id = any(?1) and ?0 > 0`)
}

func eraseStyleMentions(ctx context.Context, tx *Tx, userID int64) (int, error) {
	batch, err := tx.eraseMentions(ctx, "styles", userID)
	tx.changes.Styles = append(tx.changes.Styles, batch...)
	return len(batch), err
}

func eraseCommentMentions(ctx context.Context, tx *Tx, userID int64) (int, error) {
	batch, err := tx.eraseMentions(ctx, "comments", userID)
	tx.changes.Comments = append(tx.changes.Comments, batch...)
	return len(batch), err
}

// eraseMentions takes the person out of what mentions them; the text stays as its author wrote it.
func (tx *Tx) eraseMentions(ctx context.Context, table string, userID int64) ([]int64, error) {
	return tx.ids(ctx, fmt.Sprintf(`update %s set mention_ids = array_remove(mention_ids, ?0) where id in
		(select id from %[1]s where mention_ids @> array[?0]::bigint[] and mention_ids <> '{}' order by id limit ?1 for no key update) returning id`, table), userID, eraseBatch)
}

// erasePhotos takes photos that are in no style (any more); their objects go by jobs.
func erasePhotos(ctx context.Context, tx *Tx, userID int64) (int, error) {
	var gone []Photo
	err := tx.NewRaw(`delete from photos where id in (select id from photos where owner_id = ? order by id limit ? for update)
		returning id, object_token`, userID, photoBatch).Scan(ctx, &gone)
	if err != nil {
		return 0, err
	}
	return len(gone), tx.eraseObjects(ctx, gone)
}

// eraseDeadWork takes work about the person that was given up; what is done is cleaned up in some days anyway.
func eraseDeadWork(ctx context.Context, tx *Tx, userID int64) (int, error) {
	// All of it at once: dead work has an index, and there is little of it.
	_, err := tx.NewRaw(`delete from outbox where dead_at is not null
		and ?0::text in (payload->>'userId', payload->>'recipientId', payload->>'actorId')`, userID).Exec(ctx)
	return 0, err
}

package main

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/caption"
	"styleshare/internal/relay"
)

// likeSQL likes, counts and records whom to tell, in one statement.
const likeSQL = `with style as (select s.id, s.author_id, s.like_count from styles s join users u on u.id = s.author_id where s.id = $2 and ` + styleVisible + `),
	liked as (insert into likes (style_id, user_id) select id, $1 from style on conflict do nothing returning style_id),
	counted as (update styles set like_count = like_count + 1 where id = (select style_id from liked) returning like_count),
	told as (insert into outbox (kind, payload, created_at, available_at, generation, attempts)
		select 'notify', jsonb_build_object('recipientId', author_id, 'kind', 'STYLE_LIKED', 'subjectKind', 'Style', 'subjectId', id,
			'actorId', $1::bigint), now(), now(), 0, 0 from style join liked on style_id = id where author_id <> $1)
	select coalesce((select like_count from counted), like_count) from style`

func (h *handler) like(ctx context.Context, w *writer, in variables) error {
	_, id, err := relay.ParseID(in.Input.StyleID)
	if err != nil {
		return err
	}
	rows, err := h.pool.Query(ctx, likeSQL, w.viewer, id)
	if err != nil {
		return err
	}
	defer rows.Close()
	w.raw(`{"likeStyle":{"style":`)
	if !rows.Next() {
		return errors.Join(errors.New("no such style"), rows.Err())
	}
	w.raw(`{"id":`)
	w.id("Style", id)
	w.raw(`,"likeCount":`)
	w.integer(rows.RawValues()[0])
	w.raw(`,"viewerHasLiked":true},"userErrors":[]}}`)
	return nil
}

// What publishing takes: topics come first, in one order, so that two captions wait for each other instead of dead-locking.
const (
	tagsMadeSQL = `with made as (insert into tags (name, style_count) select name, 0 from unnest($1::text[]) name order by name
			on conflict do nothing returning id, name), found as (select * from made union all select id, name from tags where name = any($1))
		select f.id from unnest($1::text[]) with ordinality x(name, n) join found f using (name) order by x.n`
	mentionedSQL  = `select u.id from unnest($2::text[]) with ordinality x(username, n) join users u using (username) where ` + userVisible + ` order by x.n`
	takePhotosSQL = `select id from photos where id = any($2) and owner_id = $1 and state = 'READY' and style_id is null and question_id is null order by id for update`
	publishSQL    = `with style as (insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids,
				like_count, comment_count, collect_count, item_info_request_count, created_at, published_at)
			values ($1, 'PUBLISHED', $3, $2, '{}', $4, '{}', $5, 0, 0, 0, 0, now(), now()) returning *),
		author as (update users set style_count = style_count + 1 where id = $1 returning *),
		linked as (insert into style_tags (tag_id, style_id, is_counted) select t, s.id, not u.is_private from style s, author u, unnest($4::bigint[]) t),
		locked as materialized (select id from tags where id = any($4) order by id for no key update),
		counted as (update tags set style_count = style_count + 1 where id in (select id from locked) and not (select is_private from author)),
		told as (insert into outbox (kind, payload, created_at, available_at, generation, attempts)
			select 'style.fan_out', jsonb_build_object('styleId', id), now(), now(), 0, 0 from style)
		select ` + cardColumns + ` from style s cross join author u ` + avatar
	usePhotosSQL = `update photos set style_id = $2 where id = any($1)`
)

func (h *handler) publish(ctx context.Context, w *writer, in variables) error {
	photoIDs := make([]int64, len(in.Input.PhotoIDs))
	for i, id := range in.Input.PhotoIDs {
		var err error
		if _, photoIDs[i], err = relay.ParseID(id); err != nil {
			return err
		}
	}
	tags, mentions := caption.Parse(in.Input.Caption)
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		found, err := w.lookUp(ctx, tx, photoIDs, tags, mentions)
		if err != nil {
			return err
		}
		if len(found[0]) != len(photoIDs) {
			return errors.New("not all photos may be published")
		}
		w.raw(`{"publishStyle":{"style":{"state":"PUBLISHED",`)
		c, _, err := w.oneCard(tx.Query(ctx, publishSQL, w.viewer, photoIDs, in.Input.Caption, found[1], found[2]))
		if err != nil {
			return err
		}
		var batch pgx.Batch
		batch.Queue(usePhotosSQL, photoIDs, c.id)
		batch.Queue(photosSQL, photoIDs)
		results := tx.SendBatch(ctx, &batch)
		defer func() { _ = results.Close() }()
		if _, err = results.Exec(); err != nil {
			return err
		}
		photos, err := w.photoCards(results.Query())
		if err != nil {
			return err
		}
		w.finishCard(*c, photos, nil)
		w.raw(`},"userErrors":[]}}`)
		return results.Close()
	})
}

// lookUp locks the photos, and finds or makes what the caption names, in one round trip: photos, tags, people.
func (w *writer) lookUp(ctx context.Context, tx pgx.Tx, photoIDs []int64, tags, mentions []string) (found [3][]int64, err error) {
	var batch pgx.Batch
	batch.Queue(takePhotosSQL, w.viewer, photoIDs)
	batch.Queue(tagsMadeSQL, append([]string{}, tags...))
	batch.Queue(mentionedSQL, w.viewer, append([]string{}, mentions...))
	results := tx.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	for i := range found {
		rows, err := results.Query()
		if err != nil {
			return found, err
		}
		if found[i], err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return found, err
		}
		if found[i] == nil {
			found[i] = []int64{}
		}
	}
	return found, nil
}

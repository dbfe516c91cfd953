package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/relay"
)

const threadSize = 20

const (
	styleSQL = `select ` + cardColumns + `, s.item_ids, s.tag_ids, s.mention_ids from styles s join users u on u.id = s.author_id ` + avatar + `
		where s.id = $2 and ` + styleVisible
	itemsSQL = `select i.id, i.photo_id, i.x, i.y, i.name, i.price_minor, i.currency, i.shop_url, b.id, b.slug, b.name
		from unnest($1::bigint[]) with ordinality x(id, n) join item_tags i on i.id = x.id left join brands b on b.id = i.brand_id order by x.n`
	tagsSQL     = `select t.id, t.name from unnest($1::bigint[]) with ordinality x(id, n) join tags t on t.id = x.id order by x.n`
	mentionsSQL = `select u.id, u.username from unnest($2::bigint[]) with ordinality x(id, n) join users u on u.id = x.id
		where ` + userVisible + ` order by x.n`
	// A comment that is answered shows where its author and its style do; the style is this one.
	threadSQL = `select c.id, c.body, c.created_at, c.is_item_info_request, (select r.id from comments r where r.id = c.reply_to_id
			and exists (select from users u where u.id = r.author_id and ` + userVisible + ` offset 0)), ` + chipColumns + `
		from (select c.* from comments c where c.style_id = $2 and c.id < $3
			and exists (select from users u where u.id = c.author_id and ` + userVisible + ` offset 0) order by c.id desc limit $4) c
		join users u on u.id = c.author_id ` + avatar + ` order by c.id desc`
)

func (h *handler) detail(ctx context.Context, w *writer, in variables) error {
	_, id, err := relay.ParseID(in.ID)
	if err != nil {
		return err
	}
	before, err := after(in.After)
	if err != nil {
		return err
	}
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	w.raw(`{"style":`)
	c, ids, err := w.oneCard(conn.Query(ctx, styleSQL, w.viewer, id))
	if err != nil {
		return err
	}
	if c == nil {
		w.raw("null}")
		return nil
	}
	var batch pgx.Batch
	batch.Queue(photosSQL, c.photos)
	batch.Queue(commentsSQL, w.viewer, []int64{id})
	batch.Queue(itemsSQL, ids[0])
	batch.Queue(tagsSQL, ids[1])
	batch.Queue(mentionsSQL, w.viewer, ids[2])
	batch.Queue(threadSQL, w.viewer, id, before, threadSize+1)
	results := conn.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	w.raw("{")
	if err = w.rest(*c, results); err == nil {
		w.raw("}}")
	}
	return err
}

// oneCard reads a card with the ids of items, tags and mentions; nil where there is none.
func (w *writer) oneCard(rows pgx.Rows, err error) (c *card, ids [3][]int64, _ error) {
	if err != nil {
		return nil, ids, err
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.RawValues()
		one := w.card(v)
		c = &one
		for i := range ids {
			if len(v) > cardWidth {
				ids[i] = int64s(v[cardWidth+i], []int64{})
			}
		}
	}
	return c, ids, rows.Err()
}

// rest writes a card and what only the detail shows.
func (w *writer) rest(c card, results pgx.BatchResults) error {
	photos, err := w.photoCards(results.Query())
	if err != nil {
		return err
	}
	comments, err := w.commentLines(results.Query())
	if err != nil {
		return err
	}
	w.finishCard(c, photos, comments)
	if err = w.each(results, "items", w.item); err != nil {
		return err
	}
	if err = w.each(results, "tags", func(v [][]byte) {
		w.raw(`{"id":`)
		w.id("Tag", int64Of(v[0]))
		w.raw(`,"name":`)
		w.text(v[1])
		w.raw("}")
	}); err != nil {
		return err
	}
	if err = w.each(results, "mentions", w.name); err != nil {
		return err
	}
	return w.thread(results)
}

// each writes a list of what the next statement of a batch gives.
func (w *writer) each(results pgx.BatchResults, field string, write func([][]byte)) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	w.raw(`,"` + field + `":[`)
	for i := 0; rows.Next(); i++ {
		w.next(i)
		write(rows.RawValues())
	}
	w.raw("]")
	return rows.Err()
}

func (w *writer) name(v [][]byte) {
	w.raw(`{"id":`)
	w.id("User", int64Of(v[0]))
	w.raw(`,"username":`)
	w.text(v[1])
	w.raw("}")
}

func (w *writer) item(v [][]byte) {
	w.raw(`{"id":`)
	w.id("ItemTag", int64Of(v[0]))
	w.raw(`,"photo":{"id":`)
	w.id("Photo", int64Of(v[1]))
	w.raw(`},"x":`)
	w.float(v[2])
	w.raw(`,"y":`)
	w.float(v[3])
	w.raw(`,"name":`)
	w.text(v[4])
	w.raw(`,"priceMinor":`)
	w.integer(v[5])
	w.raw(`,"currency":`)
	w.text(v[6])
	w.raw(`,"shopUrl":`)
	w.text(v[7])
	w.raw(`,"brand":`)
	if v[8] == nil {
		w.raw("null}")
		return
	}
	w.raw(`{"id":`)
	w.id("Brand", int64Of(v[8]))
	w.raw(`,"slug":`)
	w.text(v[9])
	w.raw(`,"name":`)
	w.text(v[10])
	w.raw("}}")
}

// thread writes a page of comments.
func (w *writer) thread(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	w.raw(`,"thread":{"edges":[`)
	n, last := 0, int64(0)
	for ; rows.Next(); n++ {
		if n == threadSize {
			continue
		}
		w.next(n)
		v := rows.RawValues()
		last = int64Of(v[0])
		w.raw(`{"cursor":`)
		w.cursor(last)
		w.raw(`,"node":{"id":`)
		w.id("Comment", last)
		w.raw(`,"body":`)
		w.text(v[1])
		w.raw(`,"createdAt":`)
		w.time(v[2])
		w.raw(`,"isItemInfoRequest":`)
		w.boolean(v[3])
		w.raw(`,"replyTo":`)
		if v[4] == nil {
			w.raw("null")
		} else {
			w.raw(`{"id":`)
			w.id("Comment", int64Of(v[4]))
			w.raw("}")
		}
		w.raw(`,"author":{`)
		w.chip(v[5:])
		w.raw("}}}")
	}
	w.raw("],")
	w.pageInfo(n > threadSize, last)
	w.raw("}")
	return rows.Err()
}

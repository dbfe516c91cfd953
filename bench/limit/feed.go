package main

import (
	"context"

	"github.com/jackc/pgx/v5"
)

const feedSize = 20

// feedSQL reads a page and one style more: what was fanned out, and the latest of the followed accounts that are merged in.
// Both are looked up in the order of the list, so that they end with the page.
const feedSQL = `with page as materialized (select * from (
	(select s.* from feed_entries e cross join lateral (select s.* from styles s where s.id = e.style_id and s.state = 'PUBLISHED' and s.deleted_at is null
			and exists (select from users u where u.id = s.author_id and ` + contentVisible + ` and ` + notMuted + ` offset 0) offset 0) s
		where e.reader_id = $1 and e.style_id < $2 order by e.style_id desc limit $3)
	union all
	(select s.* from follows w join users u on u.id = w.followee_id cross join lateral (select s.* from styles s where s.author_id = w.followee_id
			and s.state = 'PUBLISHED' and s.deleted_at is null and s.id < $2 order by s.id desc limit $3) s
		where w.follower_id = $1 and w.merged and ` + userVisible + ` and ` + notMuted + ` order by s.id desc limit $3)) x order by id desc limit $3)
	select ` + cardColumns + ` from page s join users u on u.id = s.author_id ` + avatar + ` order by s.id desc`

func (h *handler) feed(ctx context.Context, w *writer, in variables) error {
	before, err := after(in.After)
	if err != nil {
		return err
	}
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	cards, err := w.feedCards(ctx, conn.Conn(), before)
	if err != nil {
		return err
	}
	more := len(cards) > feedSize
	cards = cards[:min(len(cards), feedSize)]
	w.raw(`,"feed":{"nodes":[`)
	last := int64(0)
	photos, comments, err := w.belongings(ctx, conn.Conn(), cards)
	if err != nil {
		return err
	}
	for i, c := range cards {
		w.next(i)
		w.raw("{")
		w.finishCard(c, photos, comments)
		w.raw("}")
		last = c.id
	}
	w.raw("],")
	w.pageInfo(more, last)
	w.raw("}}}")
	return nil
}

// feedCards reads the page and the number of unread notifications, which it writes, in one round trip.
func (w *writer) feedCards(ctx context.Context, conn *pgx.Conn, before int64) (cards []card, err error) {
	var batch pgx.Batch
	batch.Queue(unreadSQL, w.viewer)
	batch.Queue(feedSQL, w.viewer, before, feedSize+1)
	results := conn.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	w.raw(`{"viewer":{"unreadNotificationCount":`)
	for rows.Next() {
		w.integer(rows.RawValues()[0])
	}
	if rows, err = results.Query(); err != nil {
		return nil, err
	}
	for rows.Next() {
		cards = append(cards, w.card(rows.RawValues()))
	}
	return cards, rows.Err()
}

// belongings reads the photos and comments of cards, in one round trip.
func (w *writer) belongings(ctx context.Context, conn *pgx.Conn, cards []card) (photos, comments map[int64][]byte, err error) {
	photoIDs, styleIDs := make([]int64, 0, 64), make([]int64, 0, feedSize)
	for _, c := range cards {
		photoIDs, styleIDs = append(photoIDs, c.photos...), append(styleIDs, c.id)
	}
	var batch pgx.Batch
	batch.Queue(photosSQL, photoIDs)
	batch.Queue(commentsSQL, w.viewer, styleIDs)
	results := conn.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	if photos, err = w.photoCards(results.Query()); err == nil {
		comments, err = w.commentLines(results.Query())
	}
	return photos, comments, err
}

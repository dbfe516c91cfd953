package main

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

const gridSize = 24

const (
	profileSQL = `select ` + chipColumns + `, u.bio, u.website, u.is_private, u.style_count, u.follower_count, u.following_count,
		exists (select from follows v where v.follower_id = u.id and v.followee_id = $1),
		exists (select from follow_requests r where r.follower_id = $1 and r.followee_id = u.id)
		from users u ` + avatar + ` where u.username = $2 and ` + userVisible
	tilesSQL = `select s.id, s.photo_ids from users u cross join lateral (select s.id, s.photo_ids from styles s where s.author_id = u.id
			and s.deleted_at is null and (s.state = 'PUBLISHED' or s.author_id = $1) and s.id < $3 order by s.id desc limit $4) s
		where u.username = $2 and ` + contentVisible + ` order by s.id desc`
	tilePhotosSQL = `select p.id, p.blurhash, p.dominant_color, case when p.state = 'READY' then p.object_token end from photos p where p.id = any($1)`
)

func (h *handler) profile(ctx context.Context, w *writer, in variables) error {
	before, err := after(in.After)
	if err != nil {
		return err
	}
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	name := strings.ToLower(in.Username)
	w.raw(`{"user":`)
	tiles, found, err := w.profileHead(ctx, conn.Conn(), name, before)
	if err != nil {
		return err
	}
	if !found {
		w.raw("null}")
		return nil
	}
	more := len(tiles) > gridSize
	tiles = tiles[:min(len(tiles), gridSize)]
	photoIDs := make([]int64, 0, 2*gridSize)
	for _, tile := range tiles {
		photoIDs = append(photoIDs, tile.photos...)
	}
	photos, err := w.tilePhotos(conn.Query(ctx, tilePhotosSQL, photoIDs))
	if err != nil {
		return err
	}
	last := int64(0)
	w.raw(`,"styles":{"nodes":[`)
	for i, tile := range tiles {
		w.next(i)
		w.raw(`{"id":`)
		w.id("Style", tile.id)
		w.raw(`,"photos":[`)
		w.photos(tile.photos, photos)
		w.raw("]}")
		last = tile.id
	}
	w.raw("],")
	w.pageInfo(more, last)
	w.raw("}}}")
	return nil
}

// profileHead writes the person and reads the grid, in one round trip.
func (w *writer) profileHead(ctx context.Context, conn *pgx.Conn, name string, before int64) (tiles []card, found bool, err error) {
	var batch pgx.Batch
	batch.Queue(profileSQL, w.viewer, name)
	batch.Queue(tilesSQL, w.viewer, name, before, gridSize+1)
	results := conn.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	rows, err := results.Query()
	if err != nil {
		return nil, false, err
	}
	for rows.Next() {
		found = true
		w.person(rows.RawValues())
	}
	if rows, err = results.Query(); err != nil {
		return nil, false, err
	}
	for rows.Next() {
		v := rows.RawValues()
		tiles = append(tiles, card{id: int64Of(v[0]), photos: int64s(v[1], nil)})
	}
	return tiles, found, rows.Err()
}

func (w *writer) person(v [][]byte) {
	w.raw("{")
	w.chip(v)
	v = v[chipWidth:]
	w.raw(`,"bio":`)
	w.text(v[0])
	w.raw(`,"website":`)
	w.text(v[1])
	w.raw(`,"isPrivate":`)
	w.boolean(v[2])
	for i, name := range []string{`,"styleCount":`, `,"followerCount":`, `,"followingCount":`} {
		w.raw(name)
		w.integer(v[3+i])
	}
	w.raw(`,"followsViewer":`)
	w.boolean(v[6])
	w.raw(`,"viewerHasRequestedFollow":`)
	w.boolean(v[7])
}

// tilePhotos reads photos as StyleTile has them, by id.
func (w *writer) tilePhotos(rows pgx.Rows, err error) (map[int64][]byte, error) {
	return w.byID(rows, err, func(v [][]byte) {
		id := int64Of(v[0])
		w.raw(`{"id":`)
		w.id("Photo", id)
		w.raw(`,"blurhash":`)
		w.text(v[1])
		w.raw(`,"dominantColor":`)
		w.text(v[2])
		w.raw(`,"url":`)
		w.url(id, v[3], "thumb.jpg")
		w.raw("}")
	})
}

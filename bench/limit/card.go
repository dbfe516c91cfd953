package main

import (
	"math"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/relay"
)

// cardColumns are what card writes of the style s by the person u.
const cardColumns = `s.id, s.photo_ids, s.caption, s.created_at, s.like_count, s.comment_count, s.collect_count, s.item_info_request_count,
	exists (select from likes l where l.style_id = s.id and l.user_id = $1),
	exists (select from collection_styles c where c.style_id = s.id and c.owner_id = $1),
	exists (select from item_info_requests r where r.style_id = s.id and r.user_id = $1), ` + chipColumns

// cardWidth is how many columns these are.
const cardWidth = 11 + chipWidth

// card is a style of which the photos and comments are still to come.
type card struct {
	id     int64
	photos []int64
	json   []byte // the fields before them
}

// card writes the fields of a row.
func (w *writer) card(v [][]byte) card {
	c := card{id: int64Of(v[0]), photos: int64s(v[1], nil)}
	begin := len(w.out)
	w.raw(`"id":`)
	w.id("Style", c.id)
	w.raw(`,"caption":`)
	w.text(v[2])
	w.raw(`,"createdAt":`)
	w.time(v[3])
	for i, name := range []string{`,"likeCount":`, `,"commentCount":`, `,"collectCount":`, `,"itemInfoRequestCount":`} {
		w.raw(name)
		w.integer(v[4+i])
	}
	for i, name := range []string{`,"viewerHasLiked":`, `,"viewerHasCollected":`, `,"viewerHasRequestedItemInfo":`} {
		w.raw(name)
		w.boolean(v[8+i])
	}
	w.raw(`,"author":{`)
	w.chip(v[11:])
	w.raw("}")
	c.json = w.take(begin)
	return c
}

// take takes back what was written since, for later.
func (w *writer) take(begin int) []byte {
	taken := append([]byte(nil), w.out[begin:]...)
	w.out = w.out[:begin]
	return taken
}

// finishCard writes a card with what belongs to it.
func (w *writer) finishCard(c card, photos map[int64][]byte, comments map[int64][]byte) {
	w.out = append(w.out, c.json...)
	w.raw(`,"photos":[`)
	w.photos(c.photos, photos)
	w.raw(`],"comments":{"nodes":[`)
	w.out = append(w.out, comments[c.id]...)
	w.raw(`]}`)
}

func (w *writer) photos(ids []int64, photos map[int64][]byte) {
	written := 0
	for _, id := range ids {
		if photo, ok := photos[id]; ok {
			w.next(written)
			w.out = append(w.out, photo...)
			written++
		}
	}
}

// photosSQL reads photos by id, commentsSQL the two latest comments of each style.
const (
	photosSQL = `select p.id, p.state, p.width, p.height, p.blurhash, p.dominant_color, case when p.state = 'READY' then p.object_token end
		from photos p where p.id = any($1)`
	commentsSQL = `select x.id, c.id, c.body, u.id, u.username from unnest($2::bigint[]) as x(id) cross join lateral (
			select c.id, c.body, c.author_id from comments c where c.style_id = x.id
			and exists (select from users u where u.id = c.author_id and ` + userVisible + ` offset 0) order by c.id desc limit 2) c
		join users u on u.id = c.author_id order by x.id, c.id desc`
)

// photoCards reads photos as PhotoCard has them, by id.
func (w *writer) photoCards(rows pgx.Rows, err error) (map[int64][]byte, error) {
	return w.byID(rows, err, func(v [][]byte) {
		id := int64Of(v[0])
		w.raw(`{"id":`)
		w.id("Photo", id)
		w.raw(`,"state":`)
		w.text(v[1])
		w.raw(`,"width":`)
		w.integer(v[2])
		w.raw(`,"height":`)
		w.integer(v[3])
		w.raw(`,"blurhash":`)
		w.text(v[4])
		w.raw(`,"dominantColor":`)
		w.text(v[5])
		w.raw(`,"small":`)
		w.url(id, v[6], "small.jpg")
		w.raw(`,"medium":`)
		w.url(id, v[6], "medium.jpg")
		w.raw("}")
	})
}

// commentLines reads the latest comments, by style.
func (w *writer) commentLines(rows pgx.Rows, err error) (map[int64][]byte, error) {
	return w.byID(rows, err, func(v [][]byte) {
		w.raw(`{"id":`)
		w.id("Comment", int64Of(v[1]))
		w.raw(`,"body":`)
		w.text(v[2])
		w.raw(`,"author":{"id":`)
		w.id("User", int64Of(v[3]))
		w.raw(`,"username":`)
		w.text(v[4])
		w.raw("}}")
	})
}

// byID writes rows and keeps them by their first column; rows with the same one come together, parted by commas.
func (w *writer) byID(rows pgx.Rows, err error, write func([][]byte)) (map[int64][]byte, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make(map[int64][]byte, 64)
	for rows.Next() {
		v := rows.RawValues()
		id, begin := int64Of(v[0]), len(w.out)
		before, ok := all[id]
		if ok {
			w.raw(",")
		}
		write(v)
		all[id] = append(before, w.out[begin:]...)
		w.out = w.out[:begin]
	}
	return all, rows.Err()
}

// after reads a cursor; without one a list is read from its beginning.
func after(cursor string) (int64, error) {
	if cursor == "" {
		return math.MaxInt64, nil
	}
	return relay.ParseCursor(cursor)
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"

	"styleshare/bench/made"
	"styleshare/graph"
	"styleshare/models"
)

// The hot set: whose screens are asked for, and what is on them. As many viewers as it takes to stay within everybody's
// budget of cost per minute, which the server keeps here, too: with 300 of them, 80,000 pages of the feed in a minute.
const (
	hotViewers = 300
	hotThings  = 1000
)

// world is whom and what the requests are about.
type world struct {
	db        *models.DB
	documents map[string]string
	viewers   []made.Viewer // without the readers
	readers   []made.Viewer
	styles    []int64 // from the first pages of the viewers' feeds
	usernames []string
	likable   []int64 // any styles
	captions  []string
	liked     map[pair]bool
	random    *rand.Rand
}

type pair struct{ viewer, style int64 }

func openWorld(ctx context.Context, databaseURL string) (*world, error) {
	db, err := models.Open(databaseURL, queryConnections)
	if err != nil {
		return nil, err
	}
	w := &world{db: db, documents: graph.Documents(), liked: map[pair]bool{}, random: rand.New(rand.NewPCG(2026, 11))}
	if err = w.read(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("read what was made: %w", err)
	}
	return w, nil
}

func (w *world) read(ctx context.Context) error {
	all, err := made.Viewers(ctx, w.db)
	if err != nil {
		return err
	}
	var ids []int64
	for _, v := range all {
		switch {
		case v.Followees > 0:
			w.readers = append(w.readers, v)
		case len(w.viewers) < hotViewers:
			w.viewers, ids = append(w.viewers, v), append(ids, v.ID)
		}
	}
	const seen = `select style_id from unnest($1::bigint[]) v, lateral (select style_id from feed_entries where reader_id = v order by style_id desc limit 20) e
		group by style_id order by md5(style_id::text) limit $2`
	if w.styles, err = column[int64](ctx, w.db, seen, ids, hotThings); err != nil {
		return err
	}
	w.usernames, err = column[string](ctx, w.db, `select u.username from users u where u.id in (select author_id from styles where id = any($1))
		order by md5(u.username) limit $2`, w.styles, hotThings)
	if err != nil {
		return err
	}
	w.likable, err = column[int64](ctx, w.db, `select s.id from styles s join users u on u.id = s.author_id where not u.is_private and md5(s.id::text) < '4'
		order by md5(s.id::text) limit 50000`)
	if err != nil {
		return err
	}
	w.captions, err = column[string](ctx, w.db, `select distinct caption from bench.variants order by 1`)
	return err
}

// column reads the only column of a query.
func column[T any](ctx context.Context, db *models.DB, query string, arguments ...any) ([]T, error) {
	rows, err := db.Pool.Query(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

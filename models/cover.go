package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// coversSQL finds, for each of the collections $2, the first READY photo of the style collected last that the viewer $1
// may see and that has one. The limit of the inner part has PostgreSQL look at one style after the other, in the order of
// the collection, and stop at the first.
var coversSQL = `select p.id, x.id from unnest($2::bigint[]) as p(id) cross join lateral (
	select f.id from collection_styles k cross join lateral (
		select o.id from styles s cross join unnest(s.photo_ids) with ordinality as i(id, n) join photos o on o.id = i.id
		where s.id = k.style_id and o.state = 'READY' and ` + lookUp("users u where u.id = s.author_id and "+styleVisibleSQL) + `
		order by i.n limit 1) f
	where k.collection_id = p.id order by k.id desc limit 1) x where $1::bigint is not null`

// Covers reads the photos that stand for the collections, where there is one.
func (db *DB) Covers(ctx context.Context, viewerID int64, collectionIDs []int64) (map[int64]int64, error) {
	var covers map[int64]int64
	err := db.readAnywhere(ctx, func(ctx context.Context, from *pgxpool.Pool) error {
		covers = make(map[int64]int64, len(collectionIDs))
		rows, err := from.Query(ctx, coversSQL, db.hot.with(viewerID, collectionIDs)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var collectionID, photoID int64
			if err = rows.Scan(&collectionID, &photoID); err != nil {
				return err
			}
			covers[collectionID] = photoID
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read covers: %w", err)
	}
	return covers, nil
}

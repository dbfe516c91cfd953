package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// StyleFlags is what a viewer did with a style. It is never cached.
type StyleFlags struct{ Liked, Collected, RequestedItemInfo bool }

// styleFlagsColumns are those of the style x for the viewer $1.
const styleFlagsColumns = `exists(select from likes l where l.style_id = x.id and l.user_id = $1),
	exists(select from collection_styles c where c.style_id = x.id and c.owner_id = $1),
	exists(select from item_info_requests r where r.style_id = x.id and r.user_id = $1)`

const styleFlagsSQL = `select x.id, ` + styleFlagsColumns + ` from unnest($2::bigint[]) as x(id)`

// StyleFlagsFor reads what the viewer did with the styles.
func (db *DB) StyleFlagsFor(ctx context.Context, viewerID int64, styleIDs []int64) (map[int64]StyleFlags, error) {
	return flags(ctx, db, styleFlagsSQL, viewerID, styleIDs, func(rows pgx.Rows, id *int64, f *StyleFlags) error {
		return rows.Scan(id, &f.Liked, &f.Collected, &f.RequestedItemInfo)
	})
}

// UserFlags is what stands between a viewer and a person. It is never cached.
type UserFlags struct{ Follows, Requested, FollowedBy, Blocks, Mutes bool }

const userFlagsSQL = `select x.id,
	exists(select from follows f where f.follower_id = $1 and f.followee_id = x.id),
	exists(select from follow_requests r where r.follower_id = $1 and r.followee_id = x.id),
	exists(select from follows f where f.follower_id = x.id and f.followee_id = $1),
	exists(select from blocks b where b.blocker_id = $1 and b.blocked_id = x.id),
	exists(select from mutes m where m.muter_id = $1 and m.muted_id = x.id)
	from unnest($2::bigint[]) as x(id)`

// UserFlagsFor reads what stands between the viewer and the people.
func (db *DB) UserFlagsFor(ctx context.Context, viewerID int64, userIDs []int64) (map[int64]UserFlags, error) {
	return flags(ctx, db, userFlagsSQL, viewerID, userIDs, func(rows pgx.Rows, id *int64, f *UserFlags) error {
		return rows.Scan(id, &f.Follows, &f.Requested, &f.FollowedBy, &f.Blocks, &f.Mutes)
	})
}

func flags[F any](ctx context.Context, db *DB, statement string, viewerID int64, ids []int64,
	scan func(pgx.Rows, *int64, *F) error) (map[int64]F, error) {
	rows, err := db.Pool.Query(ctx, statement, pgx.QueryExecModeCacheStatement, viewerID, ids)
	if err != nil {
		return nil, fmt.Errorf("read viewer state: %w", err)
	}
	defer rows.Close()
	all := make(map[int64]F, len(ids))
	for rows.Next() {
		var id int64
		var f F
		if err = scan(rows, &id, &f); err != nil {
			return nil, fmt.Errorf("read viewer state: %w", err)
		}
		all[id] = f
	}
	return all, rows.Err()
}

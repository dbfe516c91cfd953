package models

import "context"

// StyleFlags is what a viewer did with a style. It is never cached.
type StyleFlags struct{ Liked, Collected, RequestedItemInfo bool }

// styleFlagsColumns are those of the style x for the viewer $1. The offset keeps PostgreSQL from reading, for a page, all
// that the viewer ever liked.
const styleFlagsColumns = `exists(select from likes l where l.style_id = x.id and l.user_id = $1 offset 0),
	exists(select from collection_styles c where c.style_id = x.id and c.owner_id = $1 offset 0),
	exists(select from item_info_requests r where r.style_id = x.id and r.user_id = $1 offset 0)`

const styleFlagsSQL = `select x.id, ` + styleFlagsColumns + ` from unnest($2::bigint[]) as x(id)`

// StyleFlagsFor reads what the viewer did with the styles.
func (db *DB) StyleFlagsFor(ctx context.Context, viewerID int64, styleIDs []int64) (map[int64]StyleFlags, error) {
	all := make(map[int64]StyleFlags, len(styleIDs))
	b := new(Batch)
	b.StyleFlags(viewerID, styleIDs, func(id int64, f StyleFlags) { all[id] = f })
	return all, db.Read(ctx, b)
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

// followsSQL is for those who want to know nothing else, which is most.
const followsSQL = `select x.id, exists(select from follows f where f.follower_id = $1 and f.followee_id = x.id) from unnest($2::bigint[]) as x(id)`

// FollowsFor reads whether the viewer follows the people.
func (db *DB) FollowsFor(ctx context.Context, viewerID int64, userIDs []int64) (map[int64]bool, error) {
	all := make(map[int64]bool, len(userIDs))
	b := new(Batch)
	b.Follows(viewerID, userIDs, func(id int64, follows bool) { all[id] = follows })
	return all, db.Read(ctx, b)
}

// UserFlagsFor reads what stands between the viewer and the people.
func (db *DB) UserFlagsFor(ctx context.Context, viewerID int64, userIDs []int64) (map[int64]UserFlags, error) {
	all := make(map[int64]UserFlags, len(userIDs))
	b := new(Batch)
	b.UserFlags(viewerID, userIDs, func(id int64, f UserFlags) { all[id] = f })
	return all, db.Read(ctx, b)
}

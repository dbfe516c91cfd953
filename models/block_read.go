package models

import "context"

const blockedSQL = `select k.blocked_id as id from blocks k where k.blocker_id = $1
	union all select k.blocker_id from blocks k where k.blocked_id = $1 limit $2`

// Blocked reads who blocks the viewer or is blocked by them, limit of them at most. It is never cached.
func (db *DB) Blocked(ctx context.Context, viewerID int64, limit int) (ids []int64, err error) {
	b := new(Batch)
	b.Blocked(viewerID, limit, func(id int64) { ids = append(ids, id) })
	err = db.Read(ctx, b)
	return ids, err
}

// BlockedAmong reads which of the people block the viewer or are blocked by them. It is never cached.
func (db *DB) BlockedAmong(ctx context.Context, viewerID int64, userIDs []int64) (ids []int64, err error) {
	err = db.read(ctx, eachID(func(id int64) { ids = append(ids, id) }), `select k.blocked_id as id from blocks k where k.blocker_id = $1 and k.blocked_id = any($2)
		union all select k.blocker_id from blocks k where k.blocked_id = $1 and k.blocker_id = any($2)`, viewerID, userIDs)
	return ids, err
}

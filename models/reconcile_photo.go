package models

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// photoPatience is how long a photo may be in work before somebody looks for its job.
const photoPatience = time.Hour

// stuckPhotosSQL takes a place to go on from as $1, how many rows to look at as $2, and a moment as $3. It ends with a row that
// tells how many were looked at and which was the last. Photos whose job is dead are not stuck: that job is to be retried.
const stuckPhotosSQL = `with batch as materialized (select id, state, completed_at from photos where id > $1 order by id limit $2)
	select id, 0 from batch p where state = 'PROCESSING' and completed_at < $3
		and not exists (select from outbox o where o.enqueued_at is null and o.done_at is null and o.dead_at is null
			and o.kind = '` + string(JobProcessPhoto) + `' and (o.payload->>'photoId')::bigint = p.id)
		and not exists (select from outbox o where o.enqueued_at is not null and o.done_at is null and o.dead_at is null
			and o.kind = '` + string(JobProcessPhoto) + `' and (o.payload->>'photoId')::bigint = p.id)
		and not exists (select from outbox o where o.dead_at is not null and o.kind = '` + string(JobProcessPhoto) + `'
			and (o.payload->>'photoId')::bigint = p.id)
	union all select coalesce(max(id), 0), count(*) from batch`

// stuckPhotos looks for photos that wait for renditions which no job makes.
func (db *DB) stuckPhotos(ctx context.Context, after int64, limit int) (stuck []int64, rows, last int64, err error) {
	err = db.bounded(ctx, func(ctx context.Context, tx *Tx) error {
		stuck = nil
		all, err := queryRows(ctx, tx, func(r *sql.Rows, row *[2]int64) error { return r.Scan(&row[0], &row[1]) },
			stuckPhotosSQL, after, limit, tx.now.Add(-photoPatience))
		if err != nil {
			return err
		}
		end := all[len(all)-1]
		last, rows = end[0], end[1]
		for _, row := range all[:len(all)-1] {
			stuck = append(stuck, row[0])
		}
		return nil
	})
	if err != nil {
		return nil, 0, 0, fmt.Errorf("look for stuck photos: %w", err)
	}
	return stuck, rows, last, nil
}

// processAgain records the work for photos that nobody works on.
func (db *DB) processAgain(ctx context.Context, photos []int64) error {
	payloads := make([]any, len(photos))
	for i, id := range photos {
		payloads[i] = PhotoJob{id}
	}
	return db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.recordAll(ctx, JobProcessPhoto, payloads) })
}

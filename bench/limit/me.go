package main

import (
	"context"

	"github.com/jackc/pgx/v5"
)

const (
	meSQL = `select ` + chipColumns + `, c.email, c.email_verified_at is not null, c.locale, c.time_zone
		from users u join accounts c on c.user_id = u.id ` + avatar + ` where u.id = $1`
	sessionsSQL = `select id, user_agent, last_seen_at from sessions where user_id = $1 and revoked_at is null and expires_at > now() order by id desc limit 100`
)

func (h *handler) me(ctx context.Context, w *writer, _ variables) error {
	var batch pgx.Batch
	batch.Queue(meSQL, w.viewer)
	batch.Queue(unreadSQL, w.viewer)
	batch.Queue(sessionsSQL, w.viewer)
	results := h.pool.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	rows, err := results.Query()
	if err != nil {
		return err
	}
	w.raw(`{"viewer":{"user":{`)
	for rows.Next() {
		v := rows.RawValues()
		w.chip(v)
		v = v[chipWidth:]
		w.raw(`},"email":`)
		w.text(v[0])
		w.raw(`,"emailVerified":`)
		w.boolean(v[1])
		w.raw(`,"locale":`)
		w.text(v[2])
		w.raw(`,"timeZone":`)
		w.text(v[3])
	}
	if rows, err = results.Query(); err != nil {
		return err
	}
	w.raw(`,"unreadNotificationCount":`)
	for rows.Next() {
		w.integer(rows.RawValues()[0])
	}
	// The latest session is taken for the one that asks.
	isCurrent := []byte{1}
	if err = w.each(results, "sessions", func(v [][]byte) {
		w.raw(`{"id":`)
		w.id("Session", int64Of(v[0]))
		w.raw(`,"userAgent":`)
		w.text(v[1])
		w.raw(`,"lastSeenAt":`)
		w.time(v[2])
		w.raw(`,"isCurrent":`)
		w.boolean(isCurrent)
		w.raw("}")
		isCurrent = []byte{0}
	}); err != nil {
		return err
	}
	w.raw("}}")
	return nil
}

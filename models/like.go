package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/fault"
)

// Liked is a style after a person liked it, or took the like back.
type Liked struct {
	StyleID int64
	// Style is what the database had of it then, and Flags what the person did with it; nil where it has to be read: when
	// the attempt was made before, or together with another one.
	Style *Style
	Flags StyleFlags
}

// LikeStyle likes a style that the person may see. Liking twice, also at the same moment, is liking once.
func (db *DB) LikeStyle(ctx context.Context, a Attempt, styleID int64) (Liked, error) {
	return db.changeLike(ctx, a, styleID, &liking)
}

// UnlikeStyle takes a like back, if there is one.
func (db *DB) UnlikeStyle(ctx context.Context, a Attempt, styleID int64) (Liked, error) {
	return db.changeLike(ctx, a, styleID, &unliking)
}

// likeChange is one of the two ways that a like can go, each in one statement: who is $1, which style $2, when $3; of an
// attempt with a key, its mutation is $4, the key $5, the input's hash $6 and the answer to remember $7.
type likeChange struct {
	likes bool // what is so afterwards
	// plain and keyed give the style, unless nothing may be changed or somebody else changes the same; inTx is plain for a
	// transaction, which has to know only whether something changed, and who was told.
	plain, keyed, inTx string
}

var (
	liking = newLikeChange(true, `insert into likes (style_id, user_id)
		select seen_id, $1 from allowed where not liked on conflict do nothing returning style_id`, "+ 1")
	unliking = newLikeChange(false, `delete from likes using allowed
		where style_id = seen_id and user_id = $1 and liked returning style_id`, "- 1")
)

// newLikeChange writes the statements. All their parts look at one snapshot, and what they wait for they do not see:
//   - Whoever waits for the same like of the same person finds it done and changes nothing: no row comes out, because the
//     one in the snapshot is old by then.
//   - The counter is moved on the row that the wait for it ends with, and that is the row that comes out. Nothing but
//     "moved" may be joined there: PostgreSQL would have to do the rest of the statement again.
//   - The key is claimed with its answer. Whoever waits for the same key, or finds it, changes nothing either.
func newLikeChange(likes bool, move, by string) likeChange {
	fill := func(statement, allowed string) string {
		wanted := "liked"
		if !likes {
			wanted = "not liked"
		}
		return strings.NewReplacer("{visible}", styleVisibleSQL, "{allowed}", allowed, "{move}", move, "{by}", by, "{wanted}", wanted,
			"{columns}", styleColumns, "{flags}", styleFlagsColumns).Replace(statement)
	}
	const (
		change = `with seen as (select s.id as seen_id, exists(select from likes l where l.style_id = s.id and l.user_id = $1) as liked
				from styles s join users u on u.id = s.author_id where s.id = $2 and {visible}),
			{allowed},
			moved as ({move}),
			counted as (update styles set like_count = like_count {by} from moved where id = style_id returning {columns}),
			told as (insert into outbox (kind, payload, created_at, available_at, generation, attempts)
				select '` + string(JobNotify) + `', jsonb_build_object('recipientId', author_id, 'kind', '` + string(StyleLiked) + `',
					'subjectKind', '` + onStyle + `', 'subjectId', id, 'actorId', $1::bigint), $3::timestamptz, $3::timestamptz, 0, 0
				from counted where author_id <> $1)`
		result = `, x as (select true as changed, {columns} from counted
				union all select false, {columns} from styles join allowed on id = seen_id where {wanted})
			select changed, {flags}, {columns} from x`
		free    = `allowed as (select * from seen)`
		claimed = `claimed as (insert into idempotency_keys (user_id, mutation, key, input_hash, result, created_at)
				select $1, $4, $5, $6, $7, $3 from seen on conflict do nothing returning user_id),
			allowed as (select seen.* from seen, claimed)`
	)
	return likeChange{likes, fill(change+result, free), fill(change+result, claimed), fill(change+` select author_id from counted`, free)}
}

// changeLike takes the short way, and the general one where that leads nowhere.
func (db *DB) changeLike(ctx context.Context, a Attempt, styleID int64, change *likeChange) (Liked, error) {
	liked, ok, err := db.likeAtOnce(ctx, a, styleID, change)
	if ok || err != nil {
		return liked, err
	}
	id, err := Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		s, err := tx.visibleStyle(ctx, a.UserID, styleID)
		if err != nil {
			return 0, err
		}
		return s.ID, tx.changeLike(ctx, a.UserID, s.ID, change)
	})
	return Liked{StyleID: id}, err
}

// likeAtOnce is one statement, which is a transaction of its own. It is not ok where the attempt was made before, where
// the style is hidden, and where others got in its way.
func (db *DB) likeAtOnce(ctx context.Context, a Attempt, styleID int64, change *likeChange) (_ Liked, ok bool, err error) {
	changes := Changes{Styles: []int64{styleID}}
	if db.announce(ctx, &changes) != nil {
		return Liked{}, false, nil //nolint:nilerr // a transaction can record what could not be announced
	}
	statement, args := change.plain, db.hot.with(a.UserID, styleID, db.Now())
	if a.Key != "" {
		remembered, err := rememberedAs(styleID)
		if err != nil {
			return Liked{}, false, err
		}
		statement, args = change.keyed, append(args, a.Mutation, a.Key, a.InputHash, remembered)
	}
	liked, changed := Liked{StyleID: styleID, Style: new(Style)}, false
	fields := append([]any{&changed, &liked.Flags.Liked, &liked.Flags.Collected, &liked.Flags.RequestedItemInfo}, liked.Style.fields()...)
	err = db.queryRow(ctx, fields, statement, args...)
	switch {
	case errors.Is(err, pgx.ErrNoRows), violates(err, "likes_style_id_fkey"), isRetryable(err):
		db.committed(ctx, changes)
		return Liked{}, false, nil
	case err != nil: // it may have been committed: what was announced ends by itself
		return Liked{}, false, fmt.Errorf("change a like: %w", err)
	}
	db.wrote(ctx, a.UserID)
	liked.Flags.Liked = change.likes
	changes.Outbox = changed && liked.Style.AuthorID != a.UserID
	db.committed(ctx, changes)
	return liked, true, nil
}

// changeLike is the general way, for a transaction.
func (tx *Tx) changeLike(ctx context.Context, userID, styleID int64, change *likeChange) error {
	var authorID int64
	err := tx.Tx.Tx.QueryRowContext(ctx, change.inTx, userID, styleID, tx.now).Scan(&authorID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case violates(err, "likes_style_id_fkey"):
		return fault.Reject("styleId", fault.UserNotFound, "not_found")
	case err != nil:
		return fmt.Errorf("change a like: %w", err)
	}
	tx.changes.Styles = append(tx.changes.Styles, styleID)
	tx.changes.Outbox = tx.changes.Outbox || authorID != userID
	return nil
}

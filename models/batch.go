package models

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Batch is reads that travel together, in one round trip. What each of them reads goes to a function that is called while
// DB.Read runs.
type Batch struct {
	queued []queued
	// fills says that rows are read which caches keep.
	fills bool
}

// queued is a read; each is called for each of its rows.
type queued struct {
	statement string
	args      []any
	each      func(pgx.Row) error
}

// Len is the number of statements.
func (b *Batch) Len() int { return len(b.queued) }

// Read sends the batch. After an error some of the reads have been answered and others have not.
//
// pgx's own batches have PostgreSQL describe the columns of each statement each time; here they are known since it was
// prepared.
func (db *DB) Read(ctx context.Context, b *Batch) error {
	if b.Len() == 0 {
		return nil
	}
	ctx, watched := db.statements.reading(ctx, b)
	err := db.answer(ctx, b)
	db.statements.read(watched, err)
	return err
}

// answer has a replica read the batch, or the primary.
func (db *DB) answer(ctx context.Context, b *Batch) error {
	if db.replicas != nil {
		if answered, err := db.readReplica(ctx, b); answered {
			return err
		}
	}
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer conn.Release()
	answers, err := db.send(ctx, conn.Conn(), b)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	for i := 0; err == nil && i < len(b.queued) && answers.NextResult(); i++ {
		err = b.queued[i].take(pgx.RowsFromResultReader(conn.Conn().TypeMap(), answers.ResultReader()))
	}
	if closed := answers.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// send sends the batch, whose answers are to be read before anything else of the connection.
func (db *DB) send(ctx context.Context, conn *pgx.Conn, b *Batch) (*pgconn.MultiResultReader, error) {
	message, arguments := new(pgconn.Batch), new(pgx.ExtendedQueryBuilder)
	for _, q := range b.queued {
		prepared, err := db.hot.prepare(ctx, conn, q.statement)
		if err != nil {
			return nil, err
		}
		if err = q.bind(conn, prepared, arguments, message); err != nil {
			return nil, err
		}
	}
	return conn.PgConn().ExecBatch(ctx, message), nil
}

// bind adds the read to a message, with arguments as the statement takes them.
func (q queued) bind(conn *pgx.Conn, prepared *pgconn.StatementDescription, arguments *pgx.ExtendedQueryBuilder, message *pgconn.Batch) error {
	arguments.ResultFormats = nil // the message keeps those of the statement before
	if err := arguments.Build(conn.TypeMap(), prepared, q.args); err != nil {
		return err
	}
	if prepared.Name == "" {
		message.ExecParams(q.statement, arguments.ParamValues, prepared.ParamOIDs, arguments.ParamFormats, arguments.ResultFormats)
		return nil
	}
	message.ExecStatement(prepared, arguments.ParamValues, arguments.ParamFormats, arguments.ResultFormats)
	return nil
}

func (q queued) take(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		if err := q.each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// queue adds a read; each is called for each of its rows.
func (b *Batch) queue(each func(pgx.Row) error, statement string, args ...any) {
	b.queued = append(b.queued, queued{statement, args, each})
}

// read sends a batch of one.
func (db *DB) read(ctx context.Context, each func(pgx.Row) error, statement string, args ...any) error {
	b := new(Batch)
	b.queue(each, statement, args...)
	return db.Read(ctx, b)
}

// Users reads people by id; those that do not exist are left out, here and in the other reads by id.
func (b *Batch) Users(ids []int64, each func(*User)) { users.queue(b, ids, each) }

// Photos reads photos by id.
func (b *Batch) Photos(ids []int64, each func(*Photo)) { photos.queue(b, ids, each) }

// Styles reads styles by id.
func (b *Batch) Styles(ids []int64, each func(*Style)) { styles.queue(b, ids, each) }

// ItemTags reads item tags by id.
func (b *Batch) ItemTags(ids []int64, each func(*ItemTag)) { items.queue(b, ids, each) }

// Tags reads tags by id.
func (b *Batch) Tags(ids []int64, each func(*Tag)) { tags.queue(b, ids, each) }

// Brands reads brands by id.
func (b *Batch) Brands(ids []int64, each func(*Brand)) { brands.queue(b, ids, each) }

// Comments reads comments by id.
func (b *Batch) Comments(ids []int64, each func(*Comment)) { comments.queue(b, ids, each) }

// CommentHeads reads the heads of styles.
func (b *Batch) CommentHeads(styleIDs []int64, each func(*CommentHead)) {
	commentHeads.queue(b, styleIDs, each)
}

// List reads one page of a list for each parent, see DB.Lists, with what else is to be read of the viewer; what is not is
// false.
func (b *Batch) List(list List, beside Beside, viewerID int64, parents []int64, p Page, each func(e Entry, follows bool, f StyleFlags)) {
	var e Entry
	var follows bool
	var f StyleFlags
	columns := []any{&e.Parent, &e.Key, &e.ID, &e.AuthorID, &follows, &f.Liked, &f.Collected, &f.RequestedItemInfo}
	columns = columns[:besideWidth[beside]]
	b.queue(func(rows pgx.Row) error {
		err := rows.Scan(columns...)
		each(e, follows, f)
		return err
	}, list.statement(p, beside), viewerID, parents, p.After, p.Before, p.Limit())
}

// StyleFlags reads what the viewer did with the styles.
func (b *Batch) StyleFlags(viewerID int64, styleIDs []int64, each func(styleID int64, f StyleFlags)) {
	var id int64
	var f StyleFlags
	columns := []any{&id, &f.Liked, &f.Collected, &f.RequestedItemInfo}
	b.queue(func(rows pgx.Row) error {
		err := rows.Scan(columns...)
		each(id, f)
		return err
	}, styleFlagsSQL, viewerID, styleIDs)
}

// UserFlags reads what stands between the viewer and the people.
func (b *Batch) UserFlags(viewerID int64, userIDs []int64, each func(userID int64, f UserFlags)) {
	var id int64
	var f UserFlags
	columns := []any{&id, &f.Follows, &f.Requested, &f.FollowedBy, &f.Blocks, &f.Mutes}
	b.queue(func(rows pgx.Row) error {
		err := rows.Scan(columns...)
		each(id, f)
		return err
	}, userFlagsSQL, viewerID, userIDs)
}

// Follows reads whether the viewer follows the people.
func (b *Batch) Follows(viewerID int64, userIDs []int64, each func(userID int64, follows bool)) {
	var id int64
	var follows bool
	columns := []any{&id, &follows}
	b.queue(func(rows pgx.Row) error {
		err := rows.Scan(columns...)
		each(id, follows)
		return err
	}, followsSQL, viewerID, userIDs)
}

// Blocked reads who blocks the viewer or is blocked by them, limit of them at most.
func (b *Batch) Blocked(viewerID int64, limit int, each func(userID int64)) {
	b.queue(eachID(each), blockedSQL, viewerID, limit)
}

func eachID(each func(int64)) func(pgx.Row) error {
	return func(rows pgx.Row) error {
		var id int64
		err := rows.Scan(&id)
		each(id)
		return err
	}
}

// UnreadNotificationCount counts what the person has not read, MaxUnread at most.
func (b *Batch) UnreadNotificationCount(userID int64, take func(n int)) {
	b.queue(func(rows pgx.Row) error {
		var n int
		err := rows.Scan(&n)
		take(n)
		return err
	}, unreadSQL, userID, MaxUnread)
}

var unreadSQL = `select count(*) from (select from notifications where recipient_id = $1 and read_at is null and ` + actorHeardSQL + ` and ` +
	strings.ReplaceAll(kindShownSQL, "?", "$1") + ` limit $2) unread`

// Account reads what is the person's own business.
func (b *Batch) Account(userID int64, take func(*Account)) {
	b.queue(func(rows pgx.Row) error {
		a := new(Account)
		err := rows.Scan(&a.UserID, &a.Email, &a.EmailVerifiedAt, &a.PasswordHash, &a.Locale, &a.TimeZone, &a.MailUnsubscribedAt,
			&a.QuietFrom, &a.QuietUntil)
		take(a)
		return err
	}, `select user_id, email, email_verified_at, password_hash, locale, time_zone, mail_unsubscribed_at, quiet_from, quiet_until
		from accounts where user_id = $1`, userID)
}

// Sessions reads where the person is signed in, latest first. Secrets stay in the database.
func (b *Batch) Sessions(userID int64, now time.Time, each func(*Session)) {
	b.queue(func(rows pgx.Row) error {
		s := new(Session)
		err := rows.Scan(&s.ID, &s.UserID, &s.UserAgent, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt)
		each(s)
		return err
	}, `select id, user_id, user_agent, created_at, last_seen_at, expires_at from sessions
		where user_id = $1 and revoked_at is null and expires_at > $2 order by id desc limit $3`, userID, now, maxListed)
}

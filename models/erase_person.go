package models

import (
	"context"
	"fmt"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// eraseBatch is how many rows one transaction of an erasure takes: a person with a hundred thousand likes must not hold up
// those who like the same styles.
const eraseBatch = 500

// traces are what an erasure takes away in batches that each commit, in this order. Each gives how many rows it found, 0 at
// the end, and keeps what others see of them right: counters, notifications, cached objects.
var traces = []struct {
	name  string
	erase func(ctx context.Context, tx *Tx, userID int64) (int, error)
}{
	{"styles", eraseStyles},
	{"comments", eraseComments},
	{"answers", eraseAnswers},
	{"questions", eraseQuestions},
	{"replies", forgetReplies},
	{"likes", eraseLikes},
	{"asks", eraseAsks},
	{"what they collected", eraseCollected},
	{"collections", eraseCollections},
	{"follows", eraseFollows},
	{"followers", eraseFollowers},
	{"feed", eraseFeed},
	{"what others were told", eraseActor},
	{"mentions in styles", eraseStyleMentions},
	{"mentions in comments", eraseCommentMentions},
	{"photos", erasePhotos},
	{"archives", eraseExports},
	{"dead work", eraseDeadWork},
}

// BeginErasing closes the account of somebody who left long enough ago, so that nobody comes back to what is half erased.
// It is false where there is nothing to erase (any more): they came back, or left once more since.
func (db *DB) BeginErasing(ctx context.Context, userID int64) (due bool, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := affected(tx.NewRaw(`update users set deleted_at = ?, avatar_photo_id = null where id = ? and deleted_at <= ?`,
			erasing, userID, tx.now.Add(-LeaveTTL)).Exec(ctx))
		if due = n > 0; err != nil || !due {
			return err
		}
		tx.changes.Users = append(tx.changes.Users, userID)
		_, err = tx.NewRaw(`delete from accounts where user_id = ?`, userID).Exec(ctx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("begin to erase %d: %w", userID, err)
	}
	return due, nil
}

// EraseTraces erases all of a person but their row. It may be interrupted and run again.
func (db *DB) EraseTraces(ctx context.Context, userID int64) error {
	for _, t := range traces {
		if err := db.inBatches(ctx, userID, t.erase); err != nil {
			return fmt.Errorf("erase %s of %d: %w", t.name, userID, err)
		}
	}
	references, err := db.references(ctx)
	if err != nil {
		return err
	}
	for _, r := range references {
		if err = db.inBatches(ctx, userID, r.erase); err != nil {
			return fmt.Errorf("erase %s of %d: %w", r.Table, userID, err)
		}
	}
	return nil
}

// inBatches runs erase until it finds nothing more.
func (db *DB) inBatches(ctx context.Context, userID int64, erase func(context.Context, *Tx, int64) (int, error)) error {
	for found := 1; found > 0; {
		err := db.InTx(ctx, func(ctx context.Context, tx *Tx) (err error) {
			found, err = erase(ctx, tx, userID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ErasePerson deletes the row of somebody whose traces are erased. Their username is free then.
func (tx *Tx) ErasePerson(ctx context.Context, userID int64) error {
	if _, err := tx.NewRaw(`delete from users where id = ? and deleted_at = ?`, userID, erasing).Exec(ctx); err != nil {
		return fmt.Errorf("erase %d: %w", userID, err)
	}
	tx.changes.Users = append(tx.changes.Users, userID)
	return nil
}

// reference is a column that refers to people.
type reference struct {
	Table, Column string
	Deletes       bool // the row goes with the person; otherwise the column becomes null
}

// references are all of them. What has nothing to be counted or told needs no step of its own: it goes this way, so that
// the deletion of the person's row does not take it along in one piece.
func (db *DB) references(ctx context.Context) ([]reference, error) {
	var all []reference
	err := db.NewRaw(`select c.conrelid::regclass::text as "table", a.attname as "column", c.confdeltype = 'c' as deletes
		from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
		where c.contype = 'f' and c.confrelid = 'users'::regclass and c.confdeltype in ('c', 'n') order by 1, 2`).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("look for what refers to people: %w", err)
	}
	return all, nil
}

func (r reference) erase(ctx context.Context, tx *Tx, userID int64) (int, error) {
	statement := fmt.Sprintf(`update %s set %s = null`, r.Table, r.Column)
	if r.Deletes {
		statement = `delete from ` + r.Table
	}
	n, err := affected(tx.NewRaw(statement+fmt.Sprintf(` where ctid = any(array(select ctid from %s where %s = ? limit ? for update))`, r.Table, r.Column),
		userID, eraseBatch).Exec(ctx))
	return int(n), err
}

// ids reads one batch of ids.
func (tx *Tx) ids(ctx context.Context, query string, args ...any) ([]int64, error) {
	var ids []int64
	err := tx.NewRaw(query, args...).Scan(ctx, &ids)
	return ids, err
}

// execFor runs statements, each with the person and the batch.
func (tx *Tx) execFor(ctx context.Context, userID int64, batch []int64, statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.NewRaw(statement, userID, pgdialect.Array(batch)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

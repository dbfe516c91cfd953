package models

import (
	"context"
	"fmt"
	"math"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// publicSQL is whether everybody may see what the person publishes: what the counters of topics count.
const publicSQL = `(not u.is_private and ` + activeSQL + `)`

// settleBatch is how many styles or folds one transaction brings in line.
const settleBatch = 500

// personVisibilityChanged records what must follow when a person becomes private or public, is suspended or let back in,
// leaves or comes back. What they made and did is hidden, or seen again, at once, because everything looks at their row;
// a job brings in line what was counted before. Call it in the transaction that changes the row.
func (tx *Tx) personVisibilityChanged(ctx context.Context, userID int64) error {
	tx.changes.Users = append(tx.changes.Users, userID)
	return tx.Record(ctx, JobSettlePerson, PersonJob{userID})
}

// SettlePerson has what was counted say what people may see of a person now: the topics of their styles, and the
// notifications of what they did. Who waits to be let in by an account that has become public is. It works in batches that
// each commit, and may be run again.
func (db *DB) SettlePerson(ctx context.Context, userID int64) error {
	for _, settle := range []func(context.Context, *Tx, int64, int64) (int64, error){settleTopics, settleFolds, settleRequests} {
		for after := int64(0); after != settled; {
			err := db.InTx(ctx, func(ctx context.Context, tx *Tx) (err error) {
				after, err = settle(ctx, tx, userID, after)
				return err
			})
			if err != nil {
				return fmt.Errorf("settle what is counted of %d: %w", userID, err)
			}
		}
	}
	return nil
}

// settled is where a walk through ascending ids ends.
const settled = math.MaxInt64

// next is where to go on after a batch.
func next(batch []int64) int64 {
	if len(batch) < settleBatch {
		return settled
	}
	return batch[len(batch)-1]
}

// settleTopics counts a batch of the person's styles among those of their tags and brands, or does not any more.
func settleTopics(ctx context.Context, tx *Tx, userID, after int64) (int64, error) {
	if err := tx.lockAuthor(ctx, userID); err != nil {
		return 0, err
	}
	// Once more: the process that changed the row may have died before it could tell the cache, which hides people.
	tx.changes.Users = append(tx.changes.Users, userID)
	var batch []int64
	err := tx.NewRaw(`select id from styles where author_id = ? and id > ? and state = 'PUBLISHED' and deleted_at is null order by id limit ?`,
		userID, after, settleBatch).Scan(ctx, &batch)
	if err != nil {
		return 0, err
	}
	tags, err := tx.recount(ctx, linkTagsSQL, userID, batch)
	if err != nil {
		return 0, err
	}
	brands, err := tx.recount(ctx, linkBrandsSQL, userID, batch)
	tx.changes.Tags, tx.changes.Brands = append(tx.changes.Tags, tags...), append(tx.changes.Brands, brands...)
	return next(batch), err
}

// lockAuthor keeps the person from becoming private or public until the transaction ends: what it counts is right when it
// commits, or the job of the change that waited sees it.
func (tx *Tx) lockAuthor(ctx context.Context, userID int64) error {
	_, err := tx.NewRaw(`select from users where id = ? for share`, userID).Exec(ctx)
	return err
}

// recount has the counters of topics count the author's styles or not, and gives the topics that changed.
func (tx *Tx) recount(ctx context.Context, statements linkSQL, authorID int64, styleIDs []int64) (changed []int64, err error) {
	if _, err = tx.NewRaw(statements.lockCounted, authorID, pgdialect.Array(styleIDs)).Exec(ctx); err != nil {
		return nil, err
	}
	err = tx.NewRaw(statements.recount, authorID, pgdialect.Array(styleIDs)).Scan(ctx, &changed)
	return changed, err
}

// settleFolds brings a batch of the notifications in line that name the person.
func settleFolds(ctx context.Context, tx *Tx, userID, after int64) (int64, error) {
	var batch []int64
	err := tx.NewRaw(`select n.id from notification_actors a join notifications n on n.id = a.notification_id
		where a.actor_id = ? and a.notification_id > ? order by n.id limit ? for no key update of n`, userID, after, settleBatch).Scan(ctx, &batch)
	if err == nil {
		err = tx.rehear(ctx, userID, batch)
	}
	return next(batch), err
}

// rehearPair brings the notifications in line that tell one person of the other. They are few enough for one transaction:
// those of one recipient.
func (tx *Tx) rehearPair(ctx context.Context, recipientID, actorID int64) error {
	var folds []int64
	err := tx.NewRaw(`select n.id from notifications n join notification_actors a on a.notification_id = n.id
		where n.recipient_id = ? and a.actor_id = ? order by n.id for no key update of n`, recipientID, actorID).Scan(ctx, &folds)
	if err == nil {
		err = tx.rehear(ctx, actorID, folds)
	}
	if err != nil {
		return fmt.Errorf("bring notifications in line: %w", err)
	}
	return nil
}

// rehear has folds, which are locked, count the actor if their recipients are to hear of them.
func (tx *Tx) rehear(ctx context.Context, actorID int64, folds []int64) error {
	var changed []int64
	err := tx.NewRaw(`update notification_actors a set is_hidden = not a.is_hidden from notifications n, users u
		where a.notification_id = n.id and n.id = any(?1) and a.actor_id = ?0 and u.id = a.actor_id and a.is_hidden = `+
		forViewer(heardSQL, "n.recipient_id")+` returning n.id`, actorID, pgdialect.Array(folds)).Scan(ctx, &changed)
	if err != nil || len(changed) == 0 {
		return err
	}
	_, err = tx.NewRaw(`update notifications n set actor_count = (select count(*) from notification_actors a where a.notification_id = n.id and not a.is_hidden),
		actor_ids = array(select a.actor_id from notification_actors a where a.notification_id = n.id and not a.is_hidden order by a.id desc limit 3)
		where n.id = any(?)`, pgdialect.Array(changed)).Exec(ctx)
	return err
}

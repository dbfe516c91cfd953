package models

import (
	"context"
	"runtime"
	"testing"
)

// whenBlocked starts call and returns when it waits for a lock or has ended; the channel gives its error.
func whenBlocked(t testing.TB, db *DB, alreadyWaiting int, call func() error) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- call() }()
	for len(ended) == 0 && one[int](t, db, waitingSQL) <= alreadyWaiting {
		runtime.Gosched()
	}
	return ended
}

// waitingSQL counts the statements of this database that wait for a lock.
const waitingSQL = `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

// Who follows while a style appears has it in their feed, although the fan-out might have been before the follow.
func TestFollowWhileAStyleAppears(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, reader := person(t, db), person(t, db)
	photo := photoIn(t, db, author, PhotoProcessing)
	id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: []int64{photo}}))
	var followed <-chan error
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		_, err := tx.PhotoReady(ctx, photo, PhotoResult{})
		followed = whenBlocked(t, db, 0, func() error { _, err := db.Follow(ctx, by(reader), author); return err })
		return err
	})
	if err := <-followed; err != nil {
		t.Fatal(err)
	}
	wantFeed(t, db, reader, id)
}

// Who unfollows while a fan-out is writing to their feed does not get the style.
func TestUnfollowWhileAFanOutWrites(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, reader := person(t, db), person(t, db)
	follow(t, db, reader, author)
	id := published(t, db, author, "")
	var fannedOut, unfollowed <-chan error
	stop, err := db.Begin() // the fan-out waits for what becomes of this entry, after it has found the follower
	if err != nil {
		t.Fatal(err)
	}
	if _, err = stop.Exec(`insert into feed_entries (reader_id, style_id, author_id) values (?, ?, ?)`, reader, id, author); err != nil {
		t.Fatal(err)
	}
	fannedOut = whenBlocked(t, db, 0, func() error { _, err := db.FanOutStyle(t.Context(), id, wideFeed); return err })
	unfollowed = whenBlocked(t, db, 1, func() error { _, err := db.Unfollow(t.Context(), by(reader), author); return err })
	if err = stop.Rollback(); err != nil {
		t.Fatal(err)
	}
	for _, ended := range []<-chan error{fannedOut, unfollowed} {
		if err = <-ended; err != nil {
			t.Error(err)
		}
	}
	if n := one[int](t, db, `select count(*) from feed_entries`); n != 0 {
		t.Errorf("%d entries of somebody who is not followed", n)
	}
}

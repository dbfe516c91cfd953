package models

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// told gives the events that were recorded since the last call.
func told(t *testing.T, db *DB) []EventJob {
	t.Helper()
	var payloads []string
	if err := db.NewRaw(`delete from outbox where kind = ? returning payload`, JobEvent).Scan(t.Context(), &payloads); err != nil {
		t.Fatal(err)
	}
	events := make([]EventJob, len(payloads))
	for i, text := range payloads {
		if err := json.Unmarshal([]byte(text), &events[i]); err != nil {
			t.Fatal(err)
		}
	}
	return events
}

func (db *DB) wantTold(t *testing.T, what string, want ...EventJob) {
	t.Helper()
	if got := told(t, db); !slices.Equal(got, want) {
		t.Errorf("%s: told %v, want %v", what, got, want)
	}
}

func TestSubscribersAreToldOfPhotos(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, owner := t.Context(), person(t, db)
	create := func() (int64, EventJob) {
		id := must(db.CreatePhoto(ctx, by(owner), "image/jpeg", 100))
		return id, EventJob{PhotoTopic(id), id}
	}
	photo, event := create()
	must(db.CompletePhoto(ctx, by(owner), photo))
	db.wantTold(t, "completed", event)
	must(db.CompletePhoto(ctx, by(owner), photo))
	db.wantTold(t, "completed again")
	inTx := func(f func(context.Context, *Tx) error) {
		t.Helper()
		if err := db.InTx(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	inTx(func(ctx context.Context, tx *Tx) error {
		_, err := tx.PhotoReady(ctx, photo, PhotoResult{Width: 3, Height: 4, Blurhash: "x", DominantColor: "#123456"})
		return err
	})
	db.wantTold(t, "ready", event)
	photo, event = create()
	inTx(func(ctx context.Context, tx *Tx) error { return tx.PhotoRejected(ctx, photo, "UNREADABLE") })
	db.wantTold(t, "rejected", event)
	_, event = create()
	now := db.Now
	db.Now = func() time.Time { return now().Add(AwaitingTTL + time.Hour) }
	if _, _, err := db.CleanUpPhotos(ctx); err != nil {
		t.Fatal(err)
	}
	db.wantTold(t, "never sent", event)
}

func TestSubscribersAreToldOfCommentsAndNotifications(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, author, other := t.Context(), person(t, db), person(t, db)
	style := published(t, db, author, "look")
	told(t, db)
	result := must(db.AddComment(ctx, by(other), style, "nice", 0))
	db.wantTold(t, "comment", EventJob{CommentTopic(style), result.CommentID})
	fold := NotifyJob{RecipientID: author, Kind: StyleCommented, SubjectKind: "Style", SubjectID: style, ActorID: other}
	run := func() {
		t.Helper()
		if err := db.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, fold) }); err != nil {
			t.Fatal(err)
		}
	}
	run()
	var id int64
	if err := db.NewRaw(`select id from notifications where recipient_id = ?`, author).Scan(ctx, &id); err != nil {
		t.Fatal(err)
	}
	db.wantTold(t, "news", EventJob{NotificationTopic(author), id})
	run()
	db.wantTold(t, "no news")
	must(db.DeleteComment(ctx, by(other), result.CommentID))
	run()
	db.wantTold(t, "taken back")
}

func TestActiveSessions(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, minji, sora := t.Context(), person(t, db), person(t, db)
	session := func(userID int64) (id int64) {
		err := db.InTx(ctx, func(ctx context.Context, tx *Tx) (err error) {
			id, err = tx.newSession(ctx, userID, "", rand.Text())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	lives, revoked, suspended := session(minji), session(minji), session(sora)
	must(db.RevokeSession(ctx, by(minji), revoked))
	exec(t, db, `update users set suspended_at = now() where id = ?`, sora)
	if got := must(db.ActiveSessions(ctx, []int64{suspended, revoked, lives, 12345})); !slices.Equal(got, []int64{lives}) {
		t.Errorf("got %v, want %d", got, lives)
	}
}

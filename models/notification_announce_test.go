package models

import (
	"context"
	"slices"
	"testing"
)

// Whatever the kind: many of the same are one push and one mail, until they are read or some time has gone by.
func TestEveryKindIsAnnouncedOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	for _, p := range defaultPreferences {
		who := person(t, db)
		device(t, db, who)
		n := &Notification{RecipientID: who, Kind: p.Kind, SubjectKind: "User", SubjectID: who, ActorIDs: []int64{}, Position: 1, UpdatedAt: db.Now()}
		if _, err := db.NewInsert().Model(n).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		announced := func() (pushes, mails int) {
			exec(t, db, `delete from outbox`)
			inTx(t, db, func(ctx context.Context, tx *Tx) error {
				return tx.announce(ctx, must(tx.summarise(ctx, []changedFold{{n.ID, true}})))
			})
			return jobs(t, db, JobPush), jobs(t, db, JobMail)
		}
		push, mail := 0, 0
		if slices.Contains(p.Channels, Push) {
			push = 1
		}
		if slices.Contains(p.Channels, Mail) {
			mail = 1
		}
		if p, m := announced(); p != push || m != mail {
			t.Errorf("%s: %d pushes and %d mails of the first, want %d and %d", n.Kind, p, m, push, mail)
		}
		if p, m := announced(); p+m != 0 {
			t.Errorf("%s: %d pushes and %d mails of more of the same", n.Kind, p, m)
		}
		exec(t, db, `update notifications set read_at = now() where id = ?`, n.ID)
		if p, m := announced(); p != push || m != mail {
			t.Errorf("%s: %d pushes and %d mails after it was read, want %d and %d", n.Kind, p, m, push, mail)
		}
	}
}

package models

import (
	"math/rand/v2"
	"testing"
)

func TestFollowAndUnfollow(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	for range 2 {
		must(db.Follow(t.Context(), by(mina), jun))
	}
	if flags := must(db.UserFlagsFor(t.Context(), mina, []int64{jun, mina})); flags[jun] != (UserFlags{Follows: true}) || flags[mina] != (UserFlags{}) {
		t.Errorf("%+v", flags)
	}
	if flags := must(db.UserFlagsFor(t.Context(), jun, []int64{mina})); flags[mina] != (UserFlags{FollowedBy: true}) {
		t.Errorf("%+v", flags)
	}
	if n := jobs(t, db, JobNotify); n != 1 {
		t.Errorf("%d notifications", n)
	}
	checkCounters(t, db)
	for range 2 {
		must(db.Unfollow(t.Context(), by(mina), jun))
	}
	if flags := must(db.UserFlagsFor(t.Context(), mina, []int64{jun})); flags[jun] != (UserFlags{}) {
		t.Errorf("%+v", flags)
	}
	if n := jobs(t, db, JobNotify); n != 2 {
		t.Errorf("%d notifications", n)
	}
	checkCounters(t, db)
}

func TestFollowRefuses(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, hidden := person(t, db), person(t, db)
	both := func(userID int64, want string) {
		t.Helper()
		_, err := db.Follow(t.Context(), by(mina), userID)
		refused(t, err, want)
		_, err = db.Unfollow(t.Context(), by(mina), userID)
		refused(t, err, want)
	}
	both(mina, "userId NOT_ALLOWED")
	both(1, "userId NOT_FOUND")
	exec(t, db, `update users set suspended_at = now() where id = ?`, hidden)
	both(hidden, "userId NOT_FOUND")
	exec(t, db, `update users set suspended_at = null, deleted_at = now() where id = ?`, hidden)
	both(hidden, "userId NOT_FOUND")
}

func TestFollowingAPrivateAccountLeavesARequest(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun, old := person(t, db), person(t, db), person(t, db)
	follow(t, db, old, jun)
	exec(t, db, `update users set is_private = true where id = ?`, jun)
	for range 2 {
		must(db.Follow(t.Context(), by(mina), jun))
		must(db.Follow(t.Context(), by(old), jun))
	}
	flags := func(viewer int64) UserFlags { return must(db.UserFlagsFor(t.Context(), viewer, []int64{jun}))[jun] }
	if flags(mina) != (UserFlags{Requested: true}) || flags(old) != (UserFlags{Follows: true}) {
		t.Errorf("%+v, %+v", flags(mina), flags(old))
	}
	checkCounters(t, db)
	must(db.Unfollow(t.Context(), by(mina), jun))
	if flags(mina) != (UserFlags{}) {
		t.Errorf("taken back: %+v", flags(mina))
	}
	must(db.Follow(t.Context(), by(mina), jun))
	exec(t, db, `update users set is_private = false where id = ?`, jun)
	must(db.Follow(t.Context(), by(mina), jun))
	if flags(mina) != (UserFlags{Follows: true}) {
		t.Errorf("the account is public now: %+v", flags(mina))
	}
	checkCounters(t, db)
}

// Who follow each other at the same moment wait for each other, and do not lock each other out.
func TestOppositeFollowsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	all := people(t, db, 4)
	for _, err := range atOnce(8, func(i int) error {
		random := rand.New(rand.NewPCG(uint64(i), 2))
		for range 25 {
			a := random.IntN(len(all))
			b := (a + 1 + random.IntN(len(all)-1)) % len(all)
			verb := db.Follow
			if random.IntN(3) == 0 {
				verb = db.Unfollow
			}
			if _, err := verb(t.Context(), by(all[a]), all[b]); err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	checkCounters(t, db)
}

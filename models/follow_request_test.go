package models

import (
	"slices"
	"testing"
)

func setPrivate(t testing.TB, db *DB, userID int64, isPrivate bool) {
	t.Helper()
	if err := db.UpdateProfile(t.Context(), by(userID), ProfileChange{IsPrivate: &isPrivate}); err != nil {
		t.Fatal(err)
	}
}

func TestFollowRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun, sora := person(t, db), person(t, db), person(t, db)
	setPrivate(t, db, mina, true)
	id := published(t, db, mina, "")
	for _, who := range []int64{jun, sora} {
		must(db.Follow(t.Context(), by(who), mina))
	}
	runNotifyJobs(t, db)
	n := onlyFold(t, db, mina)
	wantFold(t, n, FollowRequested, mina, 2, sora, jun)
	wantFeed(t, db, jun)
	must(db.AnswerFollowRequest(t.Context(), by(mina), jun, true))
	must(db.AnswerFollowRequest(t.Context(), by(mina), sora, false))
	runNotifyJobs(t, db)
	if _, ba := between(t, db, mina, jun); ba != (UserFlags{Follows: true}) {
		t.Errorf("let in: %+v", ba)
	}
	if _, ba := between(t, db, mina, sora); ba != (UserFlags{}) {
		t.Errorf("turned away: %+v", ba)
	}
	wantFeed(t, db, jun, id)
	wantFold(t, onlyFold(t, db, jun), FollowAccepted, jun, 1, mina)
	if n := len(listFolds(t, db, sora)); n != 0 {
		t.Errorf("who was turned away has %d notifications", n)
	}
	wantFold(t, onlyFold(t, db, mina), Followed, mina, 1, jun)
	checkCounters(t, db)
	for _, who := range []int64{jun, sora} {
		_, err := db.AnswerFollowRequest(t.Context(), by(mina), who, true)
		refused(t, err, "userId NOT_FOUND")
	}
	must(db.Follow(t.Context(), by(sora), mina))
	must(db.Unfollow(t.Context(), by(sora), mina))
	must(db.Unfollow(t.Context(), by(jun), mina))
	runNotifyJobs(t, db)
	for _, who := range []int64{mina, jun, sora} {
		if n := len(listFolds(t, db, who)); n != 0 {
			t.Errorf("%d notifications of what was taken back", n)
		}
	}
	checkCounters(t, db)
}

func TestPrivateAndPublicAgain(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := person(t, db), person(t, db)
	follow(t, db, jun, mina)
	id := published(t, db, mina, "#coat")
	must(db.FanOutStyle(t.Context(), id, wideFeed))
	waiting := people(t, db, acceptBatch+2)
	setPrivate(t, db, mina, true)
	setPrivate(t, db, mina, true)
	if n := jobs(t, db, JobSettlePerson); n != 1 {
		t.Errorf("%d jobs of one change", n)
	}
	for _, who := range waiting {
		must(db.Follow(t.Context(), by(who), mina))
	}
	exec(t, db, `update users set suspended_at = now() where id = ?`, waiting[0])
	settle(t, db, mina) // still private: nobody is let in
	wantFeed(t, db, jun, id)
	wantFeed(t, db, waiting[1])
	page := must(NewPage(ptr(100), nil, nil, nil))
	asking := func() int {
		return len(must(db.Lists(t.Context(), FollowRequestsOfUser, mina, []int64{mina}, page))[mina])
	}
	if n := asking(); n != len(waiting)-1 {
		t.Errorf("%d ask to be let in", n)
	}
	setPrivate(t, db, mina, false)
	settle(t, db, mina)
	settle(t, db, mina)
	if n := asking(); n != 0 {
		t.Errorf("%d still ask to be let in", n)
	}
	wantFeed(t, db, waiting[1], id)
	wantFeed(t, db, waiting[len(waiting)-1], id)
	runNotifyJobs(t, db)
	wantFold(t, onlyFold(t, db, waiting[1]), FollowAccepted, waiting[1], 1, mina)
	if kinds := kindsOf(t, db, mina); !slices.Equal(kinds, []NotificationKind{Followed}) {
		t.Errorf("%v", kinds)
	}
	settle(t, db, waiting[0])
	checkCounters(t, db)
}

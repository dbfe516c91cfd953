package models

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestFieldUsesAddUp(t *testing.T) {
	t.Parallel()
	db := open(t)
	now := time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC)
	db.Now = func() time.Time { return now }
	uses := []FieldUse{{Client: "ios", Version: "1", Field: "Query.me", Uses: 2}, {Client: "", Version: "", Field: "User.id", Uses: 1}}
	slices.SortFunc(uses, CompareFieldUses)
	for _, err := range atOnce(4, func(int) error { return db.AddFieldUses(t.Context(), uses) }) {
		if err != nil {
			t.Error(err)
		}
	}
	now = now.Add(time.Hour) // the next day
	if err := db.AddFieldUses(t.Context(), uses[:1]); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, db, `select count(*) from field_uses`); n != 3 {
		t.Errorf("%d rows", n)
	}
	got := must(db.FieldUses(t.Context(), 2, nil))
	if len(got) != 2 || got[0].Field != "Query.me" || got[0].Uses != 10 || !got[0].LastSeenAt.Equal(now) || got[1].Uses != 4 {
		t.Errorf("%+v", got)
	}
	if got = must(db.FieldUses(t.Context(), 1, []string{"User.id"})); len(got) != 0 {
		t.Errorf("of today %+v", got)
	}
}

func TestEraseByCommand(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	name := usernameOf(t, db, mina)
	at := must(db.Erase(t.Context(), name, "asked"))
	again := must(db.Erase(t.Context(), name, "again"))
	if !at.Equal(again) || at.Before(db.Now().Add(LeaveTTL-time.Minute)) || jobs(t, db, JobErasePerson) != 1 || mails(t, db, MailAccountDeleted) != 1 {
		t.Errorf("%s, then %s; %d jobs", at, again, jobs(t, db, JobErasePerson))
	}
	if p := must(db.PersonSummary(t.Context(), name)); p.ID != mina || p.Role != RoleMember || p.State() != "left, erased after "+at.Format(time.DateOnly) {
		t.Errorf("%+v: %s", p, p.State())
	}
	if _, err := db.PersonSummary(t.Context(), "nobody"); !errors.Is(err, ErrNoSuchPerson) {
		t.Error(err)
	}
}

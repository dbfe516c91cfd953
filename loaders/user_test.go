package loaders_test

import (
	"testing"

	"styleshare/models"
)

// TestANameLeadsToWhoHasIt asks for names again and again while they change hands.
func TestANameLeadsToWhoHasIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	mina, hana := r.person(t, "mina"), r.person(t, "hana")
	rename := func(person int64, name string) {
		t.Helper()
		if err := r.db.UpdateProfile(t.Context(), models.Attempt{UserID: person}, models.ProfileChange{Username: &name}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(viewer int64, name string, person int64) {
		t.Helper()
		for range 2 {
			u, err := r.loaders.UserByUsername(as(t, viewer), name)
			if err != nil {
				t.Fatal(err)
			}
			if found := u != nil; found != (person != 0) || found && u.ID != person {
				t.Errorf("%s is %v, not %d", name, u, person)
			}
		}
	}
	want(hana, "mina", mina)
	rename(mina, "mina.kim")
	want(hana, "mina", 0)
	want(hana, "mina.kim", mina)
	rename(hana, "mina")
	want(mina, "Mina", hana)
	if _, err := r.db.Block(t.Context(), models.Attempt{UserID: hana}, mina); err != nil {
		t.Fatal(err)
	}
	want(mina, "mina", 0)
	want(0, "mina", hana)
}

package cache

import (
	"reflect"
	"testing"

	"styleshare/internal/rowcodec"
)

// One round serves several types with the same ids.
func TestARoundAsksForSeveralTypes(t *testing.T) {
	t.Parallel()
	type place struct{ Name string }
	c := newCache(t, startServer(t).addr)
	people, places := NewTyped(c, "u1:", personFields), NewTyped(c, "l1:", func(p *place, f *rowcodec.Fields) { f.String(&p.Name) })
	ask := func() (*Asked[person], *Asked[place]) {
		r := c.NewRound()
		u, l := people.Ask(r, []int64{1, 2, 1}), places.Ask(r, []int64{2, 3})
		r.Do(t.Context())
		return u, l
	}
	u, l := ask()
	if found, missing := u.Take(); len(found) != 0 || !reflect.DeepEqual(missing, []int64{1, 2}) {
		t.Fatal(found, missing)
	}
	u.Fill(1, &person{ID: 1, Name: "mina"})
	l.Fill(2, &place{"서울"})
	mustFlush(t, c)

	u, l = ask()
	if found, missing := u.Take(); len(found) != 1 || found[1].Name != "mina" || !reflect.DeepEqual(missing, []int64{2}) {
		t.Error(found, missing)
	}
	if found, missing := l.Take(); len(found) != 1 || found[2].Name != "서울" || !reflect.DeepEqual(missing, []int64{3}) {
		t.Error(found, missing)
	}
}

package cache

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"styleshare/internal/rowcodec"
)

type person struct {
	ID      int64
	Name    string
	Bio     *string
	Tags    []string
	Created time.Time
}

func personFields(p *person, f *rowcodec.Fields) {
	f.Int64(&p.ID)
	f.String(&p.Name)
	rowcodec.Optional(f, &p.Bio, (*rowcodec.Fields).String)
	f.Strings(&p.Tags)
	f.Time(&p.Created)
}

// table plays the database and notes what it was asked.
type table struct {
	rows  map[int64]*person
	asked [][]int64
	err   error
}

func (d *table) load(_ context.Context, ids []int64) (map[int64]*person, error) {
	d.asked = append(d.asked, slices.Clone(ids))
	found := map[int64]*person{}
	for _, id := range ids {
		if p, ok := d.rows[id]; ok {
			found[id] = p
		}
	}
	return found, d.err
}

func (d *table) want(t *testing.T, asked ...[]int64) {
	t.Helper()
	if !reflect.DeepEqual(d.asked, asked) {
		t.Errorf("the database was asked %v, want %v", d.asked, asked)
	}
	d.asked = nil
}

func people() *table {
	bio := "옷장이 좁다"
	return &table{rows: map[int64]*person{
		1: {ID: 1, Name: "mina", Bio: &bio, Tags: []string{"a", ""}, Created: time.Unix(1700000000, 123456000)},
		2: {ID: 2, Name: "jun"},
		3: {ID: 3, Name: "seo"},
	}}
}

func TestGetMany(t *testing.T) {
	t.Parallel()
	c, db := newCache(t, startServer(t).addr), people()
	users := NewTyped(c, "u1:", personFields)
	read := func(ids ...int64) map[int64]*person {
		t.Helper()
		got, err := users.GetMany(t.Context(), ids, db.load)
		if err != nil {
			t.Fatal(err)
		}
		mustFlush(t, c)
		return got
	}
	if got := read(1, 2, 1, 99); len(got) != 2 || got[1].Name != "mina" {
		t.Errorf("%v", got)
	}
	db.want(t, []int64{1, 2, 99})
	got := read(2, 3, 99, 1)
	db.want(t, []int64{3, 99}) // what does not exist is not remembered
	if !reflect.DeepEqual(got[1], db.rows[1]) || !reflect.DeepEqual(got[2], db.rows[2]) {
		t.Errorf("%+v %+v", got[1], got[2])
	}
	if got := read(3); got[3].Name != "seo" {
		t.Errorf("%+v", got[3])
	}
	db.want(t)

	db.rows[1] = &person{ID: 1, Name: "mina kim"}
	if err := users.Invalidate(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := read(1, 2); got[1].Name != "mina kim" {
		t.Errorf("%+v", got[1])
	}
	db.want(t, []int64{1})
	if got := read(); len(got) != 0 {
		t.Error(got)
	}
	db.want(t)
}

func TestGetManyWithoutMemcached(t *testing.T) {
	t.Parallel()
	db := people()
	users := NewTyped(nil, "u1:", personFields)
	for range 2 {
		got, err := users.GetMany(t.Context(), []int64{1, 2}, db.load)
		if err != nil || !maps.Equal(got, map[int64]*person{1: db.rows[1], 2: db.rows[2]}) {
			t.Error(got, err)
		}
	}
	if err := users.Invalidate(t.Context(), 1, 2); err != nil {
		t.Error(err)
	}
	db.err = errors.New("no database")
	if got, err := users.GetMany(t.Context(), []int64{1}, db.load); !errors.Is(err, db.err) || got != nil {
		t.Error(got, err)
	}
}

func TestTheCallerMayChangeWhatItGot(t *testing.T) {
	t.Parallel()
	c, db := newCache(t, startServer(t).addr), people()
	users := NewTyped(c, "u1:", personFields)
	for range 2 {
		got, err := users.GetMany(t.Context(), []int64{1}, db.load)
		if err != nil || got[1].Tags[0] != "a" {
			t.Fatal(got[1], err)
		}
		if len(db.asked) == 2 {
			t.Error("not cached")
		}
		got[1].Tags[0] = "changed by the caller"
		mustFlush(t, c)
	}
}

// Two binaries with different fields side by side: neither reads the other's entries, both hear of changes.
func TestAnotherSchemaIsAMiss(t *testing.T) {
	t.Parallel()
	type older struct {
		ID   int64
		Name string
	}
	c := newCache(t, startServer(t).addr)
	olderFields := func(o *older, f *rowcodec.Fields) { f.Int64(&o.ID); f.String(&o.Name) }
	before, after := NewTyped(c, "u1:", olderFields), NewTyped(c, "u1:", personFields)
	db, loads := people(), 0
	loadOlder := func(context.Context, []int64) (map[int64]*older, error) {
		loads++
		return map[int64]*older{1: {ID: 1, Name: "older"}}, nil
	}
	for range 3 {
		if _, err := before.GetMany(t.Context(), []int64{1}, loadOlder); err != nil {
			t.Fatal(err)
		}
		mustFlush(t, c)
	}
	if loads != 1 {
		t.Errorf("%d loads", loads)
	}
	for range 2 {
		got, err := after.GetMany(t.Context(), []int64{1}, db.load)
		if err != nil || got[1].Name != "mina" {
			t.Fatal(got, err)
		}
		mustFlush(t, c)
	}
	db.want(t, []int64{1}) // the second read found what the first put in place of the older entry
	if err := before.Invalidate(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, c, after.Key(1))
}

func TestGarbageIsAMiss(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c, db := newCache(t, s.addr), people()
	users := NewTyped(c, "u1:", personFields)
	good := users.codec.Encode(db.rows[1])
	for name, raw := range map[string]string{
		"nothing": "", "text": "some text", "no header": string(good),
		"cut":                   string(encode(kindValue, time.Now(), good[:len(good)-3])),
		"from the distant past": string(encode(kindValue, time.Now().Add(-TTL-time.Minute), good)),
	} {
		s.talk("set "+users.Key(1)+" 0 0 "+strconv.Itoa(len(raw))+"\r\n"+raw+"\r\n", "STORED\r\n")
		for range 2 {
			got, err := users.GetMany(t.Context(), []int64{1}, db.load)
			if err != nil || got[1].Name != "mina" {
				t.Fatal(name, got, err)
			}
			mustFlush(t, c)
		}
		if len(db.asked) != 1 {
			t.Errorf("%s: the database was asked %d times, want 1: garbage is replaced", name, len(db.asked))
		}
		db.asked = nil
	}
}

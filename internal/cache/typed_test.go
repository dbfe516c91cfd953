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

	"pgregory.net/rapid"
)

type person struct {
	ID       int64
	Name     string
	Bio      *string
	Tags     []string
	Created  time.Time
	Counts   map[string]int
	Relation *person `msgpack:"-"`
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
		1: {ID: 1, Name: "mina", Bio: &bio, Tags: []string{"a", ""}, Created: time.Unix(1700000000, 123456000), Counts: map[string]int{"x": -1}},
		2: {ID: 2, Name: "jun"},
		3: {ID: 3, Name: "seo", Relation: &person{ID: 1}},
	}}
}

func TestGetMany(t *testing.T) {
	t.Parallel()
	c, db := newCache(t, startServer(t).addr), people()
	users := NewByID[person](c, "u1:")
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
	if got := read(3); got[3].Name != "seo" || got[3].Relation != nil {
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
	users := NewByID[person](nil, "u1:")
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
	users := NewByID[person](c, "u1:")
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
	before, after := NewByID[older](c, "u1:"), NewByID[person](c, "u1:")
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
	users := NewByID[person](c, "u1:")
	good, err := users.codec.encode(db.rows[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"nothing": "", "text": "some text", "no header": string(good),
		"cut":                   string(encode(kindValue, time.Now(), good[:len(good)-3])),
		"more after the end":    string(encode(kindValue, time.Now(), append(slices.Clone(good), 0xc0))),
		"array too short":       string(encode(kindValue, time.Now(), append(slices.Clone(good[:4]), 0x91, 0x01))),
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

func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	c := newCodec[person]()
	rapid.Check(t, func(t *rapid.T) {
		in := &person{
			ID: rapid.Int64().Draw(t, "id"), Name: rapid.String().Draw(t, "name"), Bio: rapid.Ptr(rapid.String(), true).Draw(t, "bio"),
			Tags:    rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "tags"),
			Created: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")),
			Counts:  rapid.MapOfN(rapid.String(), rapid.Int(), 1, 3).Draw(t, "counts"),
		}
		b, err := c.encode(in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.decode(b)
		if err != nil || !reflect.DeepEqual(in, out) {
			t.Fatalf("%+v became %+v, %v", in, out, err)
		}
	})
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	type inner struct{ A, B int }
	type base struct {
		ID    int64
		Inner []inner
		Self  *base
	}
	type swapped struct {
		Inner []inner
		ID    int64
	}
	type tagged struct {
		ID    int64 `msgpack:"other"`
		Inner []inner
	}
	seen := map[[4]byte]string{}
	for name, schema := range map[string][4]byte{
		"base": newCodec[base]().schema, "swapped": newCodec[swapped]().schema, "tagged": newCodec[tagged]().schema,
		"person": newCodec[person]().schema, "int": newCodec[int]().schema, "ints": newCodec[[]int]().schema,
	} {
		if other, ok := seen[schema]; ok {
			t.Errorf("%s and %s look the same", name, other)
		}
		seen[schema] = name
	}
	if first, second := newCodec[person](), newCodec[person](); first != second {
		t.Error("not stable")
	}
	if deepBefore() == deepAfter() {
		t.Error("a change below the first level goes unseen")
	}
}

// deepBefore and deepAfter are a type before and after a change, with the same names.
func deepBefore() [4]byte {
	type leaf struct{ A, B int }
	type row struct{ Inner map[string]*[]leaf }
	return newCodec[row]().schema
}

func deepAfter() [4]byte {
	type leaf struct{ A, C int }
	type row struct{ Inner map[string]*[]leaf }
	return newCodec[row]().schema
}

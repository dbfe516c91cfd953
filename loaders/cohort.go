package loaders

import (
	"sync"

	"styleshare/models"
)

// cohort is the objects of one type that were loaded together.
type cohort[T any] struct {
	*request
	members []*T

	mu        sync.Mutex
	relations map[relationKey]*relation
}

// relationKey tells relations apart, and the pages of one.
type relationKey struct {
	name string
	page models.Page
}

// relation is what was loaded for a whole cohort, at most once.
type relation struct {
	once  sync.Once
	value any
	err   error
}

func newCohort[T any](r *request, size int) *cohort[T] {
	return &cohort[T]{request: r, members: make([]*T, 0, size), relations: make(map[relationKey]*relation, 4)}
}

// related has a relation loaded for all members by whoever touches it first; the others wait for that. gqlgen resolves
// the elements of a list concurrently, and two relations may load at the same time.
func related[T, V any](c *cohort[T], name string, load func(members []*T) (V, error)) (V, error) {
	return relatedPage(c, name, models.Page{}, load)
}

// relatedPage is related for one page of a list.
func relatedPage[T, V any](c *cohort[T], name string, page models.Page, load func(members []*T) (V, error)) (V, error) {
	key := relationKey{name, page}
	c.mu.Lock()
	r, ok := c.relations[key]
	if !ok {
		r = new(relation)
		c.relations[key] = r
	}
	c.mu.Unlock()
	r.once.Do(func() { r.value, r.err = load(c.members) })
	if r.err != nil {
		var none V
		return none, r.err
	}
	return r.value.(V), nil
}

// know takes a relation that is loaded already, before anybody has touched it.
func know[T, V any](c *cohort[T], name string, value V) {
	r := &relation{value: value}
	r.once.Do(func() {})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.relations[relationKey{name, models.Page{}}] = r
}

// gather makes one cohort of the rows of ids, where there is one; an id may be among them more than once. wrap may give nil
// for a row that nobody may see.
func gather[R, T any](r *request, ids []int64, rows []*R, wrap func(*R, *cohort[T]) *T) map[int64]*T {
	c := newCohort[T](r, len(rows))
	found := make(map[int64]*T, len(rows))
	for i, id := range ids {
		if rows[i] == nil || found[id] != nil {
			continue
		}
		if object := wrap(rows[i], c); object != nil {
			c.members = append(c.members, object)
			found[id] = object
		}
	}
	return found
}

// keys collects the keys that the members name, one each; 0 is no key. Several may name the same.
func keys[T any](members []*T, of func(*T) int64) []int64 {
	ids := make([]int64, 0, len(members))
	for _, m := range members {
		if id := of(m); id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// allKeys is keys for members that name any number of them.
func allKeys[T any](members []*T, of func(*T) []int64) []int64 {
	ids := make([]int64, 0, 2*len(members))
	for _, m := range members {
		for _, id := range of(m) {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// optional is the key behind a pointer, 0 for nil.
func optional(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// inOrder picks what was found, in the order of the ids.
func inOrder[T any](ids []int64, found map[int64]*T) []*T {
	all := make([]*T, 0, len(ids))
	for _, id := range ids {
		if x := found[id]; x != nil {
			all = append(all, x)
		}
	}
	return all
}

// parallel gives what was found in the places of the ids, nil for the rest.
func parallel[T any](ids []int64, found map[int64]*T) []*T {
	all := make([]*T, len(ids))
	for i, id := range ids {
		all[i] = found[id]
	}
	return all
}

package cache

import (
	"context"
	"time"
)

// Round is one question for values of several types: a single round trip to each node, and none where this process's
// memory has them all. Ask for those of each type, then Do, then take what was found, load the rest and Fill. It is for
// one goroutine.
type Round struct {
	cache *Cache
	began time.Time
	local int // values found in this process's memory
	keys  []string
	hits  [][]byte // in the order of keys, none where nobody was asked
	fill  *Fill
}

// NewRound begins a question; of a nil *Cache, everything is missing.
func (c *Cache) NewRound() *Round { return &Round{cache: c, began: time.Now()} }

// Do asks. Of ctx only its end before the call counts, see GetMulti.
func (r *Round) Do(ctx context.Context) {
	r.cache.countLocal(ctx, r.local, len(r.keys))
	r.hits, r.fill = r.cache.GetMulti(ctx, r.keys)
}

// hit is what memcached has under a key of the round, nil for nothing.
func (r *Round) hit(i int) []byte {
	if r.hits == nil {
		return nil
	}
	return r.hits[i]
}

// Asked are the values of one type that a Round asks for.
type Asked[V any] struct {
	typed *Typed[V]
	round *Round
	found map[int64]*V // nil for those that memcached is asked for
	ids   []int64      // those
	first int          // the place of their keys among those of the round
}

// Ask adds the values of ids to the question; t must be of the Cache of the Round.
func (t *Typed[V]) Ask(r *Round, ids []int64) *Asked[V] {
	a := &Asked[V]{typed: t, round: r, found: make(map[int64]*V, len(ids)), first: len(r.keys)}
	for _, id := range ids {
		if _, ok := a.found[id]; ok {
			continue
		}
		v := t.local(id, r.began)
		if a.found[id] = v; v == nil {
			a.ids, r.keys = append(a.ids, id), append(r.keys, t.Key(id))
		} else {
			r.local++
		}
	}
	return a
}

// Take gives what Do has found, and the ids of the rest, each once. It is to be called once.
func (a *Asked[V]) Take() (found map[int64]*V, missing []int64) {
	for i, id := range a.ids {
		if b := a.round.hit(a.first + i); b != nil {
			if v := a.typed.decode(b); v != nil {
				a.found[id] = v
				a.typed.keep(id, v, len(b), a.round.fill)
				continue
			}
		}
		delete(a.found, id)
		missing = append(missing, id)
	}
	a.typed.looked.hits.Add(uint64(len(a.found)))
	a.typed.looked.misses.Add(uint64(len(missing)))
	return a.found, missing
}

// Fill stores, in the background, a value that was missing and has been loaded after Do, from the primary database.
// Nobody may change it any more.
func (a *Asked[V]) Fill(id int64, v *V) { a.typed.store(a.round.fill, id, v) }

package cache

import "context"

// Round is one question for values of several types: a single round trip to each node. Ask for those of each type, then
// Do, then take what was found, load the rest and Fill. It is for one goroutine.
type Round struct {
	cache *Cache
	keys  []string
	hits  map[string][]byte
	fill  *Fill
}

// NewRound begins a question; of a nil *Cache, everything is missing.
func (c *Cache) NewRound() *Round { return &Round{cache: c} }

// Do asks. Of ctx only its end before the call counts, see GetMulti.
func (r *Round) Do(ctx context.Context) { r.hits, r.fill = r.cache.GetMulti(ctx, r.keys) }

// Asked are the values of one type that a Round asks for.
type Asked[K comparable, V any] struct {
	typed *Typed[K, V]
	round *Round
	ids   []K
	first int // the place of their keys among those of the round
}

// Ask adds the values of ids to the question; t must be of the Cache of the Round.
func (t *Typed[K, V]) Ask(r *Round, ids []K) *Asked[K, V] {
	a := &Asked[K, V]{t, r, unique(ids), len(r.keys)}
	for _, id := range a.ids {
		r.keys = append(r.keys, t.Key(id))
	}
	return a
}

// Take gives what Do has found, and the ids of the rest, each once.
func (a *Asked[K, V]) Take() (found map[K]*V, missing []K) {
	found = make(map[K]*V, len(a.ids))
	for i, id := range a.ids {
		if v := a.typed.decode(a.round.hits, a.round.keys[a.first+i]); v != nil {
			found[id] = v
		} else {
			missing = append(missing, id)
		}
	}
	return found, missing
}

// Fill stores, in the background, a value that was missing and has been loaded after Do, from the primary database.
func (a *Asked[K, V]) Fill(id K, v *V) { a.typed.store(a.round.fill, id, v) }

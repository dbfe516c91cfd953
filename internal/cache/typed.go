package cache

import (
	"context"
	"strconv"
)

// Typed keeps values of one type, *V by K.
type Typed[K comparable, V any] struct {
	cache  *Cache
	prefix string
	format func(K) string
	codec  codec[V]
}

// NewTyped makes a Typed whose keys are prefix + format(id). prefix tells apart what is cached and in which version,
// "u2:" for instance: raise it when the same fields begin to mean something else. A change of V's fields needs nothing:
// entries made with other fields are misses, while processes old and new, side by side during a deployment,
// still hear each other's invalidations because the key stays.
// V is stored as its exported fields; exclude those that are not the row's own with `msgpack:"-"`.
// cache may be nil.
func NewTyped[K comparable, V any](cache *Cache, prefix string, format func(K) string) *Typed[K, V] {
	return &Typed[K, V]{cache: cache, prefix: prefix, format: format, codec: newCodec[V]()}
}

// NewByID is NewTyped for rows known by their id.
func NewByID[V any](cache *Cache, prefix string) *Typed[int64, V] {
	return NewTyped[int64, V](cache, prefix, func(id int64) string { return strconv.FormatInt(id, 36) })
}

// Key is the key of id, for Cache.Invalidate.
func (t *Typed[K, V]) Key(id K) string { return t.prefix + t.format(id) }

// Invalidate is Cache.Invalidate for the keys of ids.
func (t *Typed[K, V]) Invalidate(ctx context.Context, ids ...K) error {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = t.Key(id)
	}
	return t.cache.Invalidate(ctx, keys...)
}

// GetMany gives the values of ids: what memcached has, and the rest from one call of load, which is stored in the
// background. load gets each missing id once, may leave out what does not exist (that is not cached), must read the
// primary database, and not in a snapshot from before the call. Its error is the only one, and then nothing is given.
func (t *Typed[K, V]) GetMany(ctx context.Context, ids []K, load func(context.Context, []K) (map[K]*V, error)) (map[K]*V, error) {
	round := t.cache.NewRound()
	asked := t.Ask(round, ids)
	round.Do(ctx)
	found, missing := asked.Take()
	if len(missing) == 0 {
		return found, nil
	}
	loaded, err := load(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, id := range missing {
		if v := loaded[id]; v != nil {
			found[id] = v
			asked.Fill(id, v)
		}
	}
	return found, nil
}

func unique[K comparable](ids []K) []K {
	seen := make(map[K]struct{}, len(ids))
	out := make([]K, 0, len(ids))
	for _, id := range ids {
		if _, ok := seen[id]; !ok {
			seen[id] = struct{}{}
			out = append(out, id)
		}
	}
	return out
}

func (t *Typed[K, V]) decode(hits map[string][]byte, key string) *V {
	b, ok := hits[key]
	if !ok {
		return nil
	}
	v, err := t.codec.decode(b)
	if err != nil {
		t.cache.stats.errors.Add(1)
		return nil
	}
	return v
}

// store encodes here, not in the background: the caller may change v afterwards.
func (t *Typed[K, V]) store(fill *Fill, id K, v *V) {
	if fill == nil {
		return
	}
	b, err := t.codec.encode(v)
	if err != nil {
		t.cache.stats.errors.Add(1)
		return
	}
	fill.Put(t.Key(id), b)
}

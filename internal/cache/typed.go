package cache

import (
	"context"
	"reflect"
	"strconv"
	"time"
	"unsafe"

	"styleshare/internal/rowcodec"
)

// Typed keeps values of one type, *V by K. The values that it gives are shared: by the requests of this process that
// want the same ones, at the same time and later. Nobody may change them, or what they point to.
type Typed[K comparable, V any] struct {
	cache  *Cache
	prefix string
	format func([]byte, K) []byte
	codec  rowcodec.Codec[V]
	looked *typeStats
}

// NewTyped makes a Typed whose keys are a prefix and what format appends for an id. The prefix tells apart what is cached
// and in which version, "u2:" for instance: raise it when the same fields begin to mean something else. A change of V's
// fields needs nothing: entries made with other fields are misses, while processes old and new, side by side during a
// deployment, still hear each other's invalidations because the key stays.
// fields lists those of V, see package rowcodec. cache may be nil.
func NewTyped[K comparable, V any](cache *Cache, prefix string, format func([]byte, K) []byte, fields func(*V, *rowcodec.Fields)) *Typed[K, V] {
	return &Typed[K, V]{cache: cache, prefix: prefix, format: format, codec: rowcodec.New(fields), looked: cache.statsOf(reflect.TypeFor[V]().Name())}
}

// NewByID is NewTyped for rows known by their id.
func NewByID[V any](cache *Cache, prefix string, fields func(*V, *rowcodec.Fields)) *Typed[int64, V] {
	return NewTyped(cache, prefix, func(b []byte, id int64) []byte { return strconv.AppendInt(b, id, 36) }, fields)
}

// Key is the key of id, for Cache.Invalidate.
func (t *Typed[K, V]) Key(id K) string { return string(t.appendKey(nil, id)) }

func (t *Typed[K, V]) appendKey(b []byte, id K) []byte { return t.format(append(b, t.prefix...), id) }

// Invalidate is Cache.Invalidate for the keys of ids.
func (t *Typed[K, V]) Invalidate(ctx context.Context, ids ...K) error {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = t.Key(id)
	}
	return t.cache.Invalidate(ctx, keys...)
}

// GetMany gives the values of ids: what this process's memory and memcached have, and the rest from one call of load,
// which is stored in the background. load gets each missing id once, may leave out what does not exist (that is not
// cached), must read the primary database, and not in a snapshot from before the call. Its error is the only one, and
// then nothing is given.
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

// local gives what this process's memory has under a key, nil for nothing.
func (t *Typed[K, V]) local(key []byte, now time.Time) *V {
	if t.cache == nil {
		return nil
	}
	v, _ := t.cache.tier.get(key, now).(*V)
	return v
}

// keep puts a value of size bytes when encoded, which memcached had or would take, into this process's memory.
func (t *Typed[K, V]) keep(key string, v *V, size int, fill *Fill) {
	t.cache.tier.put(key, v, size+int(unsafe.Sizeof(*v)), fill.started)
}

func (t *Typed[K, V]) decode(b []byte) *V {
	v, err := t.codec.Decode(b)
	if err != nil {
		t.cache.stats.errors.Add(1)
		return nil
	}
	return v
}

func (t *Typed[K, V]) store(fill *Fill, id K, v *V) {
	if fill == nil {
		return
	}
	b := t.codec.Encode(v)
	if key := t.Key(id); fill.Put(key, b) {
		t.keep(key, v, len(b), fill)
	}
}

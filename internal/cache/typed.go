package cache

import (
	"context"
	"reflect"
	"strconv"
	"time"
	"unsafe"

	"styleshare/internal/rowcodec"
)

// Typed keeps rows of one type, *V by their id. The rows that it gives are shared: by the requests of this process that
// want the same ones, at the same time and later. Nobody may change them, or what they point to.
type Typed[V any] struct {
	cache  *Cache
	prefix string
	number int64 // the tier's of this type
	codec  rowcodec.Codec[V]
	looked *typeStats
}

// NewTyped makes a Typed whose keys are a prefix and the id. The prefix tells apart what is cached and in which version,
// "u2:" for instance: raise it when the same fields begin to mean something else. A change of V's fields needs nothing:
// entries made with other fields are misses, while processes old and new, side by side during a deployment, still hear
// each other's invalidations because the key stays.
// fields lists those of V, see package rowcodec. cache may be nil.
func NewTyped[V any](cache *Cache, prefix string, fields func(*V, *rowcodec.Fields)) *Typed[V] {
	t := &Typed[V]{cache: cache, prefix: prefix, codec: rowcodec.New(fields), looked: cache.statsOf(reflect.TypeFor[V]().Name())}
	if cache != nil {
		t.number = cache.tier.register(prefix)
	}
	return t
}

// Key is the key of id, for Cache.Invalidate.
func (t *Typed[V]) Key(id int64) string {
	var space [64]byte
	return string(strconv.AppendInt(append(space[:0], t.prefix...), id, idBase))
}

// idBase keeps keys short.
const idBase = 36

// parseID reads what follows the prefix of a key.
func parseID(text string) (int64, error) { return strconv.ParseInt(text, idBase, 64) }

// Invalidate is Cache.Invalidate for the keys of ids.
func (t *Typed[V]) Invalidate(ctx context.Context, ids ...int64) error {
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
func (t *Typed[V]) GetMany(ctx context.Context, ids []int64, load func(context.Context, []int64) (map[int64]*V, error)) (map[int64]*V, error) {
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

// local gives what this process's memory has of id, nil for nothing.
func (t *Typed[V]) local(id int64, now time.Time) *V {
	if t.cache == nil {
		return nil
	}
	v, _ := t.cache.tier.get(rowKey{t.number, id}, now).(*V)
	return v
}

// keep puts a value of size bytes when encoded, which memcached had or would take, into this process's memory.
func (t *Typed[V]) keep(id int64, v *V, size int, fill *Fill) {
	t.cache.tier.put(rowKey{t.number, id}, v, size+int(unsafe.Sizeof(*v)), fill.started)
}

func (t *Typed[V]) decode(b []byte) *V {
	v, err := t.codec.Decode(b)
	if err != nil {
		t.cache.stats.errors.Add(1)
		return nil
	}
	return v
}

func (t *Typed[V]) store(fill *Fill, id int64, v *V) {
	if fill == nil {
		return
	}
	b := t.codec.Encode(v)
	if fill.Put(t.Key(id), b) {
		t.keep(id, v, len(b), fill)
	}
}

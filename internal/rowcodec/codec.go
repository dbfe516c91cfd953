// Package rowcodec writes the fields of a row one after the other, without their names and without reflection. One list
// of fields serves both directions (see Fields), so they cannot disagree. It is ours because some hundred rows are decoded for
// a page of a feed: by reflection, msgpack takes two to three times as long.
//
// Bytes that were cut, changed, or written by another list of fields are refused; whatever they are, decoding allocates
// no more than a small multiple of their length.
package rowcodec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// format is the version of the encoding itself.
const format = 1

// headerLen is the length of what stands before the fields: the schema and a checksum of the fields, 4 bytes each.
const headerLen = 8

// ErrRefused is the error for bytes that are no row of the type, or not as it is now.
var ErrRefused = errors.New("rowcodec: not such a row")

// Codec encodes and decodes rows of one type. It is safe for concurrent use.
type Codec[V any] struct {
	fields func(*V, *Fields)
	schema uint32
}

// New makes the codec of a type by the function that lists its fields. It panics where one is not listed or listed twice:
// that is a mistake in the program, and a row would lose it in the cache.
func New[V any](fields func(*V, *Fields)) Codec[V] {
	v := new(V)
	f := &Fields{does: notes}
	fields(v, f)
	schema, err := describe(reflect.ValueOf(v).Elem(), f.noted)
	if err != nil {
		panic(err)
	}
	return Codec[V]{fields, schema}
}

// Encode gives the bytes of a row.
func (c Codec[V]) Encode(v *V) []byte {
	f := Fields{does: writes, out: make([]byte, headerLen, 256)}
	c.fields(v, &f)
	binary.BigEndian.PutUint32(f.out, c.schema)
	binary.BigEndian.PutUint32(f.out[4:], checksum(f.out[headerLen:]))
	return f.out
}

// Decode gives the row of some bytes, which it keeps no reference to, or ErrRefused.
func (c Codec[V]) Decode(b []byte) (*V, error) {
	if len(b) < headerLen || binary.BigEndian.Uint32(b) != c.schema ||
		binary.BigEndian.Uint32(b[4:]) != checksum(b[headerLen:]) {
		return nil, ErrRefused
	}
	v, f := new(V), readers.Get().(*Fields)
	f.in = string(b[headerLen:]) // all strings of the row are parts of this one
	c.fields(v, f)
	whole := f.in == "" && !f.bad
	*f = Fields{}
	readers.Put(f)
	if !whole {
		return nil, ErrRefused
	}
	return v, nil
}

func checksum(fields []byte) uint32 { return uint32(xxhash.Sum64(fields)) }

// readers are kept because a Fields cannot live on the stack: a page has some hundred rows.
var readers = sync.Pool{New: func() any { return new(Fields) }}

// describe gives a fingerprint of the fields that were listed, in their order: by name and type, by which rows of an older
// binary are known.
func describe(row reflect.Value, noted []any) (uint32, error) {
	names := map[uintptr]string{}
	for field, v := range row.Fields() {
		if v.Type().Size() > 0 { // bun.BaseModel has no size: it carries tags only
			names[v.Addr().Pointer()] = field.Name
		}
	}
	h := xxhash.New()
	fmt.Fprintf(h, "format %d;", format)
	for _, field := range noted {
		at := reflect.ValueOf(field)
		name, ok := names[at.Pointer()]
		if !ok {
			return 0, fmt.Errorf("rowcodec: %s: a field is listed twice, or another's", row.Type())
		}
		delete(names, at.Pointer())
		fmt.Fprintf(h, "%s %s;", name, at.Type())
	}
	for _, name := range names {
		return 0, fmt.Errorf("rowcodec: %s: field %s is not listed", row.Type(), name)
	}
	return uint32(h.Sum64()), nil
}

package cache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"

	"github.com/cespare/xxhash/v2"
	"github.com/vmihailenco/msgpack/v5"
)

var errOtherSchema = errors.New("cache: entry of another schema")

// codec writes V as a msgpack array of its fields, behind a fingerprint of the type: an array has no names, so the
// entries of an older binary would otherwise be read into the wrong fields.
type codec[V any] struct{ schema [4]byte }

func newCodec[V any]() codec[V] {
	var c codec[V]
	h := xxhash.New()
	describe(h, reflect.TypeFor[V](), map[reflect.Type]bool{})
	binary.BigEndian.PutUint32(c.schema[:], uint32(h.Sum64()))
	return c
}

func (c codec[V]) encode(v *V) ([]byte, error) {
	var buf bytes.Buffer
	buf.Write(c.schema[:])
	enc := msgpack.GetEncoder()
	defer msgpack.PutEncoder(enc)
	enc.Reset(&buf)
	enc.UseArrayEncodedStructs(true)
	enc.UseCompactInts(true)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func (c codec[V]) decode(b []byte) (*V, error) {
	if !bytes.HasPrefix(b, c.schema[:]) {
		return nil, errOtherSchema
	}
	r := bytes.NewReader(b[len(c.schema):])
	dec := msgpack.GetDecoder()
	defer msgpack.PutDecoder(dec)
	dec.Reset(r)
	v := new(V)
	if err := dec.Decode(v); err != nil {
		return nil, err
	}
	if r.Len() != 0 {
		return nil, errOtherSchema
	}
	return v, nil
}

// describe writes what the encoding of t depends on: the order, names, tags and types of the fields, all the way down.
func describe(h *xxhash.Digest, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintf(h, "%s %s;", t.Kind(), t)
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map:
		describe(h, t.Key(), seen)
		describe(h, t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		describe(h, t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if tag := f.Tag.Get("msgpack"); tag != "-" && (f.IsExported() || f.Anonymous) {
				fmt.Fprintf(h, "%s %q:", f.Name, tag)
				describe(h, f.Type, seen)
			}
		}
	default: // nothing below
	}
}

package rowcodec

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

type kind string

// row has a field of each type.
type row struct {
	_       struct{} // like bun.BaseModel
	ID      int64
	Count   int
	Private bool
	X       float64
	Name    string
	Kind    kind
	At      time.Time
	IDs     []int64
	Names   []string
	Maybe   *time.Time
	Width   *int
}

func rowFields(r *row, f *Fields) {
	f.Int64(&r.ID)
	f.Int(&r.Count)
	f.Bool(&r.Private)
	f.Float64(&r.X)
	f.String(&r.Name)
	Text(f, &r.Kind)
	f.Time(&r.At)
	f.Int64s(&r.IDs)
	f.Strings(&r.Names)
	Optional(f, &r.Maybe, (*Fields).Time)
	Optional(f, &r.Width, (*Fields).Int)
}

var rows = New(rowFields)

// sealed puts a right header in front of any fields.
func sealed(fields []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, rows.schema)
	b = binary.BigEndian.AppendUint32(b, uint32(xxhash.Sum64(fields)))
	return append(b, fields...)
}

func anyTime(t *rapid.T) time.Time {
	at := time.Unix(rapid.Int64Range(-1<<36, 1<<36).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
	if rapid.Bool().Draw(t, "utc") {
		return at.UTC()
	}
	return at
}

func anyRow(t *rapid.T) *row {
	r := &row{
		ID: rapid.Int64().Draw(t, "id"), Count: rapid.Int().Draw(t, "count"), Private: rapid.Bool().Draw(t, "private"),
		X: rapid.Float64().Draw(t, "x"), Name: rapid.String().Draw(t, "name"), Kind: kind(rapid.String().Draw(t, "kind")),
		At: anyTime(t), IDs: rapid.SliceOf(rapid.Int64()).Draw(t, "ids"), Names: rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "names"),
		Width: rapid.Ptr(rapid.Int(), true).Draw(t, "width"),
	}
	if rapid.Bool().Draw(t, "nil") {
		r.IDs, r.Names = nil, nil
	}
	if rapid.Bool().Draw(t, "maybe") {
		at := anyTime(t)
		r.Maybe = &at
	}
	return r
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyRow(t)
		b := rows.Encode(in)
		out, err := rows.Decode(b)
		if err != nil || !reflect.DeepEqual(in, out) {
			t.Fatalf("%+v became %+v, %v", in, out, err)
		}
		clear(b)
		if !reflect.DeepEqual(in, out) {
			t.Fatal("the row is a view of the bytes")
		}
	})
}

func TestZero(t *testing.T) {
	t.Parallel()
	out, err := rows.Decode(rows.Encode(new(row)))
	if err != nil || !reflect.DeepEqual(out, new(row)) {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestWhatWasChangedIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		good := rows.Encode(anyRow(t))
		bad := bytes.Clone(good)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			bad = bad[:rapid.IntRange(0, len(bad)-1).Draw(t, "cut")]
		case 1:
			bad = append(bad, rapid.Byte().Draw(t, "more"))
		default:
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		if v, err := rows.Decode(bad); err == nil {
			t.Fatalf("%x accepted for %x: %+v", bad, good, v)
		}
	})
}

func TestHostileLengthsAreRefused(t *testing.T) { //nolint:paralleltest // it looks at what the process allocates
	huge := binary.AppendUvarint(nil, 1<<24)
	first := []byte{1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8} // up to Name
	for name, fields := range map[string][]byte{
		"string": append(bytes.Clone(first), huge...), "ids": append(append(bytes.Clone(first), 0, 0, 0, 0, 1), huge...),
		"names":            append(append(bytes.Clone(first), 0, 0, 0, 0, 0), huge...),
		"endless number":   append(bytes.Clone(first), bytes.Repeat([]byte{0xff}, 40)...),
		"a bool of 2":      append(bytes.Clone(first[:9]), 2),
		"nothing":          nil,
		"more than fields": append(rows.Encode(new(row))[headerLen:], 0),
	} {
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		if v, err := rows.Decode(sealed(fields)); err == nil || v != nil {
			t.Errorf("%s: %+v", name, v)
		}
		var after runtime.MemStats
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 100_000 {
			t.Errorf("%s: %d bytes allocated", name, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

func TestTheSchemaIsTheListOfFields(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B int }
	type other struct {
		A int
		C int
	}
	type larger struct {
		A int64
		B int
	}
	schemas := map[uint32]string{}
	for name, schema := range map[string]uint32{
		"pair":    New(func(p *pair, f *Fields) { f.Int(&p.A); f.Int(&p.B) }).schema,
		"swapped": New(func(p *pair, f *Fields) { f.Int(&p.B); f.Int(&p.A) }).schema,
		"renamed": New(func(o *other, f *Fields) { f.Int(&o.A); f.Int(&o.C) }).schema,
		"larger":  New(func(l *larger, f *Fields) { f.Int64(&l.A); f.Int(&l.B) }).schema,
	} {
		if same, ok := schemas[schema]; ok {
			t.Errorf("%s and %s look the same", name, same)
		}
		schemas[schema] = name
	}
	if New(rowFields).schema != rows.schema {
		t.Error("not stable")
	}
}

func TestAFieldThatIsNotListedPanics(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B int }
	for want, fields := range map[string]func(*pair, *Fields){
		"B is not listed": func(p *pair, f *Fields) { f.Int(&p.A) },
		"listed twice":    func(p *pair, f *Fields) { f.Int(&p.A); f.Int(&p.B); f.Int(&p.A) },
		"another's":       func(p *pair, f *Fields) { f.Int(&p.A); f.Int(&p.B); f.Int(new(int)) },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %s", err, want)
				}
			}()
			New(fields)
		}()
	}
}

// Whatever is accepted is a row that comes back the same, and no longer than what it was made of.
func FuzzDecode(f *testing.F) {
	f.Add(rows.Encode(new(row))[headerLen:])
	at, width := time.Unix(1700000000, 123456000), 640
	f.Add(rows.Encode(&row{ID: 1, Count: -1, Private: true, X: 0.5, Name: "옷장", Kind: "K", At: at, IDs: []int64{1, 2},
		Names: []string{"a", ""}, Maybe: &at, Width: &width})[headerLen:])
	f.Fuzz(func(t *testing.T, fields []byte) {
		_, _ = rows.Decode(fields) // as the header, too
		v, err := rows.Decode(sealed(fields))
		if err != nil {
			return
		}
		if len(v.Name)+len(v.Kind)+8*len(v.IDs)+len(v.Names) > len(fields) {
			t.Fatalf("%d bytes became %+v", len(fields), v)
		}
		again, err := rows.Decode(rows.Encode(v))
		if err != nil || !bytes.Equal(rows.Encode(again), rows.Encode(v)) {
			t.Fatalf("%+v became %+v, %v", v, again, err)
		}
	})
}

package rowcodec

import (
	"encoding/binary"
	"math"
	"time"
)

// Fields is handed to the function that lists the fields of a row, by one call for each: it writes them, reads them, or
// notes which they are. What is wrong with the bytes is found out at the end of Decode; fields that cannot be read stay
// as they are.
type Fields struct {
	does  direction
	out   []byte // what was written so far
	in    string // what is left to read
	bad   bool
	noted []any // pointers to the fields
}

type direction byte

const (
	reads direction = iota
	writes
	notes
)

// Int64 is an id, or another number that is often large: 8 bytes.
func (f *Fields) Int64(v *int64) {
	switch f.does {
	case reads:
		*v = int64(f.fixed())
	case writes:
		f.out = binary.LittleEndian.AppendUint64(f.out, uint64(*v))
	case notes:
		f.noted = append(f.noted, v)
	}
}

// Int is a number that is mostly small: a byte below 64, ten at most.
func (f *Fields) Int(v *int) {
	switch f.does {
	case reads:
		*v = int(f.varint())
	case writes:
		f.out = binary.AppendVarint(f.out, int64(*v))
	case notes:
		f.noted = append(f.noted, v)
	}
}

// Float64 is 8 bytes.
func (f *Fields) Float64(v *float64) {
	switch f.does {
	case reads:
		*v = math.Float64frombits(f.fixed())
	case writes:
		f.out = binary.LittleEndian.AppendUint64(f.out, math.Float64bits(*v))
	case notes:
		f.noted = append(f.noted, v)
	}
}

// Bool is a byte.
func (f *Fields) Bool(v *bool) {
	switch f.does {
	case reads:
		*v = f.byte(1) == 1
	case writes:
		f.out = append(f.out, 0)
		if *v {
			f.out[len(f.out)-1] = 1
		}
	case notes:
		f.noted = append(f.noted, v)
	}
}

// String is text, or any bytes.
func (f *Fields) String(v *string) { Text(f, v) }

// Text is a String of a type of its own.
func Text[S ~string](f *Fields, v *S) {
	switch f.does {
	case reads:
		n := f.length(1)
		*v, f.in = S(f.in[:n]), f.in[n:]
	case writes:
		f.out = append(binary.AppendUvarint(f.out, uint64(len(*v))), *v...)
	case notes:
		f.noted = append(f.noted, v)
	}
}

// Time is a moment to the nanosecond, in UTC if it was, and otherwise in this machine's zone.
func (f *Fields) Time(v *time.Time) {
	switch f.does {
	case reads:
		seconds, rest := f.varint(), f.uvarint()
		*v = time.Unix(seconds, int64(rest>>1)%int64(time.Second))
		if rest&1 == 1 {
			*v = v.UTC()
		}
	case writes:
		rest := uint64(v.Nanosecond()) << 1
		if v.Location() == time.UTC {
			rest |= 1
		}
		f.out = binary.AppendUvarint(binary.AppendVarint(f.out, v.Unix()), rest)
	case notes:
		f.noted = append(f.noted, v)
	}
}

// Int64s is a list of Int64; nil stays nil.
func (f *Fields) Int64s(v *[]int64) {
	switch f.does {
	case reads:
		if f.byte(1) == 0 {
			return
		}
		all := make([]int64, f.length(8))
		for i := range all {
			all[i] = int64(f.fixed())
		}
		*v = all
	case writes:
		if *v == nil {
			f.out = append(f.out, 0)
			return
		}
		f.out = binary.AppendUvarint(append(f.out, 1), uint64(len(*v)))
		for _, n := range *v {
			f.out = binary.LittleEndian.AppendUint64(f.out, uint64(n))
		}
	case notes:
		f.noted = append(f.noted, v)
	}
}

// Strings is a list of String; an empty one becomes nil.
func (f *Fields) Strings(v *[]string) {
	switch f.does {
	case reads:
		n := f.length(1)
		if n == 0 {
			return
		}
		*v = make([]string, n)
	case writes:
		f.out = binary.AppendUvarint(f.out, uint64(len(*v)))
	case notes:
		f.noted = append(f.noted, v)
		return
	}
	for i := range *v {
		f.String(&(*v)[i])
	}
}

// Optional is what may be nil: Optional(f, &row.Width, (*Fields).Int).
func Optional[T any](f *Fields, v **T, field func(*Fields, *T)) {
	switch f.does {
	case reads:
		if f.byte(1) == 1 {
			*v = new(T)
			field(f, *v)
		}
	case writes:
		if *v == nil {
			f.out = append(f.out, 0)
			return
		}
		f.out = append(f.out, 1)
		field(f, *v)
	case notes:
		f.noted = append(f.noted, v)
	}
}

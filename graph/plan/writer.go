package plan

import (
	"encoding/binary"
	"io"
	"math/bits"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/graph/scalar"
	"styleshare/internal/relay"
)

// Writer takes an answer, in the bytes that gqlgen would give. Its methods are for generated code.
type Writer struct {
	out       []byte
	arguments []map[string]any
	traced    *traced // nil where nobody traces
}

// Arguments are what a field is called with.
type Arguments struct{ Args map[string]any }

// Arguments gives those of a field that has some.
func (w *Writer) Arguments(f *Field) Arguments { return Arguments{w.arguments[f.arguments]} }

// Open begins the n-th entry of an object.
func (w *Writer) Open(n int, f *Field) {
	if n == 0 {
		w.out = append(w.out, '{')
	} else {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, f.Key...)
}

// Close ends an object of n entries.
func (w *Writer) Close(n int) {
	if n == 0 {
		w.out = append(w.out, '{')
	}
	w.out = append(w.out, '}')
}

// Element begins the n-th element of a list.
func (w *Writer) Element(n int) {
	if n == 0 {
		w.out = append(w.out, '[')
	} else {
		w.out = append(w.out, ',')
	}
}

// End ends a list of n elements.
func (w *Writer) End(n int) {
	if n == 0 {
		w.out = append(w.out, '[')
	}
	w.out = append(w.out, ']')
}

// Null writes null.
func (w *Writer) Null() { w.out = append(w.out, "null"...) }

// Int writes a whole number.
func (w *Writer) Int(n int) { w.out = strconv.AppendInt(w.out, int64(n), 10) }

// Bool writes true or false.
func (w *Writer) Bool(b bool) { w.out = strconv.AppendBool(w.out, b) }

// String writes text.
func (w *Writer) String(s string) { w.out = appendString(w.out, s) }

// ID writes a global id.
func (w *Writer) ID(typeName string, key int64) {
	w.out = append(relay.AppendID(append(w.out, '"'), typeName, key), '"')
}

// OpenString gives the buffer for text that needs no escaping, which EndString takes. What is not ended is not written.
func (w *Writer) OpenString() []byte { return append(w.out, '"') }

// EndString writes the text that was appended to OpenString's buffer.
func (w *Writer) EndString(out []byte) {
	w.out = out
	w.out = append(w.out, '"')
}

// DateTime writes a moment.
func (w *Writer) DateTime(t time.Time) { w.out = scalar.AppendDateTime(w.out, t) }

// Marshal writes whatever else there is.
func (w *Writer) Marshal(m graphql.Marshaler) { m.MarshalGQL((*appender)(w)) }

// appender is the Writer for what writes to an io.Writer.
type appender Writer

func (a *appender) Write(p []byte) (int, error) {
	a.out = append(a.out, p...)
	return len(p), nil
}

// WriteString spares io.WriteString a copy.
func (a *appender) WriteString(s string) (int, error) {
	a.out = append(a.out, s...)
	return len(s), nil
}

var _ io.StringWriter = (*appender)(nil)

// appendString quotes as graphql.MarshalString does: what JSON wants, and nothing more.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	out = append(out, '"')
	start := 0
	for i := plainPrefix(s, 0); i < len(s); i = plainPrefix(s, i+1) {
		c := s[i]
		out = append(out, s[start:i]...)
		switch c {
		case '\t':
			out = append(out, `\t`...)
		case '\r':
			out = append(out, `\r`...)
		case '\n':
			out = append(out, `\n`...)
		case '\\', '"':
			out = append(out, '\\', c)
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		start = i + 1
	}
	return append(append(out, s[start:]...), '"')
}

// plainPrefix is where the first byte from i on is that has to be escaped, len(s) where there is none. It looks at eight
// bytes at a time: a byte minus something has its high bit set, and had not before, where it was smaller
// (https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord).
func plainPrefix(s string, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		x := binary.LittleEndian.Uint64([]byte(s[i : i+8]))
		quote, backslash := x^'"'*ones, x^'\\'*ones
		special := ((x-' '*ones)&^x | (quote-ones)&^quote | (backslash-ones)&^backslash) & highs
		if special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

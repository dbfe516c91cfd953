package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// bitReader reads one restart interval, from which stuffing is gone. Behind its end it gives zeros.
type bitReader struct {
	data []byte
	// next is the first byte of data that is not in bits.
	next int
	// bits holds the count bits that come next, from the highest on.
	bits  uint64
	count uint
}

// fill makes sure of 56 bits.
func (r *bitReader) fill() {
	if r.next+8 <= len(r.data) {
		r.bits |= binary.BigEndian.Uint64(r.data[r.next:]) >> (r.count & 63)
		r.next += int((63 - r.count) >> 3)
		r.count |= 56
		return
	}
	for r.count <= 56 {
		if r.next < len(r.data) {
			r.bits |= uint64(r.data[r.next]) << (56 - r.count)
		}
		r.next++
		r.count += 8
	}
}

// overrun tells whether bits were taken that are not there.
func (r *bitReader) overrun() bool { return 8*r.next-int(r.count) > 8*len(r.data) }

func (r *bitReader) drop(n uint) {
	r.bits <<= n & 63
	r.count -= n
}

// take reads n bits, 16 at most.
func (r *bitReader) take(n uint) int32 {
	if r.count < 32 {
		r.fill()
	}
	v := int32(r.bits >> (64 - n) & (1<<n - 1)) // a shift by 64 gives 0
	r.drop(n)
	return v
}

const errCode = FormatError("Huffman code that is in no table")

// long reads a symbol whose code is longer than lookupBits; 16 bits must be there.
func (r *bitReader) long(h *huffman) (uint8, error) {
	for length := 1; length <= 16; length++ {
		code := int32(r.bits >> (64 - uint(length)))
		if code <= h.largest[length] {
			if at := code + h.offset[length]; at >= 0 && at < 256 {
				r.drop(uint(length))
				return h.symbols[at], nil
			}
		}
	}
	return 0, errCode
}

// symbol reads a bare symbol.
func (r *bitReader) symbol(h *huffman) (uint8, error) {
	if r.count < 32 {
		r.fill()
	}
	if s := h.symbol[r.bits>>(64-lookupBits)]; s != 0 {
		r.drop(uint(s & 0xff))
		return uint8(s >> 8), nil
	}
	return r.long(h)
}

// entropyCoded is a scan's data without stuffing, cut at its restart markers.
type entropyCoded struct {
	data   []byte
	bounds []int // of the intervals: one more than there are
}

// unstuff copies a scan's data, which begins at the front of file, and tells how long it was there: up to the next marker that
// is no restart marker, or to the end.
func unstuff(file []byte, into []byte) (e entropyCoded, length int) {
	e = entropyCoded{data: slices.Grow(into[:0], len(file)), bounds: []int{0}}
	for {
		at := bytes.IndexByte(file[length:], 0xff)
		if at < 0 || length+at+1 >= len(file) {
			e.data = append(e.data, file[length:]...)
			length = len(file)
			break
		}
		e.data = append(e.data, file[length:length+at]...)
		length += at
		switch marker := file[length+1]; {
		case marker == 0:
			e.data = append(e.data, 0xff)
			length += 2
			continue
		case marker == 0xff: // a fill byte
			length++
			continue
		case markerRST0 <= marker && marker <= markerRST7:
			e.bounds = append(e.bounds, len(e.data))
			length += 2
			continue
		}
		break
	}
	e.bounds = append(e.bounds, len(e.data))
	return e, length
}

// interval gives a reader of the n-th restart interval, false where there is none.
func (e *entropyCoded) interval(n int) (bitReader, bool) {
	if n+1 >= len(e.bounds) {
		return bitReader{}, false
	}
	return bitReader{data: e.data[e.bounds[n]:e.bounds[n+1]]}, true
}

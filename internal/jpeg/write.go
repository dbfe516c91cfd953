package jpeg

import (
	"encoding/binary"

	"styleshare/internal/planar"
)

// file puts the picture together from its tokens.
func (e *encoder) file(m *planar.Image) []byte {
	components := len(m.Planes)
	var tables [4]*codes
	for i := range tables {
		tables[i] = bestCodes((*[256]uint32)(e.counts[256*i:]))
	}
	codes, bits := e.codes(&tables)
	out := make([]byte, 0, bits/8*65/64+1024) // with what stuffing takes, usually
	out = append(out, 0xff, markerSOI)
	for i, q := range e.quantizers[:min(components, 2)] {
		out = append(out, 0xff, markerDQT, 0, 67, byte(i))
		out = append(out, q.steps[:]...)
	}
	out = append(out, 0xff, markerSOF0, 0, byte(8+3*components), 8,
		byte(m.Height>>8), byte(m.Height), byte(m.Width>>8), byte(m.Width), byte(components))
	if components == 1 {
		out = append(out, 1, 0x11, 0)
	} else {
		out = append(out, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
	}
	for i, id := range []byte{0x00, 0x10, 0x01, 0x11}[:min(2*components, tokenTables)] {
		length := 19 + len(tables[i].symbols)
		out = append(out, 0xff, markerDHT, byte(length>>8), byte(length), id)
		out = append(out, tables[i].lengths[:]...)
		out = append(out, tables[i].symbols...)
	}
	out = append(out, 0xff, markerSOS, 0, byte(6+2*components), byte(components), 1, 0x00)
	if components == 3 {
		out = append(out, 2, 0x11, 3, 0x11)
	}
	out = append(out, 0, 63, 0)
	return append(e.entropyCoded(out, codes), 0xff, markerEOI)
}

// written says how a symbol is written: how many bits it takes with those that follow it, in the low byte, and its code above, with room
// for them.
type written uint64

// codes gives how the symbols of all tables are written, and how many bits that takes.
func (e *encoder) codes(tables *[tokenTables]*codes) (all *[tokenTables << 8]written, bits int) {
	all = new([tokenTables << 8]written)
	for i := range all {
		code, length := tables[i>>8].of(uint8(i))
		size := uint(i & 15)
		all[i] = written(code)<<(size+8) | written(length+size)
		bits += int(e.counts[i]) * int(length+size)
	}
	return all, bits
}

// entropyCoded appends the codes of all tokens, stuffed.
func (e *encoder) entropyCoded(out []byte, codes *[tokenTables << 8]written) []byte {
	var bits uint64 // the count lowest are waiting
	var count uint
	for _, t := range e.tokens {
		w := codes[t&tokenSymbols]
		length := uint(w & 31)
		bits = bits<<length | uint64(w>>8) | uint64(t>>16)
		if count += length; count >= 32 {
			count -= 32
			out = appendStuffed(out, uint32(bits>>(count&63)))
		}
	}
	for ; count >= 8; count -= 8 {
		out = appendByte(out, byte(bits>>(count-8)))
	}
	if count > 0 { // filled up with ones
		out = appendByte(out, byte(bits<<(8-count))|(1<<(8-count)-1))
	}
	return out
}

func appendStuffed(out []byte, word uint32) []byte {
	// Whether a byte of it is 0xff: Hacker's Delight, 6-1, of the complement.
	if zero := ^word; (zero-0x01010101)&^zero&0x80808080 == 0 {
		return binary.BigEndian.AppendUint32(out, word)
	}
	for shift := 24; shift >= 0; shift -= 8 {
		out = appendByte(out, byte(word>>shift))
	}
	return out
}

func appendByte(out []byte, b byte) []byte {
	if b == 0xff {
		return append(out, 0xff, 0)
	}
	return append(out, b)
}

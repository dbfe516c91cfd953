package jpeg

// lookupBits is how many bits of the stream the tables are asked about at once. Longer codes are rare.
const lookupBits = 11

const lookupMask = 1<<lookupBits - 1

// huffman is one table of codes, laid out for three ways of reading: whole coefficients, runs of coefficients that nobody wants, and
// bare symbols.
type huffman struct {
	// value is asked for a coefficient: how many bits it takes, how far it lies behind the one before, and its value. See the
	// functions of entry.
	value [1 << lookupBits]entry
	// skip is asked for coefficients that are only passed over, several at once; single for one of them.
	skip, single [1 << lookupBits]passing
	// symbol is a code's length in the low byte and its symbol in the high one; 0 for codes longer than lookupBits.
	symbol [1 << lookupBits]uint16

	// For codes of each length (T.81 F.2.2.3): the largest, or -1, and what leads from a code to its place in symbols.
	largest [17]int32
	offset  [17]int32
	symbols [256]uint8
}

// entry is what the next bits say of a coefficient: its length in bits 0 to 4, how far it lies behind in bits 8 to 15, its value in
// the high half. Where only the code lies within lookupBits, partial is set and the high half is how many bits of value follow.
// 0 means a code that is longer.
type entry uint32

const partial entry = 0x80

func (e entry) whole() bool     { return e != 0 && e&partial == 0 }
func (e entry) length() uint    { return uint(e & 31) }
func (e entry) advance() int    { return int(e >> 8 & 0xff) }
func (e entry) value() int32    { return int32(e) >> 16 }
func (e entry) valueBits() uint { return uint(e>>16) & 15 }

// passing is how many bits one or more coefficients take, in bits 0 to 4, how far they lead, in bits 5 to 10, and whether the block
// ends, in bit 15. 0 means a code longer than lookupBits.
type passing uint16

const passingEnd passing = 1 << 15

func (p passing) length() uint { return uint(p & 31) }
func (p passing) advance() int { return int(p >> 5 & 63) }

// blockEnd is how far an end-of-block symbol leads: behind every coefficient.
const blockEnd = 64

// newHuffman makes a table of how many codes there are of each length, 16 of them, and the symbols in their order.
func newHuffman(counts, symbols []byte) (*huffman, error) {
	h := new(huffman)
	copy(h.symbols[:], symbols)
	var lengths [1 << lookupBits]uint8 // of the code that stands at the front
	code, at := 0, 0
	for length := 1; length <= 16; length++ {
		h.offset[length] = int32(at - code)
		for range counts[length-1] {
			if at >= len(symbols) || code >= 1<<length {
				return nil, FormatError("Huffman table with more codes than fit")
			}
			if length <= lookupBits {
				h.lay(code, length, symbols[at], &lengths)
			}
			code, at = code+1, at+1
		}
		h.largest[length] = int32(code) - 1
		if counts[length-1] == 0 {
			h.largest[length] = -1
		}
		code <<= 1
	}
	h.layGroups(&lengths)
	return h, nil
}

// lay fills in what begins with a code.
func (h *huffman) lay(code, length int, symbol byte, lengths *[1 << lookupBits]uint8) {
	run, size := int(symbol>>4), int(symbol&15)
	advance, ends := run+1, passing(0)
	if size == 0 && run != 15 {
		advance, ends = blockEnd, passingEnd
	}
	free := lookupBits - length
	for rest := range 1 << free {
		i := code<<free | rest
		lengths[i] = uint8(length)
		h.symbol[i] = uint16(symbol)<<8 | uint16(length)
		if size <= free {
			v := extend(int32(rest>>(free-size)), uint(size))
			h.value[i] = entry(length+size) | entry(advance)<<8 | entry(uint16(int16(v)))<<16
		} else {
			h.value[i] = partial | entry(length) | entry(advance)<<8 | entry(size)<<16
		}
		h.single[i] = passing(length+size) | ends
		if ends == 0 {
			h.single[i] |= passing(advance) << 5
		}
	}
}

// layGroups joins single coefficients into groups, as far as the bits are known.
func (h *huffman) layGroups(lengths *[1 << lookupBits]uint8) {
	for i := range h.skip {
		length, advance, ends := 0, 0, passing(0)
		for ends == 0 && length < lookupBits {
			next := i << length & lookupMask
			one := h.single[next]
			if one == 0 || int(lengths[next]) > lookupBits-length || length+int(one.length()) > 30 || advance+one.advance() > 60 {
				break
			}
			length, advance, ends = length+int(one.length()), advance+one.advance(), one&passingEnd
		}
		h.skip[i] = passing(length) | passing(advance)<<5 | ends
		if length == 0 {
			h.skip[i] = h.single[i]
		}
	}
}

// extend makes a signed value of size bits (T.81 F.2.2.1).
func extend(v int32, size uint) int32 {
	if size > 0 && v < 1<<(size-1) {
		v += -1<<size + 1
	}
	return v
}

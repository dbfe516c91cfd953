package jpeg

// lookupBits is how many bits of the stream the tables are asked about at once. Longer codes are rare, and larger tables leave the
// processor's nearest cache.
const lookupBits = 11

const lookupMask = 1<<lookupBits - 1

// huffman is one table of codes, laid out for three ways of reading: coefficients with their values, two at a time; runs of coefficients
// that nobody wants; and bare symbols.
type huffman struct {
	pairs [1 << lookupBits]pair
	// skip is asked for coefficients that are only passed over, several at once; single for one of them.
	skip, single [1 << lookupBits]passing
	// symbol is a code's length in the low byte and its symbol in the high one; 0 for codes longer than lookupBits.
	symbol [1 << lookupBits]uint16

	// For codes of each length (T.81 F.2.2.3): the largest, or -1, and what leads from a code to its place in symbols.
	largest [17]int32
	offset  [17]int32
	symbols [256]uint8
}

// pair is what the next bits say of one or two coefficients, from the lowest bit on:
//
//	 8 bits  the length of both; or of the code alone where partial is set: its value does not lie within lookupBits
//	 8 bits  how far the first lies behind the coefficient before
//	 8 bits  how far the second does; the same as the first's where there is one only
//	 8 bits  the length of the first
//	16 bits  the first's value, or of how many bits the value is that follows
//	16 bits  the second's value
//
// longCode stands for a code longer than lookupBits.
type pair uint64

const (
	partial  pair = 0x80
	longCode pair = partial
)

func (p pair) length() uint      { return uint(p & 63) }
func (p pair) first() int        { return int(p >> 8 & 0xff) }
func (p pair) second() int       { return int(p >> 16 & 0xff) }
func (p pair) firstLength() uint { return uint(p >> 24 & 63) }
func (p pair) firstValue() int16 { return int16(p >> 32) }
func (p pair) lastValue() int16  { return int16(p >> 48) }
func (p pair) valueBits() uint   { return uint(p>>32) & 15 }

// passing is how many bits one or more coefficients take, in the low byte, and how far they lead, in the high one. 0 means a code longer
// than lookupBits.
type passing uint16

func (p passing) length() uint { return uint(p & 63) }
func (p passing) advance() int { return int(p >> 8) }

// blockEnd is how far an end-of-block symbol leads: behind every coefficient.
const blockEnd = 64

// newHuffman makes a table of how many codes there are of each length, 16 of them, and the symbols in their order.
func newHuffman(counts, symbols []byte) (*huffman, error) {
	h := new(huffman)
	copy(h.symbols[:], symbols)
	for i := range h.pairs {
		h.pairs[i] = longCode
	}
	code, at := 0, 0
	for length := 1; length <= 16; length++ {
		h.offset[length] = int32(at - code)
		for range counts[length-1] {
			if at >= len(symbols) || code >= 1<<length {
				return nil, FormatError("Huffman table with more codes than fit")
			}
			if length <= lookupBits {
				h.lay(code, length, symbols[at])
			}
			code, at = code+1, at+1
		}
		h.largest[length] = int32(code) - 1
		if counts[length-1] == 0 {
			h.largest[length] = -1
		}
		code <<= 1
	}
	h.layGroups()
	return h, nil
}

// lay fills in what begins with a code, as a coefficient of its own.
func (h *huffman) lay(code, length int, symbol byte) {
	size, advance, free := int(symbol&15), advanceOf(symbol), lookupBits-length
	for rest := range 1 << free {
		i := code<<free | rest
		h.symbol[i] = uint16(symbol)<<8 | uint16(length)
		h.single[i] = passing(length+size) | passing(advance)<<8
		if size <= free {
			v := pair(uint16(extend(int32(rest>>(free-size)), uint(size))))
			h.pairs[i] = pair(length+size)*(1|1<<24) | pair(advance)*(1<<8|1<<16) | v<<32 | v<<48
		} else {
			h.pairs[i] = partial | pair(length) | pair(advance)<<8 | pair(size)<<32
		}
	}
}

// layGroups joins single coefficients, as far as the bits are known: those that are passed over into groups, those with values into pairs.
func (h *huffman) layGroups() {
	singles := h.pairs
	for i, first := range &singles {
		h.skip[i] = h.group(i)
		if first&partial != 0 || first.first() == blockEnd {
			continue
		}
		second := singles[i<<first.length()&lookupMask]
		if second&partial == 0 && first.length()+second.length() <= lookupBits {
			h.pairs[i] += pair(second.length()) + pair(second.first())<<16
			h.pairs[i] = h.pairs[i]<<16>>16 | pair(uint16(second.firstValue()))<<48
		}
	}
}

// group adds up what begins with the bits i.
func (h *huffman) group(i int) passing {
	length, advance := 0, 0
	for advance < blockEnd && length < lookupBits {
		next := i << length & lookupMask
		one := h.single[next]
		if one == 0 || length > lookupBits-int(h.symbol[next]&0xff) || length+int(one.length()) > 30 || advance&63+one.advance() > 60 && one.advance() < blockEnd {
			break
		}
		length, advance = length+int(one.length()), advance+one.advance()
	}
	return passing(length) | passing(advance)<<8
}

// advanceOf is how far a symbol leads.
func advanceOf(symbol uint8) int {
	if symbol&15 == 0 && symbol>>4 != 15 {
		return blockEnd
	}
	return int(symbol>>4) + 1
}

// extend makes a signed value of size bits (T.81 F.2.2.1).
func extend(v int32, size uint) int32 {
	if size > 0 && v < 1<<(size-1) {
		v += -1<<size + 1
	}
	return v
}

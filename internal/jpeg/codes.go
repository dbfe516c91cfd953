package jpeg

// codes is a Huffman table for writing.
type codes struct {
	lengths [16]byte // how many codes there are of each length
	symbols []byte   // in the order of their codes
	code    [256]uint32
}

func (c *codes) of(symbol uint8) (code uint32, length uint) {
	return c.code[symbol] >> 8, uint(c.code[symbol] & 0xff)
}

// noNode ends the chain of symbols whose codes grow together.
const noNode = -1

// bestCodes makes the shortest codes of 16 bits at most for symbols that occur so often (T.81 K.2).
func bestCodes(counts *[256]uint32) *codes {
	lengths := codeLengths(counts)
	var number [64]int // of codes of each length
	for _, length := range &lengths {
		if length > 0 {
			number[length]++
		}
	}
	limitLengths(&number)
	c := new(codes)
	for length := range 16 {
		c.lengths[length] = byte(number[length+1])
	}
	// Symbols keep the order of the lengths that they had without the limit.
	for length := 1; length < len(number); length++ {
		for symbol := range 256 {
			if lengths[symbol] == length {
				c.symbols = append(c.symbols, byte(symbol))
			}
		}
	}
	code, at := uint32(0), 0
	for length, n := range c.lengths {
		for range n {
			c.code[c.symbols[at]] = code<<8 | uint32(length+1)
			code, at = code+1, at+1
		}
		code <<= 1
	}
	return c
}

// codeLengths joins the two rarest symbols until all are joined; one more symbol takes the code of nothing but ones, which must not
// be used (T.81 figure K.1).
func codeLengths(counts *[256]uint32) (lengths [257]int) {
	var weight, next [257]int
	for i, count := range counts {
		weight[i] = int(count)
	}
	weight[256] = 1
	for i := range next {
		next[i] = noNode
	}
	for {
		a, b := rarest(&weight)
		if b == noNode {
			return lengths
		}
		weight[a] += weight[b]
		weight[b] = 0
		for lengths[a]++; next[a] != noNode; lengths[a]++ {
			a = next[a]
		}
		next[a] = b
		for lengths[b]++; next[b] != noNode; lengths[b]++ {
			b = next[b]
		}
	}
}

// rarest gives the two of the least weight above 0, the later of equals first.
func rarest(weight *[257]int) (a, b int) {
	a, b = noNode, noNode
	for i, w := range weight {
		switch {
		case w == 0:
		case a == noNode || w <= weight[a]:
			a, b = i, a
		case b == noNode || w <= weight[b]:
			b = i
		}
	}
	return a, b
}

// limitLengths shortens codes of more than 16 bits (T.81 figure K.3) and takes the reserved one away.
func limitLengths(number *[64]int) {
	for long := len(number) - 1; long > 16; long-- {
		for number[long] > 0 {
			short := long - 2
			for number[short] == 0 {
				short--
			}
			number[long] -= 2
			number[long-1]++
			number[short+1] += 2
			number[short]--
		}
	}
	for length := 16; length > 0; length-- {
		if number[length] > 0 {
			number[length]--
			return
		}
	}
}

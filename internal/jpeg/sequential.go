package jpeg

// step says how one block of an MCU is read. The assembly knows its fields.
type step struct {
	dc, ac *huffman
	// place is where a coefficient goes in its block, by its number and beyond: advances may lead behind the end. What nobody wants
	// goes where the DC coefficient will be, which comes last.
	place *[128]uint8
	// row holds the coefficients of a row of blocks, as read: those of the first block begin at from, those of the next to be read
	// at at, and stride leads to that of the next MCU.
	row              []int16
	from, at, stride int
	// predicted is the component's DC coefficient of the block before.
	predicted *int32
	wanted    int
}

// stepsOf lays out how an MCU of a sequential scan is read.
func stepsOf(components []*component) (steps []step) {
	for _, c := range components {
		across, down := c.h, c.v
		if len(components) == 1 {
			across, down = 1, 1
		}
		cells := c.size * c.size
		c.row = make([]int16, down*c.strideX*cells+cells) // one more, as vectors read two
		for v := range down {
			for h := range across {
				steps = append(steps, step{
					dc: c.dc, ac: c.ac, place: &places[c.size], wanted: c.wanted, predicted: &c.predicted,
					row: c.row, from: (v*c.strideX + h) * cells, stride: across * cells,
				})
			}
		}
	}
	rewind(steps)
	return steps
}

// sequential reads some MCUs of a baseline or extended scan into the rows of their components. It ends early where the data does.
func (d *decoder) sequential(steps []step, units int) error {
	r := &d.reader
	for at := 0; units > 0; {
		if useAVX2 {
			if units, at = readBlocks(r, steps, at, units); units == 0 {
				break
			}
		}
		if err := r.block(&steps[at]); err != nil {
			return err
		}
		if r.overrun() {
			return nil
		}
		if at++; at == len(steps) {
			units, at = units-1, 0
		}
	}
	return nil
}

// rewind begins a row.
func rewind(steps []step) {
	for i := range steps {
		steps[i].at = steps[i].from
	}
}

// mostOfBlock is more bytes than a block takes that has no code longer than lookupBits: 64 coefficients of lookupBits and 15 bits of
// value. As many must be there where the assembly reads.
const mostOfBlock = 64*(lookupBits+15)/8 + 24

// block reads a block.
func (r *bitReader) block(s *step) error {
	difference, err := r.difference(s.dc)
	if err != nil {
		return err
	}
	block := s.row[s.at:]
	at, err := r.coefficients(s, block)
	if err == nil && at < 63 {
		err = r.pass(s.ac, at)
	}
	if err != nil {
		return err
	}
	*s.predicted += difference
	block[0] = int16(*s.predicted)
	s.at += s.stride
	return nil
}

// difference reads the difference of a DC coefficient to the one before.
func (r *bitReader) difference(h *huffman) (int32, error) {
	size, err := r.symbol(h)
	if err != nil || size > 15 {
		return 0, errCode
	}
	return extend(r.take(uint(size)), uint(size)), nil
}

// coefficients reads the AC coefficients that are wanted into the block. at is the last that it read or passed over, 64 or more behind
// the end of the block.
func (r *bitReader) coefficients(s *step, block []int16) (at int, err error) {
	table, place := s.ac, s.place
	for at < s.wanted {
		if r.count < 32 {
			r.fill()
		}
		p := table.pairs[r.bits>>(64-lookupBits)]
		if p&partial != 0 {
			var size uint
			if p != longCode {
				r.drop(p.length())
				at += p.first()
				size = p.valueBits()
			} else {
				symbol, err := r.long(table)
				if err != nil {
					return 0, err
				}
				size = uint(symbol & 15)
				at += advanceOf(symbol)
			}
			block[place[at&127]] = int16(extend(r.take(size), size))
			continue
		}
		first := at + p.first()
		block[place[first&127]] = p.firstValue()
		if first >= 63 { // a second one would be of the next block
			r.drop(p.firstLength())
			return first, nil
		}
		r.drop(p.length())
		at += p.second()
		block[place[at&127]] = p.lastValue()
	}
	return at, nil
}

// pass goes over the rest of a block behind a coefficient, several of them at a time.
func (r *bitReader) pass(table *huffman, at int) error {
	for at < 63 {
		if r.count < 32 {
			r.fill()
		}
		next := r.bits >> (64 - lookupBits)
		p := table.skip[next]
		if at+p.advance()&63 >= 63 { // the block may end within the group
			p = table.single[next]
		}
		if p == 0 {
			symbol, err := r.long(table)
			if err != nil {
				return err
			}
			r.drop(uint(symbol & 15))
			at += advanceOf(symbol)
			continue
		}
		r.drop(p.length())
		at += p.advance()
	}
	return nil
}

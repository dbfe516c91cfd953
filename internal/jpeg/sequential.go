package jpeg

// sequential reads a block of a baseline or extended scan and puts its samples.
func (d *decoder) sequential(c *component, x, y int) error {
	if err := d.difference(c); err != nil {
		return err
	}
	d.block[0] = c.predicted * c.table[0]
	at, last, err := d.coefficients(c)
	if err == nil && at < 63 {
		err = d.pass(c.ac, at)
	}
	if err != nil {
		return err
	}
	d.put(c, x, y, last)
	return nil
}

// difference reads the difference of a DC coefficient to the one before.
func (d *decoder) difference(c *component) error {
	r := &d.reader
	if r.count < 32 {
		r.fill()
	}
	e := c.dc.value[r.bits>>(64-lookupBits)]
	if e.whole() {
		r.drop(e.length())
		c.predicted += e.value()
		return nil
	}
	size := e.valueBits()
	if e != 0 {
		r.drop(e.length())
	} else {
		symbol, err := r.long(c.dc)
		if err != nil || symbol > 15 {
			return errCode
		}
		size = uint(symbol)
	}
	c.predicted += extend(r.take(size), size)
	return nil
}

// coefficients reads the AC coefficients that the component needs, dequantized, into the block. at is the last that it read or
// passed over, 64 behind the end; last the last that it stored. The reader's state is kept in registers.
func (d *decoder) coefficients(c *component) (at, last int, err error) {
	r, table, place, quantizer := d.reader, c.ac, &places[c.size], c.table
	for at < c.wanted {
		if r.count < 32 {
			r.fill()
		}
		e := table.value[r.bits>>(64-lookupBits)]
		var v int32
		if e.whole() {
			r.bits <<= e.length()
			r.count -= e.length()
			at += e.advance()
			v = e.value()
		} else {
			size := e.valueBits()
			if e != 0 {
				r.drop(e.length())
				at += e.advance()
			} else {
				var symbol uint8
				if symbol, err = r.long(table); err != nil {
					return 0, 0, err
				}
				size = uint(symbol & 15)
				at += advanceOf(symbol)
			}
			v = extend(r.take(size), size)
		}
		if at > c.wanted {
			break
		}
		if to := place[at&63]; to != outside {
			d.block[to&63] = v * quantizer[at&63]
			if v != 0 {
				last = at
			}
		}
	}
	d.reader = r
	return at, last, nil
}

func advanceOf(symbol uint8) int {
	if symbol&15 == 0 && symbol>>4 != 15 {
		return blockEnd
	}
	return int(symbol>>4) + 1
}

// pass goes over the rest of a block behind a coefficient, several of them at a time.
func (d *decoder) pass(table *huffman, at int) error {
	r := d.reader
	for at < 63 {
		if r.count < 32 {
			r.fill()
		}
		next := r.bits >> (64 - lookupBits)
		p := table.skip[next]
		if at+p.advance() >= 63 { // the block may end within the group
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
		r.bits <<= p.length()
		r.count -= p.length()
		at += p.advance()
		if p&passingEnd != 0 {
			break
		}
	}
	d.reader = r
	return nil
}

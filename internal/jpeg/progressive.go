package jpeg

// The four kinds of scans of a progressive picture (T.81 G.1.2). Each reads blocks into the coefficients of their component.

type blockDecoder func(c *component, x, y int) error

// stored is where the coefficients of a block are gathered.
func (c *component) stored(x, y int) *[64]int16 {
	return (*[64]int16)(c.coefficients[64*(y*c.strideX+x):])
}

func (d *decoder) firstDC(s *scan) blockDecoder {
	return func(c *component, x, y int) error {
		difference, err := d.reader.difference(c.dc)
		if err != nil {
			return err
		}
		c.predicted += difference
		c.stored(x, y)[0] = int16(c.predicted << s.low)
		return nil
	}
}

func (d *decoder) refineDC(s *scan) blockDecoder {
	return func(c *component, x, y int) error {
		if d.reader.take(1) != 0 {
			c.stored(x, y)[0] |= 1 << s.low
		}
		return nil
	}
}

func (d *decoder) firstAC(s *scan) blockDecoder {
	return func(c *component, x, y int) error {
		if d.endRun > 0 {
			d.endRun--
			return nil
		}
		block := c.stored(x, y)
		for k := s.first; k <= s.last; k++ {
			symbol, err := d.reader.symbol(c.ac)
			if err != nil {
				return err
			}
			run, size := int(symbol>>4), uint(symbol&15)
			if size == 0 {
				if run < 15 {
					d.endRun = d.runOf(run) - 1
					return nil
				}
				k += 15
				continue
			}
			if k += run; k > s.last {
				return FormatError("coefficient behind the end of its scan")
			}
			block[zigzag[k]] = int16(extend(d.reader.take(size), size) << s.low)
		}
		return nil
	}
}

// runOf reads how many blocks end here.
func (d *decoder) runOf(bits int) int { return 1<<bits | int(d.reader.take(uint(bits))) }

func (d *decoder) refineAC(s *scan) blockDecoder {
	bit := int16(1) << s.low
	return func(c *component, x, y int) error {
		block, k := c.stored(x, y), s.first
		for d.endRun == 0 && k <= s.last {
			symbol, err := d.reader.symbol(c.ac)
			if err != nil {
				return err
			}
			run, size := int(symbol>>4), symbol&15
			fresh := int16(0)
			switch {
			case size > 1:
				return FormatError("refinement of more than a bit")
			case size == 1:
				if fresh = -bit; d.reader.take(1) != 0 {
					fresh = bit
				}
			case run < 15:
				d.endRun = d.runOf(run)
				continue
			}
			k = d.refine(block, k, s.last, run, bit)
			if fresh != 0 {
				if k > s.last {
					return FormatError("coefficient behind the end of its scan")
				}
				block[zigzag[k]] = fresh
			}
			k++
		}
		if d.endRun > 0 {
			d.endRun--
			d.refine(block, k, s.last, 64, bit)
		}
		return nil
	}
}

// refine adds a bit to the coefficients from k on that are not zero, until it has passed over zeros of them that are, and gives the
// place of the next such.
func (d *decoder) refine(block *[64]int16, k, last, zeros int, bit int16) int {
	for ; k <= last; k++ {
		v := &block[zigzag[k]]
		if *v == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		if d.reader.take(1) != 0 && *v&bit == 0 {
			if *v > 0 {
				*v += bit
			} else {
				*v -= bit
			}
		}
	}
	return k
}

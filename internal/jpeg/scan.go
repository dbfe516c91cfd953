package jpeg

// scan is one pass over some components.
type scan struct {
	components []*component
	// first and last are the coefficients that it brings; high and low the bits of them (T.81 G.1.1.1.2): what a first pass
	// brings is shifted by low, and a later one brings bit low alone.
	first, last, high, low int
	// decode reads one block of a component into its place; nil in a sequential scan.
	decode func(c *component, x, y int) error
}

// scan reads the data that follows a start of scan (T.81 B.2.3) and tells how long it is.
func (d *decoder) scan(header, data []byte) (length int, err error) {
	if d.components == nil {
		return 0, FormatError("scan before the frame")
	}
	if d.rgb && len(d.components) == 3 {
		return 0, ErrUnsupported
	}
	s, err := d.scanOf(header)
	if err != nil {
		return 0, err
	}
	if d.scans == 0 {
		d.layOut()
	}
	d.scans++
	for _, c := range s.components {
		if c.table == nil {
			table := d.quantizers[c.quantizer]
			if table == nil {
				return 0, FormatError("no quantization table")
			}
			c.dequantize(table)
		}
	}
	coded, length := unstuff(data, d.buffer)
	d.buffer = coded.data
	return length, d.read(s, &coded)
}

func (d *decoder) scanOf(header []byte) (*scan, error) {
	if len(header) < 1 || len(header) != 4+2*int(header[0]) {
		return nil, FormatError("scan header of a wrong length")
	}
	count := int(header[0])
	s := &scan{}
	for i := range count {
		id, tables := header[1+2*i], header[2+2*i]
		c := d.component(id)
		if c == nil || tables>>4 > 3 || tables&15 > 3 || s.has(c) {
			return nil, FormatError("scan of a wrong component")
		}
		c.dc, c.ac = d.dcTables[tables>>4], d.acTables[tables&15]
		s.components = append(s.components, c)
	}
	spectral := header[1+2*count:]
	s.first, s.last, s.high, s.low = int(spectral[0]), int(spectral[1]), int(spectral[2]>>4), int(spectral[2]&15)
	return s, d.choose(s)
}

func (d *decoder) component(id byte) *component {
	for i := range d.components {
		if d.components[i].id == id {
			return &d.components[i]
		}
	}
	return nil
}

func (s *scan) has(c *component) bool {
	for _, other := range s.components {
		if other == c {
			return true
		}
	}
	return false
}

// choose decides how the blocks of a scan are read, and checks that it has what that takes.
func (d *decoder) choose(s *scan) error {
	needsDC, needsAC := true, true
	switch {
	case !d.progressive:
	case s.last > 63 || s.first > s.last || s.low > 13 || s.high != 0 && s.high != s.low+1:
		return FormatError("scan of coefficients that there are not")
	case s.first == 0 && s.last > 0 || s.first > 0 && len(s.components) > 1:
		return FormatError("scan of coefficients that do not go together")
	case s.first == 0 && s.high == 0:
		s.decode, needsAC = d.firstDC(s), false
	case s.first == 0:
		s.decode, needsDC, needsAC = d.refineDC(s), false, false
	case s.high == 0:
		s.decode, needsDC = d.firstAC(s), false
	default:
		s.decode, needsDC = d.refineAC(s), false
	}
	if len(s.components) == 0 {
		return FormatError("scan of no component")
	}
	for _, c := range s.components {
		if needsDC && c.dc == nil || needsAC && c.ac == nil {
			return FormatError("scan without its Huffman tables")
		}
	}
	return nil
}

// read goes over a scan's MCUs: of all its components together, or of the blocks of one.
func (d *decoder) read(s *scan, coded *entropyCoded) error {
	lone := s.components[0]
	unitsX, unitsY, interleaved := lone.blocksX, lone.blocksY, len(s.components) > 1
	if interleaved {
		unitsX, unitsY = lone.strideX/lone.h, lone.strideY/lone.v
	}
	cutAt := func(row int) error {
		if d.progressive || 10*row < neededTenths*unitsY {
			return errCut
		}
		for _, c := range s.components {
			if from := row * c.size; interleaved {
				c.gray(from * c.v)
			} else {
				c.gray(from)
			}
		}
		return nil
	}
	var steps []step
	if !d.progressive {
		steps = stepsOf(s.components)
	}
	interval, left := 0, d.restart
	d.reader, _ = coded.interval(0)
	d.reset(s)
	for y := range unitsY {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		for x := 0; x < unitsX; {
			if d.restart > 0 && left == 0 {
				interval, left = interval+1, d.restart
				var ok bool
				if d.reader, ok = coded.interval(interval); !ok {
					return cutAt(y)
				}
				d.reset(s)
			}
			units := unitsX - x
			if d.restart > 0 {
				units = min(units, left)
			}
			if err := d.units(s, steps, x, y, units); err != nil {
				return err
			}
			if d.reader.overrun() {
				return cutAt(y)
			}
			x, left = x+units, left-units
		}
		s.put(steps, y)
	}
	return nil
}

// units reads some MCUs of a row. It may end early where the data does.
func (d *decoder) units(s *scan, steps []step, x, y, units int) error {
	if steps != nil {
		return d.sequential(steps, units)
	}
	for ; units > 0; x, units = x+1, units-1 {
		if err := d.unit(s, x, y); err != nil || d.reader.overrun() {
			return err
		}
	}
	return nil
}

// put makes the samples of a row of a sequential scan's MCUs and clears the row.
func (s *scan) put(steps []step, y int) {
	if steps == nil {
		return
	}
	for _, c := range s.components {
		if len(s.components) == 1 {
			c.put(c.row, y, c.blocksX)
		} else {
			for v := range c.v {
				c.put(c.row[v*c.strideX*c.size*c.size:], y*c.v+v, c.strideX)
			}
		}
		clear(c.row)
	}
	rewind(steps)
}

// gray is what the rows of samples from one on are that nobody has.
func (c *component) gray(from int) {
	rest := c.plane.Pix[from*c.plane.Stride:]
	for i := range rest {
		rest[i] = 128
	}
}

// reset is the state at the beginning of a restart interval.
func (d *decoder) reset(s *scan) {
	d.endRun = 0
	for _, c := range s.components {
		c.predicted = 0
	}
}

// unit reads one MCU.
func (d *decoder) unit(s *scan, x, y int) error {
	if len(s.components) == 1 {
		return s.decode(s.components[0], x, y)
	}
	for _, c := range s.components {
		for v := range c.v {
			for h := range c.h {
				if err := s.decode(c, x*c.h+h, y*c.v+v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

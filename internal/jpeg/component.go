package jpeg

import "styleshare/internal/planar"

// component is one channel of the picture.
type component struct {
	id        byte
	h, v      int // sampling factors: blocks of an MCU
	quantizer byte
	table     *[64]int32 // of the quantizer, as it was at the component's first scan
	dc, ac    *huffman   // of the present scan
	predicted int32      // the DC coefficient of the block before

	// blocksX and blocksY are the blocks that hold the picture; strideX and strideY include those that fill up the last MCUs.
	blocksX, blocksY, strideX, strideY int
	// size is the side of the square of samples that a block becomes: 8, 4, 2 or 1.
	size int
	// wanted is the number of the last coefficient that this needs.
	wanted int
	plane  planar.Plane
	// coefficients are kept where several scans make up a block: 64 for each, in rows of eight.
	coefficients []int16
}

// wantedFor gives the last coefficient in zigzag order that lies in the corner of a size.
var wantedFor = [9]int{1: 0, 2: 4, 4: 24, 8: 63}

// places gives for each size where a coefficient goes in a block of size × size, by its number; outside for one that is not needed.
var places = func() (p [9][64]uint8) {
	for _, size := range []int{1, 2, 4, 8} {
		for k, at := range zigzag {
			x, y := int(at)&7, int(at)>>3
			p[size][k] = outside
			if x < size && y < size {
				p[size][k] = uint8(y*size + x)
			}
		}
	}
	return p
}()

const outside = 64

// layOut decides on the scale and makes the planes, at the first scan.
func (d *decoder) layOut() {
	maxH, maxV := 1, 1
	for _, c := range d.components {
		maxH, maxV = max(maxH, c.h), max(maxV, c.v)
	}
	unitsX, unitsY := ceilDiv(d.width, 8*maxH), ceilDiv(d.height, 8*maxV)
	wantX, wantY := d.fit(d.width, d.height)
	for i := range d.components {
		c := &d.components[i]
		if i > 0 {
			c.layOut(d, maxH, maxV, (wantX+1)/2, (wantY+1)/2)
		} else {
			c.layOut(d, maxH, maxV, wantX, wantY)
		}
		c.strideX, c.strideY = unitsX*c.h, unitsY*c.v
		width, height := ceilDiv(d.width*c.h*c.size, 8*maxH), ceilDiv(d.height*c.v*c.size, 8*maxV)
		c.plane = planar.NewPlane(c.strideX*c.size, c.strideY*c.size)
		c.plane.Width, c.plane.Height = width, height
		c.plane.SpanX = float64(d.width*c.h*c.size) / float64(8*maxH)
		c.plane.SpanY = float64(d.height*c.v*c.size) / float64(8*maxV)
		if d.progressive {
			c.coefficients = make([]int16, 64*c.strideX*c.strideY)
		}
	}
}

func (c *component) layOut(d *decoder, maxH, maxV, wantX, wantY int) {
	width, height := ceilDiv(d.width*c.h, maxH), ceilDiv(d.height*c.v, maxV)
	c.blocksX, c.blocksY = ceilDiv(width, 8), ceilDiv(height, 8)
	c.size = 8
	for _, size := range []int{4, 2, 1} {
		if width*size/8 < wantX || height*size/8 < wantY {
			break
		}
		c.size = size
	}
	c.wanted = wantedFor[c.size]
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// at is where a block's samples begin.
func (c *component) at(x, y int) []byte {
	return c.plane.Pix[y*c.size*c.plane.Stride+x*c.size:]
}

// transform turns the coefficients that several scans have gathered into samples.
func (d *decoder) transform(c *component) error {
	for y := range c.strideY {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		for x := range c.strideX {
			gathered := (*[64]int16)(c.coefficients[64*(y*c.strideX+x):])
			last := 0
			for k := 0; k <= c.wanted; k++ {
				if v := gathered[zigzag[k]]; v != 0 {
					if at := places[c.size][k]; at != outside {
						d.block[at] = int32(v) * c.table[k]
						last = k
					}
				}
			}
			d.put(c, x, y, last)
		}
	}
	return nil
}

// put transforms the block, whose last coefficient is numbered, into the samples of the component, and clears it.
func (d *decoder) put(c *component, x, y, last int) {
	dst, stride := c.at(x, y), c.plane.Stride
	if last == 0 {
		flat(dst, stride, c.size, clamp((d.block[0]+4)>>3+128))
		d.block[0] = 0
		return
	}
	switch c.size {
	case 8:
		inverse8(&d.block, dst, stride)
	case 4:
		inverse4((*[16]int32)(d.block[:]), dst, stride)
	case 2:
		inverse2((*[4]int32)(d.block[:]), dst, stride)
	case 1:
		dst[0] = clamp((d.block[0]+4)>>3 + 128)
		d.block[0] = 0
	}
}

func flat(dst []byte, stride, size int, v byte) {
	for y := range size {
		row := dst[y*stride:][:size]
		for x := range row {
			row[x] = v
		}
	}
}

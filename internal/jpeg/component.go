package jpeg

import (
	"runtime"

	"styleshare/internal/planar"
)

// component is one channel of the picture.
type component struct {
	id        byte
	h, v      int // sampling factors: blocks of an MCU
	quantizer byte
	table     *[64]uint16 // of the quantizer, as it was at the component's first scan
	dc, ac    *huffman    // of the present scan
	predicted int32       // the DC coefficient of the block before

	// blocksX and blocksY are the blocks that hold the picture; strideX and strideY include those that fill up the last MCUs.
	blocksX, blocksY, strideX, strideY int
	// size is the side of the square of samples that a block becomes: 8, 4, 2 or 1.
	size int
	// wanted is the number of the last coefficient that this needs.
	wanted int
	// factors are the quantizer's, in the order of a block's cells.
	factors [64]int16
	plane   planar.Plane
	// row holds the coefficients of a row of MCUs: size × size cells for each block.
	row []int16
	// coefficients are kept where several scans make up a block: 64 for each, in rows of eight.
	coefficients []int16
}

// wantedFor gives the last coefficient in zigzag order that lies in the corner of a size.
var wantedFor = [9]int{1: 0, 2: 4, 4: 24, 8: 63}

// places gives for each size the cell that a coefficient goes to, by its number: see step. Cells are in rows, but for size 4: there the
// even rows are woven into each other, and the odd ones, as the transform takes them.
var places = func() (p [9][128]uint8) {
	for _, size := range []int{1, 2, 4, 8} {
		for k, at := range zigzag {
			switch x, y := int(at)&7, int(at)>>3; {
			case x >= size || y >= size:
			case size == 4:
				p[size][k] = uint8(y&1*8 + 2*x + y>>1)
			default:
				p[size][k] = uint8(y*size + x)
			}
		}
	}
	return p
}()

// largeGathering is the number of pixels from which a progressive picture's coefficients, 3 bytes for each, are worth a
// collection of garbage, of a few milliseconds.
const largeGathering = 4 << 20

// layOut decides on the scale and makes the planes, at the first scan.
func (d *decoder) layOut() {
	maxH, maxV := 1, 1
	for _, c := range d.components {
		maxH, maxV = max(maxH, c.h), max(maxV, c.v)
	}
	unitsX, unitsY := ceilDiv(d.width, 8*maxH), ceilDiv(d.height, 8*maxV)
	wantX, wantY := d.fit(d.width, d.height)
	if d.progressive && d.width*d.height > largeGathering {
		runtime.GC() // or what the picture before has gathered is there still, and the process holds twice as much
	}
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

// dequantize takes the table that is the component's from now on.
func (c *component) dequantize(table *[64]uint16) {
	c.table = table
	for k := c.wanted; k >= 0; k-- {
		c.factors[places[c.size][k]] = int16(table[k])
	}
}

// transform turns the coefficients that several scans have gathered into samples.
func (d *decoder) transform(c *component) error {
	cells, place := c.size*c.size, &places[c.size]
	row := make([]int16, cells*(c.strideX+1))
	for y := range c.strideY {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		for x := range c.strideX {
			gathered, block := c.stored(x, y), row[x*cells:]
			for k := c.wanted; k >= 0; k-- {
				block[place[k]] = gathered[zigzag[k]]
			}
		}
		c.put(row, y, c.strideX)
	}
	return nil
}

// put transforms a row of blocks into samples.
func (c *component) put(row []int16, y, blocks int) {
	dst, stride := c.plane.Pix[y*c.size*c.plane.Stride:], c.plane.Stride
	if c.size == 4 {
		inverse4(dst, stride, row, (*[16]int16)(c.factors[:]), blocks)
		return
	}
	cells := c.size * c.size
	for x := range blocks {
		dst := dst[x*c.size:]
		var block [64]int32
		rest := int16(0)
		for i, v := range row[x*cells:][:cells] {
			block[i] = int32(v * c.factors[i])
			if i > 0 {
				rest |= v
			}
		}
		switch {
		case rest == 0:
			flat(dst, stride, c.size, clamp((block[0]+4)>>3+128))
		case c.size == 8:
			inverse8(&block, dst, stride)
		case c.size == 2:
			inverse2((*[4]int32)(block[:]), dst, stride)
		}
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

package jpeg

import (
	"context"
	"math/bits"

	"styleshare/internal/planar"
)

// quality 50's tables (T.81 table K.1 and K.2), in rows.
var (
	lumaTable = [64]int{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	}
	chromaTable = [64]int{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	}
)

// quantizer is one table, as the file and as the transform take it.
type quantizer struct {
	steps       [64]byte    // in zigzag order
	reciprocals [64]float32 // in columns of eight
}

// newQuantizer scales a table by the usual formula of the Independent JPEG Group.
func newQuantizer(table *[64]int, quality int) *quantizer {
	percent := 200 - 2*quality
	if quality < 50 {
		percent = 5000 / quality
	}
	q := new(quantizer)
	for k, at := range zigzag {
		step := min(max((table[at]*percent+50)/100, 1), 255)
		u, v := int(at)&7, int(at)>>3
		q.steps[k] = byte(step)
		q.reciprocals[8*u+v] = float32(1 / (float64(step) * 8 * scales[u] * scales[v]))
	}
	return q
}

// columns gives the place of a coefficient in columns of eight, by its number.
var columns = func() (c [64]uint8) {
	for k, at := range zigzag {
		c[k] = at&7*8 + at>>3
	}
	return c
}()

// token is a Huffman symbol with the bits that follow it.
type token struct {
	symbol uint8
	table  uint8 // 0 and 1 for DC, 2 and 3 for AC; the odd ones are of chroma
	extra  uint16
}

// The symbols that stand for no coefficient.
const (
	endOfBlock  = 0x00
	sixteenZero = 0xf0
)

type encoder struct {
	quantizers [2]*quantizer
	tokens     []token
	counts     [4][256]int
	predicted  [3]int32
	quantized  [64]int16
}

// Encode writes a baseline JPEG with Huffman tables made for the picture and without any metadata. quality is 1 to 100. Chroma, where
// there is any, must have half the width and height of luma, rounded up. The error is ctx's.
func Encode(ctx context.Context, m *planar.Image, quality int) ([]byte, error) {
	e := &encoder{quantizers: [2]*quantizer{newQuantizer(&lumaTable, quality), newQuantizer(&chromaTable, quality)}}
	unit := 8 // an MCU's side
	if len(m.Planes) == 3 {
		unit = 16
	}
	unitsX, unitsY := ceilDiv(m.Width, unit), ceilDiv(m.Height, unit)
	e.tokens = make([]token, 0, unitsX*unitsY*len(m.Planes)*16)
	for y := range unitsY {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for x := range unitsX {
			if unit == 8 {
				e.block(&m.Planes[0], 0, x, y)
				continue
			}
			for i := range 4 {
				e.block(&m.Planes[0], 0, 2*x+i&1, 2*y+i>>1)
			}
			e.block(&m.Planes[1], 1, x, y)
			e.block(&m.Planes[2], 2, x, y)
		}
	}
	return e.file(m), nil
}

// block makes the tokens of a block; what lies behind the picture repeats its edge.
func (e *encoder) block(p *planar.Plane, component, x, y int) {
	chroma := uint8(min(component, 1))
	if 8*x+8 <= p.Width && 8*y+8 <= p.Height {
		forward(&e.quantized, p.Pix[8*y*p.Stride+8*x:], p.Stride, &e.quantizers[chroma].reciprocals)
	} else {
		var edge [64]byte
		for row := range 8 {
			from := p.Pix[min(8*y+row, p.Height-1)*p.Stride:]
			for column := range 8 {
				edge[8*row+column] = from[min(8*x+column, p.Width-1)]
			}
		}
		forward(&e.quantized, edge[:], 8, &e.quantizers[chroma].reciprocals)
	}
	dc := int32(e.quantized[0])
	e.put(chroma, 0, dc-e.predicted[component])
	e.predicted[component] = dc
	zeros := uint8(0)
	for k := 1; k < 64; k++ {
		v := e.quantized[columns[k]&63]
		if v == 0 {
			zeros++
			continue
		}
		for ; zeros > 15; zeros -= 16 {
			e.putSymbol(2+chroma, sixteenZero)
		}
		e.put(2+chroma, zeros<<4, int32(v))
		zeros = 0
	}
	if zeros > 0 {
		e.putSymbol(2+chroma, endOfBlock)
	}
}

func (e *encoder) put(table, run uint8, v int32) {
	sign := v >> 31
	size := bits.Len32(uint32((v ^ sign) - sign))
	symbol := run | uint8(size)
	e.counts[table&3][symbol]++
	e.tokens = append(e.tokens, token{symbol, table, uint16(v+sign) & (1<<size - 1)})
}

func (e *encoder) putSymbol(table, symbol uint8) {
	e.counts[table&3][symbol]++
	e.tokens = append(e.tokens, token{symbol, table, 0})
}

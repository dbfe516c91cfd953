package jpeg

import (
	"context"
	"math/bits"
	"slices"
	"sync"

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

// order turns a set of coefficients in columns of eight into one in zigzag order: what each byte of it stands for.
var order = func() (o [8][256]uint64) {
	for k, at := range columns {
		for set := range 256 {
			if set>>(at&7)&1 == 1 {
				o[at>>3][set] |= 1 << k
			}
		}
	}
	return o
}()

// token is a Huffman symbol in bits 0 to 7, its table in bits 8 and 9, and the bits that follow it in the high half. The even tables
// are for DC, tables 2 and 3 for chroma.
type token uint32

const (
	tokenTables  = 4
	tokenSymbols = 1<<8*tokenTables - 1 // of all tables
)

// The symbols that stand for no coefficient.
const (
	endOfBlock  = 0x00
	sixteenZero = 0xf0
)

// mostTokens is how many a block has at most: one for each coefficient, and the end.
const mostTokens = 65

// encoders keep their tokens, a megabyte for the largest rendition.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

type encoder struct {
	quantizers [2]*quantizer
	tokens     []token
	counts     [tokenTables << 8]uint32 // of the symbols of all tables
	predicted  [3]int32
	quantized  [64]int16
}

// Encode writes a baseline JPEG with Huffman tables made for the picture and without any metadata. quality is 1 to 100. Chroma, where
// there is any, must have half the width and height of luma, rounded up. The error is ctx's.
func Encode(ctx context.Context, m *planar.Image, quality int) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	*e = encoder{
		quantizers: [2]*quantizer{newQuantizer(&lumaTable, quality), newQuantizer(&chromaTable, quality)},
		tokens:     e.tokens[:0],
	}
	unit := 8 // an MCU's side
	if len(m.Planes) == 3 {
		unit = 16
	}
	unitsX, unitsY := ceilDiv(m.Width, unit), ceilDiv(m.Height, unit)
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
	chroma := token(min(component, 1))
	src, stride := p.Pix[min(8*y*p.Stride+8*x, len(p.Pix)):], p.Stride
	if 8*x+8 > p.Width || 8*y+8 > p.Height {
		var edge [64]byte
		for row := range 8 {
			from := p.Pix[min(8*y+row, p.Height-1)*p.Stride:]
			for column := range 8 {
				edge[8*row+column] = from[min(8*x+column, p.Width-1)]
			}
		}
		src, stride = edge[:], 8
	}
	set := forward(&e.quantized, src, stride, &e.quantizers[chroma].reciprocals)
	dc := int32(e.quantized[0])
	difference := dc - e.predicted[component]
	e.predicted[component] = dc
	e.tokenize(chroma<<9, difference, set)
}

// tokenize makes the tokens of a block out of its difference and the set of its coefficients that are not 0, in columns of eight.
func (e *encoder) tokenize(table token, difference int32, set uint64) {
	e.tokens = slices.Grow(e.tokens, mostTokens)
	tokens := e.tokens[len(e.tokens) : len(e.tokens)+mostTokens]
	tokens[0] = table | coefficient(difference)
	e.counts[tokens[0]&tokenSymbols]++
	n, last, ordered := 1, 0, uint64(0)
	for u := range order {
		ordered |= order[u][set>>(8*u)&0xff]
	}
	table |= 1 << 8
	for ordered &^= 1; ordered != 0; ordered &= ordered - 1 {
		k := bits.TrailingZeros64(ordered)
		zeros := token(k - last - 1)
		for ; zeros > 15; zeros -= 16 {
			tokens[n] = table | sixteenZero
			e.counts[(table|sixteenZero)&tokenSymbols]++
			n++
		}
		t := table | zeros<<4 | coefficient(int32(e.quantized[columns[k&63]&63]))
		tokens[n] = t
		e.counts[t&tokenSymbols]++
		n, last = n+1, k
	}
	if last < 63 {
		tokens[n] = table | endOfBlock
		e.counts[(table|endOfBlock)&tokenSymbols]++
		n++
	}
	e.tokens = e.tokens[:len(e.tokens)+n]
}

// coefficient gives the size of a value as a symbol, and its bits.
func coefficient(v int32) token {
	sign := v >> 31
	size := bits.Len32(uint32((v ^ sign) - sign))
	return token(size) | token(v+sign)&(1<<(size&31)-1)<<16
}

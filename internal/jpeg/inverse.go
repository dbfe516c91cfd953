package jpeg

import "math"

// The inverse cosine transforms. Coefficients come dequantized; samples go out clamped, 128 added.

// Constants of the 4-point transform, in 1/4096: 1, √2·cos(π/8) and √2·sin(π/8).
const (
	one4 = 4096
	cos4 = 5352
	sin4 = 2217
)

// inverse4 makes 4 × 4 samples of the lowest 4 × 4 coefficients of each block of a row. Columns come first and keep three bits of fraction
// in 16 bits, which no picture exceeds.
func inverse4(dst []byte, stride int, row []int16, factors *[16]int16, blocks int) {
	if useAVX2 && blocks > 0 {
		_, _ = row[16*(blocks+blocks&1)-1], dst[3*stride+4*(blocks+blocks&1)-1]
		inverse4AVX2(&dst[0], stride, &row[0], factors, blocks)
		return
	}
	for x := range blocks {
		inverse4Block(dst[4*x:], stride, (*[16]int16)(row[16*x:]), factors)
	}
}

func inverse4Block(dst []byte, stride int, cells, factors *[16]int16) {
	var columns [16]int32
	for x := range 4 {
		f := func(at int) int32 { return int32(cells[at] * factors[at]) }
		for y, v := range butterfly4(f(2*x), f(8+2*x), f(2*x+1), f(9+2*x)) {
			columns[4*y+x] = min(max((v+1<<8)>>9, math.MinInt16), math.MaxInt16)
		}
	}
	for y := range 4 {
		out := dst[y*stride:][:4]
		for x, v := range butterfly4(columns[4*y], columns[4*y+1], columns[4*y+2], columns[4*y+3]) {
			out[x] = clamp((v+1<<17)>>18 + 128)
		}
	}
}

func butterfly4(f0, f1, f2, f3 int32) [4]int32 {
	e0, e1 := (f0+f2)*one4, (f0-f2)*one4
	o0, o1 := f1*cos4+f3*sin4, f1*sin4-f3*cos4
	return [4]int32{e0 + o0, e1 + o1, e1 - o1, e0 - o0}
}

// inverse2 makes 2 × 2 samples of the lowest 2 × 2 coefficients.
func inverse2(b *[4]int32, dst []byte, stride int) {
	const round = 4 + 128<<3
	top, bottom := dst[:2], dst[stride:][:2]
	top[0] = clamp((b[0] + b[1] + b[2] + b[3] + round) >> 3)
	top[1] = clamp((b[0] - b[1] + b[2] - b[3] + round) >> 3)
	bottom[0] = clamp((b[0] + b[1] - b[2] - b[3] + round) >> 3)
	bottom[1] = clamp((b[0] - b[1] - b[2] + b[3] + round) >> 3)
}

// Constants of the 8-point transform, in 1/2048: √2·cos(kπ/16).
const (
	w1 = 2841
	w2 = 2676
	w3 = 2408
	w5 = 1609
	w6 = 1108
	w7 = 565
	// half is √½ in 1/256.
	half = 181
)

// inverse8 makes 8 × 8 samples, by rows and then by columns (Wang's factorization of 1984).
func inverse8(b *[64]int32, dst []byte, stride int) {
	for y := range 8 {
		rowOf8((*[8]int32)(b[8*y:]))
	}
	for x := range 8 {
		columnOf8(b[x:], dst[x:], stride)
	}
}

func rowOf8(s *[8]int32) {
	if s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7] == 0 {
		v := s[0] << 3
		*s = [8]int32{v, v, v, v, v, v, v, v}
		return
	}
	x0, x1, x2, x3 := s[0]<<11+128, s[4]<<11, s[6], s[2]
	x4, x5, x6, x7 := s[1], s[7], s[5], s[3]
	x8 := w7 * (x4 + x5)
	x4, x5 = x8+(w1-w7)*x4, x8-(w1+w7)*x5
	x8 = w3 * (x6 + x7)
	x6, x7 = x8-(w3-w5)*x6, x8-(w3+w5)*x7
	x0, x8 = x0-x1, x0+x1
	x1 = w6 * (x3 + x2)
	x2, x3 = x1-(w2+w6)*x2, x1+(w2-w6)*x3
	x1, x4 = x4+x6, x4-x6
	x6, x5 = x5+x7, x5-x7
	x7, x8 = x8+x3, x8-x3
	x3, x0 = x0+x2, x0-x2
	x2, x4 = (half*(x4+x5)+128)>>8, (half*(x4-x5)+128)>>8
	s[0], s[1], s[2], s[3] = (x7+x1)>>8, (x3+x2)>>8, (x0+x4)>>8, (x8+x6)>>8
	s[4], s[5], s[6], s[7] = (x8-x6)>>8, (x0-x4)>>8, (x3-x2)>>8, (x7-x1)>>8
}

func columnOf8(b []int32, dst []byte, stride int) {
	b = b[:57]
	y0, y1, y2, y3 := b[0]<<8+8192, b[32]<<8, b[48], b[16]
	y4, y5, y6, y7 := b[8], b[56], b[40], b[24]
	y8 := w7*(y4+y5) + 4
	y4, y5 = (y8+(w1-w7)*y4)>>3, (y8-(w1+w7)*y5)>>3
	y8 = w3*(y6+y7) + 4
	y6, y7 = (y8-(w3-w5)*y6)>>3, (y8-(w3+w5)*y7)>>3
	y0, y8 = y0-y1, y0+y1
	y1 = w6*(y3+y2) + 4
	y2, y3 = (y1-(w2+w6)*y2)>>3, (y1+(w2-w6)*y3)>>3
	y1, y4 = y4+y6, y4-y6
	y6, y5 = y5+y7, y5-y7
	y7, y8 = y8+y3, y8-y3
	y3, y0 = y0+y2, y0-y2
	y2, y4 = (half*(y4+y5)+128)>>8, (half*(y4-y5)+128)>>8
	for i, v := range [8]int32{y7 + y1, y3 + y2, y0 + y4, y8 + y6, y8 - y6, y0 - y4, y3 - y2, y7 - y1} {
		dst[i*stride] = clamp(v>>14 + 128)
	}
}

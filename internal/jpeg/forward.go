package jpeg

import "math"

// forward transforms 8 × 8 samples and quantizes the coefficients, rounding half to even, and tells the set of those that are not 0. dst,
// reciprocals and the set are in columns of eight: 8 × horizontal + vertical frequency. It is the factorization of Arai, Agui and Nakajima, whose scaling is part of the reciprocals, in
// 32-bit floating point; each step is rounded on its own, so that the assembly gives the same.
func forward(dst *[64]int16, src []byte, stride int, reciprocals *[64]float32) (set uint64) {
	if useAVX2 {
		_ = src[7*stride+7]
		return forwardAVX2(dst, &src[0], stride, reciprocals)
	}
	var block [64]float32
	for x := range 8 {
		var column [8]float32
		for y := range 8 {
			column[y] = float32(src[y*stride+x]) - 128
		}
		forward8(&column)
		for v := range 8 {
			block[8*v+x] = column[v]
		}
	}
	for v := range 8 {
		row := (*[8]float32)(block[8*v:])
		forward8(row)
		for u := range 8 {
			i := 8*u + v
			scaled := math.RoundToEven(float64(float32(row[u] * reciprocals[i])))
			dst[i] = int16(min(max(scaled, math.MinInt16), math.MaxInt16))
			if dst[i] != 0 {
				set |= 1 << i
			}
		}
	}
	return set
}

// The rotations of the transform.
const (
	r707  float32 = 0.70710677 // cos(4π/16)
	r382  float32 = 0.38268343 // cos(6π/16)
	r541  float32 = 0.5411961  // cos(2π/16) - cos(6π/16)
	r1306 float32 = 1.306563   // cos(2π/16) + cos(6π/16)
)

// forward8 is the transform of one column or row. The conversions keep compilers from fusing a multiplication with an addition.
func forward8(s *[8]float32) {
	t0, t7 := s[0]+s[7], s[0]-s[7]
	t1, t6 := s[1]+s[6], s[1]-s[6]
	t2, t5 := s[2]+s[5], s[2]-s[5]
	t3, t4 := s[3]+s[4], s[3]-s[4]

	e0, e3 := t0+t3, t0-t3
	e1, e2 := t1+t2, t1-t2
	s[0], s[4] = e0+e1, e0-e1
	z1 := float32((e2 + e3) * r707)
	s[2], s[6] = e3+z1, e3-z1

	o0, o1, o2 := t4+t5, t5+t6, t6+t7
	z5 := float32((o0 - o2) * r382)
	z2 := float32(o0*r541) + z5
	z4 := float32(o2*r1306) + z5
	z3 := float32(o1 * r707)
	z11, z13 := t7+z3, t7-z3
	s[5], s[3] = z13+z2, z13-z2
	s[1], s[7] = z11+z4, z11-z4
}

// scales are the factors that the transform leaves in the coefficients of each frequency.
var scales = [8]float64{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}

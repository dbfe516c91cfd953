package imaging

import (
	"image"
	"math"
	"sync"
)

// encodeSRGB is the transfer function of IEC 61966-2-1, from linear light to the coded value, both 0…1.
func encodeSRGB(linear float64) float64 {
	if linear <= 0.0031308 {
		return 12.92 * linear
	}
	return 1.055*math.Pow(linear, 1/2.4) - 0.055
}

// linearSteps is fine enough that the steepest part of the curve, near black, advances by less than one coded value a step.
const linearSteps = 1 << 13

var srgbTable = sync.OnceValue(func() *[linearSteps]uint8 {
	var table [linearSteps]uint8
	for i := range table {
		table[i] = uint8(255*encodeSRGB(float64(i)/(linearSteps-1)) + 0.5)
	}
	return &table
})

// convert takes the opaque picture's colours to sRGB in place; those that sRGB cannot show are clipped. A nil space is sRGB.
func (s *colorSpace) convert(picture *image.RGBA) {
	if s == nil {
		return
	}
	table, m := srgbTable(), &s.matrix
	encode := func(linear float32) uint8 {
		return table[int(min(max(linear, 0), 1)*(linearSteps-1)+0.5)]
	}
	for i := 0; i+4 <= len(picture.Pix); i += 4 {
		px := picture.Pix[i : i+3 : i+3]
		r, g, b := s.curves[0][px[0]], s.curves[1][px[1]], s.curves[2][px[2]]
		px[0] = encode(m[0]*r + m[1]*g + m[2]*b)
		px[1] = encode(m[3]*r + m[4]*g + m[5]*b)
		px[2] = encode(m[6]*r + m[7]*g + m[8]*b)
	}
}

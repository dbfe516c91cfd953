package imaging

import (
	"image"
	"image/color"
	"math"
	"sync"

	"styleshare/internal/planar"
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
	for i := 0; i+4 <= len(picture.Pix); i += 4 {
		px := picture.Pix[i : i+3 : i+3]
		px[0], px[1], px[2] = s.toSRGB(px[0], px[1], px[2])
	}
}

// toSRGB converts one colour.
func (s *colorSpace) toSRGB(red, green, blue uint8) (r, g, b uint8) {
	table, m := srgbTable(), &s.matrix
	encode := func(linear float32) uint8 {
		return table[int(min(max(linear, 0), 1)*(linearSteps-1)+0.5)]
	}
	x, y, z := s.curves[0][red], s.curves[1][green], s.curves[2][blue]
	return encode(m[0]*x + m[1]*y + m[2]*z), encode(m[3]*x + m[4]*y + m[5]*z), encode(m[6]*x + m[7]*y + m[8]*z)
}

// convertPlanes is convert for a picture of planes with chroma of half the size: each chroma sample is converted with the mean luma
// of its four pixels, whose luma all change by what the mean does.
func (s *colorSpace) convertPlanes(m *planar.Image) {
	if s == nil || len(m.Planes) != 3 {
		return
	}
	luma, cbs, crs := &m.Planes[0], &m.Planes[1], &m.Planes[2]
	for y := range cbs.Height {
		top := luma.Pix[2*y*luma.Stride:]
		bottom := luma.Pix[min(2*y+1, luma.Height-1)*luma.Stride:]
		cbRow, crRow := cbs.Pix[y*cbs.Stride:], crs.Pix[y*crs.Stride:]
		for x := range cbs.Width {
			left, right := 2*x, min(2*x+1, luma.Width-1)
			mean := (int32(top[left]) + int32(top[right]) + int32(bottom[left]) + int32(bottom[right]) + 2) / 4
			cb, cr := int32(cbRow[x])-128, int32(crRow[x])-128
			r, g, b := s.toSRGB(fullRange.red(mean, cr), fullRange.green(mean, cb, cr), fullRange.blue(mean, cb))
			var became uint8
			became, cbRow[x], crRow[x] = color.RGBToYCbCr(r, g, b)
			change := int32(became) - mean
			for _, row := range [][]byte{top, bottom}[:min(2, luma.Height-2*y)] {
				row[left] = clamp(int32(row[left]) + change)
				if right > left {
					row[right] = clamp(int32(row[right]) + change)
				}
			}
		}
	}
}

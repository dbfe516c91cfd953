package imaging

import (
	"image"
	"image/color"
)

// rowReader writes the pixels of row y from column x on into dst, three bytes each, flattened on white.
type rowReader func(dst []uint8, x, y int)

// readerOf picks the reader for the types that decoders give for nearly every photo; the rest takes the slow general way.
func readerOf(picture image.Image, format Format) rowReader {
	switch m := picture.(type) {
	case *image.YCbCr:
		if format == WebP {
			return yCbCrRows(m, studioRange)
		}
		return yCbCrRows(m, fullRange)
	case *image.NYCbCrA:
		return translucentRows(yCbCrRows(&m.YCbCr, studioRange), m)
	case *image.Gray:
		return grayRows(m)
	case *image.NRGBA:
		return nrgbaRows(m)
	case *image.RGBA:
		return rgbaRows(m)
	case image.RGBA64Image:
		return anyRows(m.RGBA64At)
	}
	return anyRows(func(x, y int) color.RGBA64 {
		return color.RGBA64Model.Convert(picture.At(x, y)).(color.RGBA64)
	})
}

// yCbCrMatrix converts ITU-R BT.601 luma and chroma to RGB, in units of 1/65536.
type yCbCrMatrix struct {
	black                                 int32 // the luma of black
	luma, redCr, greenCb, greenCr, blueCb int32
}

// JPEG codes luma from 0 to 255, WebP from 16 to 235 and chroma from 16 to 240, as video does. Package webp gives a picture of the
// first kind for both; reading it as such would wash out black and white.
var (
	fullRange   = yCbCrMatrix{luma: 65536, redCr: 91881, greenCb: 22554, greenCr: 46802, blueCb: 116130}
	studioRange = yCbCrMatrix{black: 16, luma: 76309, redCr: 104597, greenCb: 25675, greenCr: 53279, blueCb: 132201}
)

func (t *yCbCrMatrix) red(luma, cr int32) uint8 {
	return clamp(((luma-t.black)*t.luma + t.redCr*cr + 1<<15) >> 16)
}

func (t *yCbCrMatrix) green(luma, cb, cr int32) uint8 {
	return clamp(((luma-t.black)*t.luma - t.greenCb*cb - t.greenCr*cr + 1<<15) >> 16)
}

func (t *yCbCrMatrix) blue(luma, cb int32) uint8 {
	return clamp(((luma-t.black)*t.luma + t.blueCb*cb + 1<<15) >> 16)
}

func yCbCrRows(m *image.YCbCr, t yCbCrMatrix) rowReader {
	return func(dst []uint8, x, y int) {
		for ; len(dst) >= 3; x, dst = x+1, dst[3:] {
			chroma := m.COffset(x, y)
			luma, cb, cr := int32(m.Y[m.YOffset(x, y)]), int32(m.Cb[chroma])-128, int32(m.Cr[chroma])-128
			dst[0], dst[1], dst[2] = t.red(luma, cr), t.green(luma, cb, cr), t.blue(luma, cb)
		}
	}
}

func clamp(v int32) uint8 { return uint8(min(max(v, 0), 255)) }

// onWhite lays a channel of a pixel with straight alpha on white.
func onWhite(v, alpha uint8) uint8 {
	return uint8((uint32(v)*uint32(alpha) + 255*(255-uint32(alpha)) + 127) / 255)
}

func translucentRows(opaque rowReader, m *image.NYCbCrA) rowReader {
	return func(dst []uint8, x, y int) {
		opaque(dst, x, y)
		for ; len(dst) >= 3; x, dst = x+1, dst[3:] {
			if a := m.A[m.AOffset(x, y)]; a != 255 {
				dst[0], dst[1], dst[2] = onWhite(dst[0], a), onWhite(dst[1], a), onWhite(dst[2], a)
			}
		}
	}
}

func grayRows(m *image.Gray) rowReader {
	return func(dst []uint8, x, y int) {
		for src := m.Pix[m.PixOffset(x, y):]; len(dst) >= 3; src, dst = src[1:], dst[3:] {
			dst[0], dst[1], dst[2] = src[0], src[0], src[0]
		}
	}
}

func nrgbaRows(m *image.NRGBA) rowReader {
	return func(dst []uint8, x, y int) {
		for src := m.Pix[m.PixOffset(x, y):]; len(dst) >= 3; src, dst = src[4:], dst[3:] {
			if a := src[3]; a == 255 {
				copy(dst[:3], src)
			} else {
				dst[0], dst[1], dst[2] = onWhite(src[0], a), onWhite(src[1], a), onWhite(src[2], a)
			}
		}
	}
}

// rgbaRows reads premultiplied pixels, which lack just the white that shines through.
func rgbaRows(m *image.RGBA) rowReader {
	return func(dst []uint8, x, y int) {
		for src := m.Pix[m.PixOffset(x, y):]; len(dst) >= 3; src, dst = src[4:], dst[3:] {
			white := 255 - src[3]
			dst[0], dst[1], dst[2] = src[0]+white, src[1]+white, src[2]+white
		}
	}
}

func anyRows(at func(x, y int) color.RGBA64) rowReader {
	return func(dst []uint8, x, y int) {
		for ; len(dst) >= 3; x, dst = x+1, dst[3:] {
			c := at(x, y)
			white := 0xffff - c.A
			dst[0], dst[1], dst[2] = uint8((c.R+white)>>8), uint8((c.G+white)>>8), uint8((c.B+white)>>8)
		}
	}
}

package imaging

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
)

// pixels is a photo that a decoder gave as an image.Image, as stored, with what it takes to show it: a PNG, a WebP, and the JPEGs that
// the codec does not read.
type pixels struct {
	rows        rowReader
	area        image.Rectangle
	orientation int
	space       *colorSpace
}

func pixelsOf(m image.Image, head header) *pixels {
	return &pixels{readerOf(m, head.format), m.Bounds(), head.orientation, parseProfile(head.profile)}
}

// part makes an upright sRGB picture of width × height out of a part of the photo. Colours and orientation are seen to after
// scaling, when few pixels are left.
func (p *pixels) part(part image.Rectangle, width, height int) rgbaPicture {
	width, height = swapped(width, height, p.orientation)
	small := shrink(p.rows, part, width, height)
	p.space.convert(small)
	return rgbaPicture{upright(small, p.orientation)}
}

func (p *pixels) shrink(_ context.Context, width, height int) (picture, error) {
	return p.part(p.area, width, height), nil
}

func (p *pixels) square(_ context.Context, side int) (picture, error) {
	return p.part(centerSquare(p.area), side, side), nil
}

// rgbaPicture is a picture of pixels.
type rgbaPicture struct{ *image.RGBA }

func (m rgbaPicture) size() (width, height int) { return m.Rect.Dx(), m.Rect.Dy() }

func (m rgbaPicture) scale(_ context.Context, width, height int) (picture, error) {
	return rgbaPicture{scale(m.RGBA, width, height)}, nil
}

func (m rgbaPicture) square(_ context.Context, side int) (picture, error) {
	return rgbaPicture{shrink(rgbaRows(m.RGBA), centerSquare(m.Rect), side, side)}, nil
}

func (m rgbaPicture) tiny(_ context.Context, width, height int) (*image.RGBA, error) {
	return scale(m.RGBA, width, height), nil
}

func (m rgbaPicture) encode(context.Context) ([]byte, error) {
	var buf bytes.Buffer
	err := jpeg.Encode(&buf, m.RGBA, &jpeg.Options{Quality: jpegQuality})
	return buf.Bytes(), err
}

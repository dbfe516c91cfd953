package imaging

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
)

// jpegQuality keeps gradients of skin and cloth free of visible blocks; a 1280-pixel photo takes about 200 KB.
const jpegQuality = 82

// thumbSide is the side of the largest THUMB, in pixels.
const thumbSide = 150

// bounds are the widths that the contract promises. Heights end at twice the width, so that a strip of any length stays small:
// a 9:16 photo keeps all its width, and a screenshot of the slimmest phones (9:21) six sevenths.
var bounds = [...]struct {
	size          Size
	width, height int
}{
	{Large, 1280, 2560},
	{Medium, 640, 1280},
	{Small, 320, 640},
}

// render makes everything of a Result. The large rendition is made from the photo and each of the others from the next larger one;
// the dimensions of all are the photo's own, scaled.
func render(ctx context.Context, picture image.Image, head header) (*Result, error) {
	width, height := swapped(head.width, head.height, head.orientation)
	result := &Result{Width: width, Height: height}
	source := photo{
		rows:        readerOf(picture, head.format),
		area:        picture.Bounds(),
		orientation: head.orientation,
		space:       parseProfile(head.profile),
	}
	var levels [len(bounds)]*image.RGBA
	for i, b := range bounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w, h := fit(width, height, b.width, b.height)
		if i == 0 {
			levels[i] = source.shrink(source.area, w, h)
		} else {
			levels[i] = scale(levels[i-1], w, h)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	thumb := source.thumb(levels[:])
	pictures := [...]*image.RGBA{thumb, levels[2], levels[1], levels[0]}
	if err := result.encode(ctx, pictures); err != nil {
		return nil, err
	}
	return result, result.describe(levels[len(levels)-1])
}

// photo is the decoded picture as stored, with what it takes to show it.
type photo struct {
	rows        rowReader
	area        image.Rectangle
	orientation int
	space       *colorSpace
}

// shrink makes an upright sRGB picture of width × height out of a part of the photo. Colours and orientation are seen to after
// scaling, when few pixels are left.
func (p *photo) shrink(part image.Rectangle, width, height int) *image.RGBA {
	width, height = swapped(width, height, p.orientation)
	small := shrink(p.rows, part, width, height)
	p.space.convert(small)
	return upright(small, p.orientation)
}

// thumb cuts the centre square out of the smallest level that has enough pixels; of a long strip that is only the photo itself.
func (p *photo) thumb(levels []*image.RGBA) *image.RGBA {
	side := min(thumbSide, p.area.Dx(), p.area.Dy())
	for i := len(levels) - 1; i >= 0; i-- {
		if square := centerSquare(levels[i].Rect); square.Dx() >= side {
			return shrink(rgbaRows(levels[i]), square, side, side)
		}
	}
	return p.shrink(centerSquare(p.area), side, side)
}

// encode fills the renditions from pictures in the order of their sizes. A small photo's sizes may be one and the same picture.
func (r *Result) encode(ctx context.Context, pictures [4]*image.RGBA) error {
	for i, size := range [...]Size{Thumb, Small, Medium, Large} {
		if err := ctx.Err(); err != nil {
			return err
		}
		m := pictures[i]
		r.Renditions[i] = Rendition{Size: size, Width: m.Rect.Dx(), Height: m.Rect.Dy()}
		if i > 0 && m == pictures[i-1] {
			r.Renditions[i].JPEG = r.Renditions[i-1].JPEG
			continue
		}
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: jpegQuality}); err != nil {
			return fmt.Errorf("encode the %s rendition: %w", size, err)
		}
		r.Renditions[i].JPEG = buf.Bytes()
	}
	return nil
}

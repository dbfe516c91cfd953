package imaging

import (
	"context"
	"fmt"
	"image"
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

// source is a photo whose pixels are there. Both ways give upright pictures in sRGB, neither larger than the photo.
type source interface {
	// shrink scales all of it; width and height are upright.
	shrink(ctx context.Context, width, height int) (picture, error)
	// square scales the largest square in its middle.
	square(ctx context.Context, side int) (picture, error)
}

// picture is a rendition before it is encoded.
type picture interface {
	size() (width, height int)
	scale(ctx context.Context, width, height int) (picture, error)
	square(ctx context.Context, side int) (picture, error)
	encode(ctx context.Context) ([]byte, error)
	// tiny scales it to a few pixels, which may be more than it has.
	tiny(ctx context.Context, width, height int) (*image.RGBA, error)
}

// render makes everything of a Result. The large rendition is made from the photo and each of the others from the next larger one;
// the dimensions of all are the photo's own, scaled.
func render(ctx context.Context, photo source, head header) (result *Result, err error) {
	width, height := swapped(head.width, head.height, head.orientation)
	result = &Result{Width: width, Height: height}
	var levels [len(bounds)]picture
	for i, b := range bounds {
		if err = ctx.Err(); err != nil {
			return nil, err
		}
		w, h := fit(width, height, b.width, b.height)
		if i == 0 {
			levels[i], err = photo.shrink(ctx, w, h)
		} else {
			levels[i], err = levels[i-1].scale(ctx, w, h)
		}
		if err != nil {
			return nil, err
		}
	}
	thumb, err := thumbOf(ctx, photo, levels[:], min(thumbSide, width, height))
	if err != nil {
		return nil, err
	}
	if err = result.encode(ctx, [...]picture{thumb, levels[2], levels[1], levels[0]}); err != nil {
		return nil, err
	}
	if err = result.describe(ctx, levels[len(levels)-1]); err != nil {
		return nil, err
	}
	return result, nil
}

// thumbOf cuts the centre square out of the smallest level that has enough pixels; of a long strip that is only the photo itself.
func thumbOf(ctx context.Context, photo source, levels []picture, side int) (picture, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := len(levels) - 1; i >= 0; i-- {
		if w, h := levels[i].size(); min(w, h) >= side {
			return levels[i].square(ctx, side)
		}
	}
	return photo.square(ctx, side)
}

// encode fills the renditions from pictures in the order of their sizes. A small photo's sizes may be one and the same picture.
func (r *Result) encode(ctx context.Context, pictures [4]picture) (err error) {
	for i, size := range [...]Size{Thumb, Small, Medium, Large} {
		if err = ctx.Err(); err != nil {
			return err
		}
		width, height := pictures[i].size()
		r.Renditions[i] = Rendition{Size: size, Width: width, Height: height}
		if i > 0 && pictures[i] == pictures[i-1] {
			r.Renditions[i].JPEG = r.Renditions[i-1].JPEG
			continue
		}
		if r.Renditions[i].JPEG, err = pictures[i].encode(ctx); err != nil {
			return fmt.Errorf("encode the %s rendition: %w", size, err)
		}
	}
	return nil
}

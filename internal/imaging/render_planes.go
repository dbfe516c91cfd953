package imaging

import (
	"context"
	"errors"
	"image"

	"styleshare/internal/jpeg"
	"styleshare/internal/planar"
)

// planes is a photo of a JPEG as the codec gives it: luma and chroma, not much larger than the largest rendition.
type planes struct {
	decoded       *planar.Image
	width, height int // of the photo as stored
	orientation   planar.Orientation
	space         *colorSpace
}

// planesOf decodes a JPEG at the scale that the largest rendition needs. The error is jpeg.ErrUnsupported for a kind that only the
// standard library reads.
func planesOf(ctx context.Context, file []byte, head header) (*planes, error) {
	p := &planes{width: head.width, height: head.height, orientation: planar.Orientation(head.orientation), space: parseProfile(head.profile)}
	var err error
	p.decoded, err = jpeg.Decode(ctx, file[:head.end], head.needed)
	if _, ok := errors.AsType[jpeg.FormatError](err); ok {
		return nil, reject(Unreadable, "%v", err)
	}
	return p, err
}

// needed gives the size, as stored, that the renditions of a photo are made from.
func (h *header) needed(width, height int) (int, int) {
	upWidth, upHeight := swapped(width, height, h.orientation)
	wide, high := fit(upWidth, upHeight, bounds[0].width, bounds[0].height)
	// A strip's thumbnail is made of its shorter side, which the largest rendition may have too few pixels of.
	if side := min(thumbSide, width, height); min(wide, high) < side {
		return width, height
	}
	return swapped(wide, high, h.orientation)
}

func (p *planes) part(ctx context.Context, part planar.Window, width, height int) (picture, error) {
	width, height = swapped(width, height, int(p.orientation))
	m, err := p.decoded.Resize(ctx, part, width, height, p.orientation)
	if err != nil {
		return nil, err
	}
	p.space.convertPlanes(m)
	return planarPicture{m}, nil
}

func (p *planes) shrink(ctx context.Context, width, height int) (picture, error) {
	return p.part(ctx, planar.Whole, width, height)
}

func (p *planes) square(ctx context.Context, side int) (picture, error) {
	return p.part(ctx, planar.CenterSquare(p.width, p.height), side, side)
}

// planarPicture is a picture of planes.
type planarPicture struct{ *planar.Image }

func (m planarPicture) size() (width, height int) { return m.Width, m.Height }

func (m planarPicture) scale(ctx context.Context, width, height int) (picture, error) {
	if width == m.Width && height == m.Height {
		return m, nil
	}
	return m.part(ctx, planar.Whole, width, height)
}

func (m planarPicture) square(ctx context.Context, side int) (picture, error) {
	return m.part(ctx, planar.CenterSquare(m.Width, m.Height), side, side)
}

func (m planarPicture) part(ctx context.Context, part planar.Window, width, height int) (picture, error) {
	out, err := m.Resize(ctx, part, width, height, 1)
	return planarPicture{out}, err
}

func (m planarPicture) encode(ctx context.Context) ([]byte, error) {
	return jpeg.Encode(ctx, m.Image, jpegQuality)
}

func (m planarPicture) tiny(ctx context.Context, width, height int) (*image.RGBA, error) {
	small, err := m.Resize(ctx, planar.Whole, width, height, 1)
	if err != nil {
		return nil, err
	}
	out := image.NewRGBA(rectOf(width, height))
	for y := range height {
		for x := range width {
			at := out.Pix[out.PixOffset(x, y):][:4]
			luma := int32(small.Planes[0].Pix[y*small.Planes[0].Stride+x])
			var cb, cr int32
			if len(small.Planes) == 3 {
				chroma := y/2*small.Planes[1].Stride + x/2
				cb, cr = int32(small.Planes[1].Pix[chroma])-128, int32(small.Planes[2].Pix[chroma])-128
			}
			at[0], at[1], at[2], at[3] = fullRange.red(luma, cr), fullRange.green(luma, cb, cr), fullRange.blue(luma, cb), 255
		}
	}
	return out, nil
}

package planar

import "context"

// Window is a part of a picture, as fractions of its width and height.
type Window struct{ X, Y, Width, Height float64 }

// Whole is all of a picture.
var Whole = Window{0, 0, 1, 1}

// CenterSquare is the largest square in the middle of a picture of the given shape.
func CenterSquare(width, height int) Window {
	w, h := float64(width), float64(height)
	if w > h {
		return Window{(w - h) / 2 / w, 0, h / w, 1}
	}
	return Window{0, (h - w) / 2 / h, 1, w / h}
}

// Orientation is EXIF's: 1 to 8. 1 is upright, 5 to 8 lie on their side.
type Orientation int

// turned tells whether width and height change places.
func (o Orientation) turned() bool { return o >= 5 }

// Resize scales a window of the picture to width × height, both before it is turned upright, and gives it with chroma of half the
// width and height. Turning costs nothing: scaling goes by columns twice with a transposition between, and flips write their rows from
// the end. The error is ctx's.
func (m *Image) Resize(ctx context.Context, w Window, width, height int, o Orientation) (*Image, error) {
	out := &Image{Width: width, Height: height, Planes: make([]Plane, len(m.Planes))}
	if o.turned() {
		out.Width, out.Height = height, width
	}
	for i := range m.Planes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		target := extent{width, height, float64(width), float64(height)}
		if i > 0 {
			target = extent{(width + 1) / 2, (height + 1) / 2, float64(width) / 2, float64(height) / 2}
		}
		out.Planes[i] = m.Planes[i].resize(w, target, o)
	}
	return out, nil
}

// extent is a size in whole samples, and the exact one.
type extent struct {
	width, height int
	spanX, spanY  float64
}

func (p *Plane) resize(w Window, to extent, o Orientation) Plane {
	flipY := o == 3 || o == 4 || o == 6 || o == 7
	flipX := o == 2 || o == 3 || o == 7 || o == 8
	down := kernelFor(to.height, p.Height, w.Y*p.SpanY, w.Height*p.SpanY/to.spanY)
	across := kernelFor(to.width, p.Width, w.X*p.SpanX, w.Width*p.SpanX/to.spanX)

	space := workspaces.Get().(*workspace)
	defer workspaces.Put(space)
	short := planeIn(&space.first, p.Width, to.height)
	convolve(&short, p, down, flipY)
	turned := planeIn(&space.second, to.height, p.Width)
	transpose(&turned, &short)
	if o.turned() {
		lying := NewPlane(to.height, to.width)
		convolve(&lying, &turned, across, flipX)
		lying.SpanX, lying.SpanY = to.spanY, to.spanX
		return lying
	}
	narrow := planeIn(&space.first, to.height, to.width)
	convolve(&narrow, &turned, across, flipX)
	small := NewPlane(to.width, to.height)
	transpose(&small, &narrow)
	small.SpanX, small.SpanY = to.spanX, to.spanY
	return small
}

// convolve makes the rows of dst out of those of src, by columns; reverse writes them from the last to the first.
func convolve(dst, src *Plane, k kernel, reverse bool) {
	for i, start := range k.start {
		y := i
		if reverse {
			y = len(k.start) - 1 - i
		}
		row, from, weights := dst.Pix[y*dst.Stride:(y+1)*dst.Stride], src.Pix[start*src.Stride:], k.weights[i]
		if useAVX2 && src.Width >= 16 && start+2*len(weights) <= src.rows() {
			convolveAVX2(&row[0], &from[0], src.Stride, &weights[0], len(weights), src.Width)
			continue
		}
		convolveRow(row[:src.Width], from, src.Stride, weights)
	}
}

// convolveRow adds up weighted rows of src, a piece of the width at a time.
func convolveRow(dst, src []byte, stride int, weights []uint32) {
	const half = 1 << (weightBits - 1)
	var sums [1024]int32
	for x := 0; x < len(dst); x += len(sums) {
		sum := sums[:min(len(sums), len(dst)-x)]
		for i := range sum {
			sum[i] = half
		}
		for row, pair := range weights {
			addWeighted(sum, src, x+2*row*stride, int32(int16(pair)))
			addWeighted(sum, src, x+(2*row+1)*stride, int32(int16(pair>>16)))
		}
		for i, v := range sum {
			dst[x+i] = clamp(v >> weightBits)
		}
	}
}

// addWeighted leaves rows without weight alone: one may lie behind the picture.
func addWeighted(sum []int32, src []byte, at int, weight int32) {
	if weight == 0 {
		return
	}
	for i, v := range src[at : at+len(sum)] {
		sum[i] += int32(v) * weight
	}
}

package imaging

import "image"

// orientations tell, for EXIF's values 1 to 8, how the upright picture reads the stored one: with rows for columns, and from
// the right and the bottom of the stored picture.
var orientations = [9]struct{ swap, fromRight, fromBottom bool }{
	2: {fromRight: true},
	3: {fromRight: true, fromBottom: true},
	4: {fromBottom: true},
	5: {swap: true},
	6: {swap: true, fromBottom: true},
	7: {swap: true, fromRight: true, fromBottom: true},
	8: {swap: true, fromRight: true},
}

// swapped gives the dimensions of a picture after, or before, it was turned upright.
func swapped(width, height, orientation int) (int, int) {
	if orientations[orientation].swap {
		return height, width
	}
	return width, height
}

// upright turns and mirrors a stored picture.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return src
	}
	turn := orientations[orientation]
	dst := image.NewRGBA(rectOf(swapped(src.Rect.Dx(), src.Rect.Dy(), orientation)))
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sx, sy := x, y
			if turn.swap {
				sx, sy = y, x
			}
			if turn.fromRight {
				sx = src.Rect.Dx() - 1 - sx
			}
			if turn.fromBottom {
				sy = src.Rect.Dy() - 1 - sy
			}
			from, to := src.PixOffset(sx, sy), dst.PixOffset(x, y)
			copy(dst.Pix[to:to+4], src.Pix[from:from+4])
		}
	}
	return dst
}

func rectOf(width, height int) image.Rectangle { return image.Rect(0, 0, width, height) }

package imaging

import (
	"image"

	"golang.org/x/image/draw"
)

// shrink scales the part r of a picture to width × height, neither larger than r's. A box filter first brings it down by a
// whole factor to no more than twice the target: it is fast, reads each pixel once, and leaves the exact filter little to hold.
func shrink(rows rowReader, r image.Rectangle, width, height int) *image.RGBA {
	factor := min(ceilDiv(r.Dx(), 2*width), ceilDiv(r.Dy(), 2*height))
	return scale(average(rows, r, factor), width, height)
}

// scale resamples with the Catmull-Rom kernel on the coded values, without linearizing, as most image servers do.
func scale(src *image.RGBA, width, height int) *image.RGBA {
	if src.Rect.Dx() == width && src.Rect.Dy() == height {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(dst, dst.Rect, src, src.Rect, draw.Src, nil)
	return dst
}

// average reads the part r and takes the mean of each square of factor × factor pixels; the last ones of a row or column may be narrower.
func average(rows rowReader, r image.Rectangle, factor int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, ceilDiv(r.Dx(), factor), ceilDiv(r.Dy(), factor)))
	row, sums := make([]uint8, 3*r.Dx()), make([]uint32, 3*dst.Rect.Dx())
	for y := range dst.Rect.Dy() {
		clear(sums)
		top, bottom := r.Min.Y+y*factor, min(r.Min.Y+(y+1)*factor, r.Max.Y)
		for sy := top; sy < bottom; sy++ {
			rows(row, r.Min.X, sy)
			addRow(sums, row, factor)
		}
		meanRow(dst.Pix[y*dst.Stride:(y+1)*dst.Stride], sums, bottom-top, factor, r.Dx())
	}
	return dst
}

func addRow(sums []uint32, row []uint8, factor int) {
	for ; len(sums) >= 3; sums = sums[3:] {
		n := min(3*factor, len(row))
		for i := 0; i+3 <= n; i += 3 {
			sums[0] += uint32(row[i])
			sums[1] += uint32(row[i+1])
			sums[2] += uint32(row[i+2])
		}
		row = row[n:]
	}
}

// meanRow divides the sums by the size of their square: rows high and factor wide, less for the last of a width that factor does not divide.
func meanRow(dst []uint8, sums []uint32, rows, factor, width int) {
	for ; len(dst) >= 4; dst, sums, width = dst[4:], sums[3:], width-factor {
		n := uint32(rows * min(factor, width))
		dst[0] = uint8((sums[0] + n/2) / n)
		dst[1] = uint8((sums[1] + n/2) / n)
		dst[2] = uint8((sums[2] + n/2) / n)
		dst[3] = 255
	}
}

// fit gives the largest dimensions of the same shape as width × height that are neither larger than that nor than the bounds.
func fit(width, height, maxWidth, maxHeight int) (int, int) {
	if width <= maxWidth && height <= maxHeight {
		return width, height
	}
	if width*maxHeight >= height*maxWidth {
		return maxWidth, max(1, (height*maxWidth+width/2)/width)
	}
	return max(1, (width*maxHeight+height/2)/height), maxHeight
}

// centerSquare is the largest square in the middle of r.
func centerSquare(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	x, y := r.Min.X+(r.Dx()-side)/2, r.Min.Y+(r.Dy()-side)/2
	return image.Rect(x, y, x+side, y+side)
}

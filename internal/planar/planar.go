// Package planar holds pictures as planes of 8-bit samples, one for each channel, and scales, turns and crops them.
//
// A photo comes out of a JPEG as luma and two smaller planes of chroma, and goes into the next one as such. Never leaving
// that form spares the conversion to RGB and back and two thirds of the arithmetic of scaling.
//
// The hot loops have AVX2 versions for amd64; the plain Go beside them gives the same bytes and is what other processors run.
package planar

import "sync"

// Plane is one channel of a picture.
type Plane struct {
	// Width and Height are the samples that belong to the picture.
	Width, Height int
	// SpanX and SpanY are the exact size of the picture in samples: less than Width and Height by a fraction where a
	// picture that was scaled or subsampled does not end with a sample.
	SpanX, SpanY float64
	// Stride is the distance of two rows in Pix, in bytes. Rows and strides beyond the picture may hold anything.
	Stride int
	Pix    []byte
}

// padding is what strides and row counts are multiples of, so that whole vectors and blocks may be written.
const padding = 16

func pad(n int) int { return (n + padding - 1) / padding * padding }

// NewPlane makes a plane of zeros that the picture fills exactly. Its stride and number of rows are multiples of 16.
func NewPlane(width, height int) Plane {
	var pix []byte
	return planeIn(&pix, width, height)
}

// workspace is where resize keeps what lies between a plane and its scaled one: megabytes for a photo, that would have to be zeroed,
// and collected, every time.
type workspace struct{ first, second []byte }

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// planeIn makes a plane of whatever is in a buffer, which grows where it is too small. It fills its span.
func planeIn(buffer *[]byte, width, height int) Plane {
	stride := pad(width)
	if size := stride * pad(height); len(*buffer) < size {
		*buffer = make([]byte, size)
	}
	return Plane{
		Width: width, Height: height, SpanX: float64(width), SpanY: float64(height),
		Stride: stride, Pix: (*buffer)[:stride*pad(height)],
	}
}

// rows is how many rows Pix holds, padding included.
func (p *Plane) rows() int { return len(p.Pix) / p.Stride }

// Image is a picture: one plane of luma, or luma, Cb and Cr in the full range of JFIF (ITU-R BT.601). Chroma planes may have
// fewer samples.
type Image struct {
	// Width and Height are the size of the picture, in luma samples.
	Width, Height int
	Planes        []Plane
}

func clamp(v int32) byte { return byte(min(max(v, 0), 255)) }

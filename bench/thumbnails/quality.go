package main

import (
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"os"
)

// largeWidth is the width of the largest rendition.
const largeWidth = 1280

// scaled is the photo's luma as the largest rendition should have it: Lanczos over three lobes, in floating point and rounded
// once. Both contenders aim at that kernel.
func scaled(photo *image.RGBA) *image.Gray {
	luma := make([]float64, width*height)
	for i := range luma {
		p := photo.Pix[4*i:]
		luma[i] = 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
	}
	out := image.NewGray(image.Rect(0, 0, largeWidth, largeWidth*height/width))
	narrow := resample(luma, height, width, largeWidth) // of each row
	small := transposed(resample(transposed(narrow, largeWidth), largeWidth, height, out.Rect.Dy()), out.Rect.Dy())
	for i, v := range small {
		out.Pix[i] = uint8(math.Min(math.Max(v+0.5, 0), 255))
	}
	return out
}

func transposed(values []float64, rowLength int) []float64 {
	out, rows := make([]float64, len(values)), len(values)/rowLength
	for i, v := range values {
		out[i%rowLength*rows+i/rowLength] = v
	}
	return out
}

// resample scales rows of a length to another length.
func resample(values []float64, rows, length, to int) []float64 {
	out := make([]float64, rows*to)
	per := float64(length) / float64(to)
	for x := range to {
		center := (float64(x) + 0.5) * per
		from, until := max(int(center-3*per), 0), min(int(center+3*per)+1, length)
		weights, sum := make([]float64, until-from), 0.0
		for i := range weights {
			weights[i] = lanczos((float64(from+i) + 0.5 - center) / per)
			sum += weights[i]
		}
		for y := range rows {
			v := 0.0
			for i, w := range weights {
				v += w * values[y*length+from+i]
			}
			out[y*to+x] = v / sum
		}
	}
	return out
}

func lanczos(x float64) float64 {
	switch x = math.Abs(x) * math.Pi; {
	case x < 1e-9:
		return 1
	case x >= 3*math.Pi:
		return 0
	}
	return 3 * math.Sin(x) * math.Sin(x/3) / (x * x)
}

// quality is how near a rendition's luma is to the exact scaling, in dB.
func (s source) quality(path string) (float64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	m, err := jpeg.Decode(file)
	if err != nil {
		return 0, err
	}
	got, ok := m.(*image.YCbCr)
	if !ok || got.Rect.Dx() != s.exact.Rect.Dx() || got.Rect.Dy() != s.exact.Rect.Dy() {
		return 0, fmt.Errorf("%s is a %T of %v", path, m, m.Bounds())
	}
	sum := 0.0
	for y := range s.exact.Rect.Dy() {
		for x := range s.exact.Rect.Dx() {
			d := float64(got.Y[y*got.YStride+x]) - float64(s.exact.Pix[y*s.exact.Stride+x])
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*float64(len(s.exact.Pix))/sum), nil
}

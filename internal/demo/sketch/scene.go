// Package sketch draws people in outfits: the pictures of the demo data. Everything is made of shapes of our own,
// without any file read, and the same description always gives the same picture.
package sketch

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// The size of an outfit picture and of an avatar, in pixels.
const (
	Width      = 600
	Height     = 800
	AvatarSize = 600
	quality    = 85
)

// A scene is laid out on sceneWidth × sceneHeight, whatever the size of the picture.
const (
	sceneWidth  = 1080
	sceneHeight = 1440
)

// Frame is how much of a person a picture shows.
type Frame int

// The frames.
const (
	Full  Frame = iota // head to shoes
	Knee               // head to knees
	Upper              // head to waist
	Feet               // knees to shoes
)

// Shot is one picture of somebody.
type Shot struct {
	Pose     Pose
	Backdrop Backdrop
	Frame    Frame
	Tone     int  // which colours the backdrop has
	Flip     bool // left and right exchanged
	Seed     uint64
}

const (
	headTop  = 118.0 // of a figure in the scene
	unit     = 12.25 // of the scene to one of the figure
	broaden  = 1.09  // people in pictures look better a little broader than they are
	softness = 3     // the backdrop is drawn this much smaller, and so out of focus
)

// camera maps the scene to the part of it that is taken, still at the size of a scene.
func (s Shot) camera() affine {
	zoom, x, y := 1.0, 540.0, 720.0
	switch s.Frame {
	case Full:
	case Knee:
		zoom, y = 1.42, 590
	case Upper:
		zoom, y = 1.92, 462
	case Feet:
		zoom, y = 2.05, 1085
	}
	m := affine{a: zoom, d: zoom, e: sceneWidth/2 - zoom*x, f: sceneHeight/2 - zoom*y}
	if s.Flip {
		m = affine{a: -1, d: 1, e: sceneWidth}.then(m)
	}
	return m
}

// onto maps the scene to a picture of any size.
func (s Shot) onto(c *canvas) affine {
	k := float64(c.img.Rect.Dx()) / sceneWidth
	return affine{a: k, d: k}.then(s.camera())
}

// stage maps the coordinates of a figure to the scene.
var stage = affine{a: unit * broaden, d: unit, e: sceneWidth / 2, f: headTop}

// Draw makes a picture of Width × Height pixels.
func Draw(look Look, fit Outfit, shot Shot) image.Image {
	rng := rand.New(rand.NewPCG(shot.Seed, 1))
	small := newCanvas(Width/softness, Height/softness)
	small.m = shot.onto(small)
	set := backdrops[shot.Backdrop]
	set.draw(small, set.tones[shot.Tone%len(set.tones)], rng)

	c := newCanvas(Width, Height)
	enlarge(c.img, small.img)
	c.m = shot.onto(c)
	c.weight = 1 / math.Sqrt(c.m.d*sceneWidth/Width) // seen from near, lines are finer in proportion
	c.in(stage, func() {
		f := newFigure(c, look, fit, shot.Pose)
		f.shadow()
		f.draw()
	})
	return finish(c.img, rng)
}

// Avatar makes a square picture of a face.
func Avatar(look Look, fit Outfit, back RGB) image.Image {
	c := newCanvas(AvatarSize, AvatarSize)
	c.fade(0, 0, AvatarSize, AvatarSize, back.lighter(0.35), back.darker(0.04))
	c.glow(pt{210, 170}, 420, 420, back.lighter(0.8), 0.5)
	c.weight = 0.7
	const zoom = 24.5
	c.m = affine{a: zoom, d: zoom, e: AvatarSize / 2, f: 100}
	newFigure(c, look, fit, Pose(int(look.Cut)%2)).draw()
	return finish(c.img, rand.New(rand.NewPCG(uint64(look.Cut), 2)))
}

// JPEG encodes a picture as a phone would send it.
func JPEG(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a buffer takes everything, and the sizes are ours
	}
	return b.Bytes()
}

// shadow lies on the floor, longer on the side away from the light.
func (f *figure) shadow() {
	ink := Hex(0x1c1420)
	f.glow(pt{3, 99.3}, 20, 2.6, ink, 0.32)
	for side := range 2 {
		f.glow(f.ankle[side].add(pt{sign(side) * 1.4, 5.6}), 6.4, 1.5, ink, 0.55)
	}
}

// enlarge fills dst from the 3 times smaller src with linear interpolation: first along the rows, then between them.
func enlarge(dst, src *image.RGBA) {
	h := src.Rect.Dy()
	above, below := make([]uint8, dst.Stride), make([]uint8, dst.Stride)
	widen(below, src.Pix[:src.Stride])
	for y := range h {
		above, below = below, above
		widen(below, src.Pix[min(y+1, h-1)*src.Stride:][:src.Stride])
		rows := dst.Pix[3*y*dst.Stride:][:3*dst.Stride]
		first, second, third := rows[:dst.Stride], rows[dst.Stride:2*dst.Stride], rows[2*dst.Stride:]
		copy(first, above)
		for i, a := range above {
			b := uint32(below[i])
			second[i] = uint8((2*uint32(a) + b) * 171 >> 9) // 171/512 is a third
			third[i] = uint8((uint32(a) + 2*b) * 171 >> 9)
		}
	}
}

// widen makes three pixels of each in a row.
func widen(dst, src []uint8) {
	for i := 0; i < len(src); i += 4 {
		next := src[min(i+4, len(src)-4):][:4]
		px, out := src[i:][:4], dst[3*i:][:12]
		for k := range 4 {
			a, b := uint32(px[k]), uint32(next[k])
			out[k], out[4+k], out[8+k] = px[k], uint8((2*a+b)*171>>9), uint8((a+2*b)*171>>9)
		}
	}
}

// finish turns a drawing into what a camera would have made of it: corners a little darker, grain in the brightness,
// colour at half the resolution (4:2:0), which is also the form that JPEG stores.
func finish(src *image.RGBA, rng *rand.Rand) *image.YCbCr {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewYCbCr(src.Rect, image.YCbCrSubsampleRatio420)
	across, down := falloff(w), falloff(h)
	grain := make([]int32, 2*w) // each row begins somewhere else in it
	for i := range grain {
		grain[i] = int32(rng.IntN(8)+rng.IntN(8)-7) << 14
	}
	for y := range h {
		row, out, grain := src.Pix[y*src.Stride:][:4*w], dst.Y[y*dst.YStride:][:w], grain[rng.IntN(w):][:w]
		for x := range out {
			px := row[4*x:][:3]
			luma := 19595*int32(px[0]) + 38470*int32(px[1]) + 7471*int32(px[2])
			out[x] = uint8(max(0, min(255, ((luma>>8)*(256-across[x]-down[y])+grain[x])>>16)))
		}
	}
	for y := range h / 2 {
		above, below := src.Pix[2*y*src.Stride:][:4*w], src.Pix[(2*y+1)*src.Stride:][:4*w]
		for x := range w / 2 {
			var sum [3]int32 // of the four pixels that share this colour
			for k := range sum {
				sum[k] = int32(above[8*x+k]) + int32(above[8*x+4+k]) + int32(below[8*x+k]) + int32(below[8*x+4+k])
			}
			k := (256 - across[2*x] - down[2*y]) >> 2
			o := y*dst.CStride + x
			dst.Cb[o] = uint8(128 + (k*((-11056*sum[0]-21712*sum[1]+32768*sum[2])>>16))>>8)
			dst.Cr[o] = uint8(128 + (k*((32768*sum[0]-27440*sum[1]-5328*sum[2])>>16))>>8)
		}
	}
	return dst
}

// falloff is how much darker, of 256, the lens makes a picture along one side.
func falloff(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		d := 2*float64(i)/float64(n) - 1
		out[i] = int32(26 * d * d * d * d)
	}
	return out
}

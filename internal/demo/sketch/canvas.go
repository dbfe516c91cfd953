package sketch

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// canvas draws anti-aliased shapes onto an image, through a transformation.
type canvas struct {
	img  *image.RGBA
	z    vector.Rasterizer
	mask image.Alpha
	m    affine
	// weight scales the width of every stroke: a face seen from near wants finer lines.
	weight float64
}

func newCanvas(w, h int) *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, w, h)), m: affine{a: 1, d: 1}, weight: 1}
}

// in draws with a further transformation inside the present one.
func (c *canvas) in(m affine, draw func()) {
	old := c.m
	c.m = old.then(m)
	draw()
	c.m = old
}

// fill paints the inside of a path in one colour.
func (c *canvas) fill(p path, col RGB) { c.wash(p, col, 1) }

// wash is fill with an opacity of 0 to 1.
func (c *canvas) wash(p path, col RGB, alpha float64) {
	if box := c.trace(p); !box.Empty() {
		c.z.DrawOp = draw.Over
		c.z.Draw(c.img, box, image.NewUniform(col.nrgba(alpha)), image.Point{})
	}
}

// cloth paints the inside of a path with a fabric, in the coordinates of the present transformation.
func (c *canvas) cloth(p path, f fabric) {
	box := c.trace(p)
	if box.Empty() {
		return
	}
	if n := box.Dx() * box.Dy(); n > len(c.mask.Pix) {
		c.mask.Pix = make([]uint8, n)
	}
	c.mask.Stride, c.mask.Rect = box.Dx(), image.Rect(0, 0, box.Dx(), box.Dy())
	c.z.DrawOp = draw.Src
	c.z.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
	inv := c.m.inverse()
	span := f.over(p)
	for y := range box.Dy() {
		row := c.img.Pix[c.img.PixOffset(box.Min.X, box.Min.Y+y):]
		q := inv.apply(pt{float64(box.Min.X) + 0.5, float64(box.Min.Y+y) + 0.5})
		var col RGB
		until := 0 // where col ends
		for x, a := range c.mask.Pix[y*c.mask.Stride : (y+1)*c.mask.Stride] {
			if a != 0 {
				if x >= until {
					col, until = span.at(q.x, q.y), x+span.grain
				}
				blend(row[4*x:4*x+3:4*x+3], col, uint32(a))
			}
			q.x += inv.a
			q.y += inv.b
		}
	}
}

func blend(px []uint8, c RGB, a uint32) {
	px[0] = uint8((uint32(px[0])*(255-a) + uint32(c.R)*a + 127) / 255)
	px[1] = uint8((uint32(px[1])*(255-a) + uint32(c.G)*a + 127) / 255)
	px[2] = uint8((uint32(px[2])*(255-a) + uint32(c.B)*a + 127) / 255)
}

// trace hands a closed path to the rasteriser and returns the part of the image that it touches.
func (c *canvas) trace(p path) image.Rectangle {
	dev := make(path, len(p))
	lo, hi := pt{math.Inf(1), math.Inf(1)}, pt{math.Inf(-1), math.Inf(-1)}
	for i, q := range p {
		d := c.m.apply(q)
		dev[i] = d
		lo, hi = pt{min(lo.x, d.x), min(lo.y, d.y)}, pt{max(hi.x, d.x), max(hi.y, d.y)}
	}
	box := c.begin(lo, hi)
	if !box.Empty() {
		c.polygon(dev, box.Min)
	}
	return box
}

// begin makes the rasteriser ready for shapes between two corners.
func (c *canvas) begin(lo, hi pt) image.Rectangle {
	box := image.Rect(int(math.Floor(lo.x)), int(math.Floor(lo.y)), int(math.Ceil(hi.x))+1, int(math.Ceil(hi.y))+1).Intersect(c.img.Rect)
	if !box.Empty() {
		c.z.Reset(box.Dx(), box.Dy())
	}
	return box
}

func (c *canvas) polygon(dev path, origin image.Point) {
	for i, q := range dev {
		x, y := float32(q.x-float64(origin.X)), float32(q.y-float64(origin.Y))
		if i == 0 {
			c.z.MoveTo(x, y)
		} else {
			c.z.LineTo(x, y)
		}
	}
	c.z.ClosePath()
}

// stroke draws along an open path with a round pen; width is in the present coordinates. It is done piece by piece,
// because the rasteriser works on the whole rectangle around what it is given, and that of a long line is mostly empty.
// Pieces meet where the line is nearly straight and have no round ends there, which would show in a translucent line.
func (c *canvas) stroke(p path, width float64, col RGB, alpha float64) {
	const piece = 10
	for from := 0; from < len(p)-1; {
		to := min(from+piece, len(p)-1)
		for to < len(p)-1 && bends(p[to-1], p[to], p[to+1]) {
			to++
		}
		c.strokePiece(p[from:to+1], width, col, alpha, from == 0, to == len(p)-1)
		from = to
	}
}

func (c *canvas) strokePiece(p path, width float64, col RGB, alpha float64, first, last bool) {
	half := c.weight * width / 2 * math.Sqrt(math.Abs(c.m.a*c.m.d-c.m.b*c.m.c))
	dev := make(path, len(p))
	lo, hi := pt{math.Inf(1), math.Inf(1)}, pt{math.Inf(-1), math.Inf(-1)}
	for i, q := range p {
		d := c.m.apply(q)
		dev[i] = d
		lo, hi = pt{min(lo.x, d.x-half), min(lo.y, d.y-half)}, pt{max(hi.x, d.x+half), max(hi.y, d.y+half)}
	}
	box := c.begin(lo, hi)
	if box.Empty() {
		return
	}
	end := len(dev) - 1
	for i := range dev {
		if i > 0 { // all pieces turn the same way, so that where they overlap they add up and do not cancel
			n := dev[i].sub(dev[i-1]).perp().mul(half)
			c.polygon(path{dev[i-1].add(n), dev[i-1].sub(n), dev[i].sub(n), dev[i].add(n)}, box.Min)
		}
		joint := i > 0 && i < end && (half > 3 || bends(dev[i-1], dev[i], dev[i+1]))
		if joint || i == 0 && first || i == end && last {
			c.polygon(disc(dev[i], half), box.Min)
		}
	}
	c.z.DrawOp = draw.Over
	c.z.Draw(c.img, box, image.NewUniform(col.nrgba(alpha)), image.Point{})
}

// ring strokes a closed path.
func (c *canvas) ring(p path, width float64, col RGB, alpha float64) {
	c.stroke(append(p[:len(p):len(p)], p[0]), width, col, alpha)
}

func bends(a, b, c pt) bool {
	u, v := b.sub(a), c.sub(b)
	return u.x*v.x+u.y*v.y < 0.97*u.len()*v.len()
}

// disc turns the way the pieces of a stroke do.
func disc(p pt, r float64) path {
	const n = 12
	out := make(path, n)
	for i := range out {
		s, co := math.Sincos(2 * math.Pi * float64(i) / n)
		out[i] = pt{p.x + r*co, p.y + r*s}
	}
	return out
}

// glow lays a soft ellipse of colour over the image: a shadow, a blush, a lamp.
func (c *canvas) glow(centre pt, rx, ry float64, col RGB, alpha float64) {
	scale := math.Sqrt(math.Abs(c.m.a*c.m.d - c.m.b*c.m.c))
	p, rx, ry := c.m.apply(centre), rx*scale, ry*scale
	box := image.Rect(int(p.x-rx), int(p.y-ry), int(p.x+rx)+1, int(p.y+ry)+1).Intersect(c.img.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		dy := (float64(y) + 0.5 - p.y) / ry
		for x := box.Min.X; x < box.Max.X; x++ {
			dx := (float64(x) + 0.5 - p.x) / rx
			if k := 1 - dx*dx - dy*dy; k > 0 {
				o := c.img.PixOffset(x, y)
				blend(c.img.Pix[o:o+3:o+3], col, uint32(k*k*alpha*255))
			}
		}
	}
}

// fade fills a rectangle of the image with a vertical gradient; the corners are in present coordinates.
func (c *canvas) fade(x0, y0, x1, y1 float64, top, bottom RGB) {
	p, q := c.m.apply(pt{x0, y0}), c.m.apply(pt{x1, y1})
	box := image.Rect(int(math.Round(p.x)), int(math.Round(p.y)), int(math.Round(q.x)), int(math.Round(q.y))).Canon()
	seen := box.Intersect(c.img.Rect)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		col := top.Mix(bottom, (float64(y-box.Min.Y)+0.5)/float64(box.Dy()))
		row := c.img.Pix[c.img.PixOffset(seen.Min.X, y):c.img.PixOffset(seen.Max.X, y):c.img.PixOffset(seen.Max.X, y)]
		for x := 0; x < len(row); x += 4 {
			row[x], row[x+1], row[x+2], row[x+3] = col.R, col.G, col.B, 255
		}
	}
}

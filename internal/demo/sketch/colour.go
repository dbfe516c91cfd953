package sketch

import "image/color"

// RGB is an opaque sRGB colour.
type RGB struct{ R, G, B uint8 }

// Hex reads 0xrrggbb.
func Hex(v uint32) RGB { return RGB{uint8(v >> 16), uint8(v >> 8), uint8(v)} }

// Mix goes from c to d as t goes from 0 to 1.
func (c RGB) Mix(d RGB, t float64) RGB {
	m := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*t + 0.5) }
	return RGB{m(c.R, d.R), m(c.G, d.G), m(c.B, d.B)}
}

// Luma is the brightness as the eye weighs it, 0 to 255.
func (c RGB) Luma() float64 { return 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B) }

func (c RGB) nrgba(alpha float64) color.NRGBA {
	return color.NRGBA{c.R, c.G, c.B, uint8(alpha*255 + 0.5)}
}

// darker and lighter move towards a warm black and a warm white, as light does; plain black looks like soot.
func (c RGB) darker(t float64) RGB  { return c.Mix(Hex(0x1d1420), t) }
func (c RGB) lighter(t float64) RGB { return c.Mix(Hex(0xfffaf0), t) }

// line is the colour of the outline of something of colour c: dark things get a lighter one, or their folds would be lost.
func (c RGB) line() RGB {
	if c.Luma() < 70 {
		return c.lighter(0.2)
	}
	return c.darker(0.38)
}

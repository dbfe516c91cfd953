package sketch

import "math"

// Pattern is what is woven or printed into a fabric.
type Pattern int

// The patterns.
const (
	Plain   Pattern = iota
	Stripes         // across
	Lines           // thin, along
	Check
	Gingham
	Dots
	Ribs // a knit
	Denim
)

// Cloth is the fabric of a garment as its wearer would describe it.
type Cloth struct {
	Base, Accent RGB
	Pattern      Pattern
}

// fabric is cloth on a body: it has folds, and light from the left.
type fabric struct { //nolint:recvcheck // what changes it changes a copy; what is called for each pixel makes none
	Cloth
	angle float64 // how far the pattern is turned, radians
	stiff bool    // without folds: a wall, a pot
	shade float64 // added darkness, 0 to 1, for what lies behind
	x0    float64 // where the light comes from, set by over
	width float64
	grain int // how many pixels in a row can share a colour unnoticed
	sin   float64
	cos   float64
}

func woven(c Cloth) fabric { return fabric{Cloth: c} }

// stiff is a surface without folds.
func stiff(c RGB) fabric { return fabric{Cloth: Cloth{Base: c}, stiff: true} }

func (f fabric) turned(angle float64) fabric { f.angle = angle; return f }
func (f fabric) shaded(by float64) fabric    { f.shade = by; return f }

// over makes the fabric ready for painting the inside of p.
func (f fabric) over(p path) *fabric {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, q := range p {
		lo, hi = min(lo, q.x), max(hi, q.x)
	}
	f.x0, f.width = lo, max(hi-lo, 1e-6)
	f.sin, f.cos = math.Sincos(f.angle)
	f.grain = 1
	if f.Pattern == Plain {
		f.grain = 4
	}
	return &f
}

// at is the colour at a point.
func (f *fabric) at(x, y float64) RGB {
	u, v := f.cos*x+f.sin*y, f.cos*y-f.sin*x
	c := f.Base
	if t := f.weave(u, v); t > 0 {
		c = c.Mix(f.Accent, t)
	}
	side := (x - f.x0) / f.width
	dark := f.shade + 0.16*side*side
	if !f.stiff {
		dark += fold(u*0.55+0.25*v, v*0.16)
	}
	k := int32(256 * (1 - dark))
	ch := func(v uint8) uint8 { return uint8(max(0, min(255, int32(v)*k>>8))) }
	return RGB{ch(c.R), ch(c.G), ch(c.B)}
}

// weave is how much of the accent colour shows at a place of the pattern.
func (f *fabric) weave(u, v float64) float64 {
	switch f.Pattern {
	case Stripes:
		return edge(v, 2.6, 0.42)
	case Lines:
		return 0.75 * edge(u, 1.5, 0.16)
	case Check:
		a, b := edge(u, 4.6, 0.3), edge(v, 4.6, 0.3)
		return min(1, 0.5*a+0.5*b+0.6*edge(u+2.3, 4.6, 0.06)+0.6*edge(v+2.3, 4.6, 0.06))
	case Gingham:
		return 0.5*edge(u, 1.8, 0.5) + 0.5*edge(v, 1.8, 0.5)
	case Dots:
		du, dv := frac(u/2.4+0.5*math.Floor(frac(v/4.8)*2))-0.5, frac(v/2.4)-0.5
		return max(0, min(1, (0.2-math.Hypot(du, dv))*24))
	case Ribs:
		return 0.35 * edge(u, 0.9, 0.35)
	case Denim:
		return 0.16*edge(u+v, 0.42, 0.5) + max(0, fold(u*0.2, v*0.1))*2
	case Plain:
	}
	return 0
}

// edge is 1 in the first part of every period and 0 in the rest, with a soft border.
func edge(x, period, part float64) float64 {
	t := frac(x / period)
	d := min(t, part-t) // distance into the part, negative outside
	if t > part {
		d = -min(t-part, 1-t)
	}
	return max(0, min(1, 0.5+d*period*14))
}

func frac(x float64) float64 { return x - math.Floor(x) }

// waves is one period of a gentle irregular wave, looked up in place of many sines.
var waves = func() (w [512]float64) {
	for i := range w {
		t := 2 * math.Pi * float64(i) / float64(len(w))
		w[i] = 0.5*math.Sin(t) + 0.3*math.Sin(2*t+1) + 0.2*math.Sin(5*t+2)
	}
	return w
}()

func wave(x float64) float64 { return waves[int(math.Floor(x*64))&511] }

// fold is the light and shadow of soft folds.
func fold(x, y float64) float64 { return 0.035 * wave(x+1.2*wave(y)) }

package sketch

import (
	"math"
	"slices"
)

// legs draws bare legs, socks and shoes; what covers them is drawn later.
func (f *figure) legs() {
	for _, side := range f.legOrder() {
		if f.fit.Bottom == Shorts || f.fit.Bottom == PleatedSkirt || f.fit.Bottom == LongSkirt {
			leg := limb([]pt{f.hip(side), f.knee[side], f.ankle[side]}, []float64{3.7, 2.5, 1.6})
			f.cloth(leg, woven(Cloth{Base: f.look.Skin}).shaded(-0.02))
			f.ring(leg, pen, f.look.Skin.darker(0.3), 0.6)
			f.sock(side)
		}
		f.shoe(side)
	}
}

// legOrder is the leg that stands behind first.
func (f *figure) legOrder() [2]int {
	if f.ankle[0].y > f.ankle[1].y {
		return [2]int{1, 0}
	}
	return [2]int{0, 1}
}

func (f *figure) sock(side int) {
	if f.fit.Shoes == Boots {
		return
	}
	a := f.ankle[side]
	up := a.lerp(f.knee[side], 0.3)
	col := Hex(0xf4f1ea)
	if f.fit.ShoeCloth.Base.Luma() > 200 {
		col = Hex(0xdedad2)
	}
	f.sew(tube([]pt{up, up.lerp(a, 0.5), a.add(pt{0, 1})}, []float64{1.95, 1.8, 1.8}), woven(Cloth{Base: col, Accent: col.darker(0.3), Pattern: Ribs}))
}

// neck draws the neck and what a neckline shows.
func (f *figure) neck() {
	skin := f.look.Skin
	p := outline(curve(pt{-2.1, 11}, pt{-2.2, 15}, pt{-4.4, 17.6}, pt{-5, 20}), curve(pt{0, 27}), curve(pt{5, 20}, pt{4.4, 17.6}, pt{2.2, 15}, pt{2.1, 11}))
	f.fill(p, skin)
	f.wash(blob(pt{-2.1, 12.6}, pt{0, 16.2}, pt{2.2, 13}, pt{0, 11}), skin.darker(0.4), 0.35) // the chin's shadow
	f.stroke(curve(pt{-0.6, 19.2}, pt{-2, 18.7}, pt{-3.4, 18.6}), pen*0.7, skin.darker(0.35), 0.5)
	f.stroke(curve(pt{0.6, 19.2}, pt{2, 18.7}, pt{3.4, 18.6}), pen*0.7, skin.darker(0.35), 0.5)
}

// arm draws an arm with its hand and its sleeves.
func (f *figure) arm(side int) {
	s, e, w := f.shoulder(side), f.elbow[side], f.wrist[side]
	skin := f.look.Skin
	if f.fit.Top == Tee && f.fit.Outer == NoOuter {
		for _, bare := range armPieces(s, e, w, []float64{2.2, 1.75, 1.3}) {
			f.fill(bare, skin)
			f.ring(bare, pen, skin.darker(0.3), 0.6)
		}
		f.hand(side)
		p := limb([]pt{s, s.lerp(e, 0.45), s.lerp(e, 0.82)}, []float64{2.8, 3, 3.3})
		f.sewSleeve(p, f.sleeveCloth(f.fit.TopCloth, side, s, e), side)
		return
	}
	f.hand(side)
	cloth, half := f.sleeve()
	end := w.add(w.sub(e).mul(0.02))
	for i, p := range armPieces(s, e, end, half) {
		from, to := s, e
		if i == 1 {
			from, to = e, end
		}
		fab := f.sleeveCloth(cloth, side, from, to)
		if i == 0 {
			f.sewSleeve(p, fab, side)
		} else {
			f.sew(p, fab)
		}
	}
	f.cuff(cloth, e, w, half[2])
	for _, t := range []float64{0.86, 1.12} { // creases of the elbow
		at := s.lerp(e, min(t, 1)).add(w.sub(e).mul(max(0, t-1)))
		if w.y < e.y {
			break
		}
		f.seam(cloth.Base, at.add(pt{-sign(side) * half[1] * 0.9, 0}), at.add(pt{-sign(side) * half[1] * 0.1, 0.7}))
	}
}

// sewSleeve draws a sleeve from its armhole on: what of it lies further in is cut away.
func (f *figure) sewSleeve(p path, fab fabric, side int) {
	a, b := f.armhole(side)
	f.cloth(p.cut(a, b), fab)
	n := (len(p) - capPoints) / 2
	left, right := p[:n:n], slices.Clone(p[n:2*n])
	slices.Reverse(right)
	col := fab.Base.line()
	for _, edge := range []path{left, right, {left[n-1], right[n-1]}} {
		f.stroke(edge.beyond(a, b), pen, col, 0.85)
	}
	f.stroke(path{a, a.lerp(b, 0.9)}, pen*0.8, col, 0.7)
}

// armhole is the seam between body and sleeve, so directed that the sleeve is on its right hand.
func (f *figure) armhole(side int) (a, b pt) {
	top, bottom := pt{sign(side) * (f.sw - 1.5), 18.2}, pt{sign(side) * (f.sw - 2.3), 27}
	if side == 0 {
		return top, bottom
	}
	return bottom, top
}

// armPieces is an arm in one piece, or in two where the elbow is bent so far that one would fold over itself.
func armPieces(s, e, w pt, half []float64) []path {
	u, v := e.sub(s), w.sub(e)
	if u.x*v.x+u.y*v.y > 0.1*u.len()*v.len() {
		return []path{limb([]pt{s, e, w}, half)}
	}
	return []path{limb([]pt{s, e.add(u.mul(half[1] * 0.5 / u.len()))}, half[:2]), limb([]pt{e, w}, half[1:])}
}

// sleeve is the cloth and the half widths of the outermost sleeve.
func (f *figure) sleeve() (Cloth, []float64) {
	switch f.fit.Outer {
	case Coat:
		return f.fit.OuterCloth, []float64{3.5, 3.1, 2.9}
	case Blazer:
		return f.fit.OuterCloth, []float64{3.4, 2.9, 2.6}
	case Cardigan, Windbreaker:
		return f.fit.OuterCloth, []float64{3.4, 3.3, 2.5}
	case Trucker:
		return f.fit.OuterCloth, []float64{3.3, 3, 2.3}
	case NoOuter:
	}
	switch f.fit.Top {
	case Hoodie, Sweatshirt:
		return f.fit.TopCloth, []float64{3.4, 3.3, 2.4}
	case Knit:
		return f.fit.TopCloth, []float64{3.2, 3.1, 2.4}
	case Tee, Shirt, Turtleneck:
	}
	return f.fit.TopCloth, []float64{3, 2.6, 2.1}
}

// sleeveCloth turns the pattern with the upper arm; the right sleeve lies in shadow.
func (f *figure) sleeveCloth(c Cloth, side int, s, e pt) fabric {
	d := e.sub(s)
	return woven(c).turned(-math.Atan2(d.x*math.Copysign(1, d.y), math.Abs(d.y))).shaded(0.05 * float64(side))
}

// cuff draws the end of a sleeve: the rib of a knit, the band of a shirt.
func (f *figure) cuff(c Cloth, e, w pt, half float64) {
	d := w.sub(e)
	d = d.mul(1 / d.len())
	n := d.perp().mul(half + 0.1)
	from := w.sub(d.mul(1.7))
	band := path{from.add(n), w.add(d.mul(0.25)).add(n.mul(0.93)), w.add(d.mul(0.25)).sub(n.mul(0.93)), from.sub(n)}
	c.Base = c.Base.darker(0.08)
	if f.knitted() {
		c.Pattern, c.Accent = Ribs, c.Base.darker(0.35)
	}
	f.sew(band, woven(c).turned(-d.x/max(d.y, 0.3)))
}

// knitted says whether the outermost garment ends in ribs.
func (f *figure) knitted() bool {
	if f.fit.Outer != NoOuter {
		return f.fit.Outer == Cardigan || f.fit.Outer == Windbreaker
	}
	return f.fit.Top == Hoodie || f.fit.Top == Knit || f.fit.Top == Sweatshirt || f.fit.Top == Turtleneck
}

func (f *figure) hand(side int) {
	if f.hidden[side] {
		return
	}
	e, w := f.elbow[side], f.wrist[side]
	d := w.sub(e)
	d = d.mul(1 / d.len())
	n := d.perp().mul(-sign(side))
	at := func(along, across float64) pt { return w.add(d.mul(along)).add(n.mul(across)) }
	p := blob(at(-0.6, -1.1), at(1.2, -1.45), at(3, -1.1), at(4, 0), at(3.2, 1), at(1.4, 1.35), at(-0.6, 1.1))
	thumb := blob(at(0.6, 0.8), at(1.6, 1.9), at(2.7, 1.9), at(2.5, 1.1), at(1.4, 0.4))
	skin := f.look.Skin
	for _, q := range []path{thumb, p} {
		f.fill(q, skin)
		f.ring(q, pen*0.8, skin.darker(0.3), 0.6)
	}
	f.stroke(path{at(2.4, -0.35), at(3.6, -0.2)}, pen*0.6, skin.darker(0.3), 0.5)
}

package sketch

import "math"

func (f *figure) hat() {
	c := f.fit.HatCloth
	dome := curve(pt{-5.3, -2.6}, pt{-5.1, -5.8}, pt{-2.8, -8.6}, pt{0, -9.2}, pt{2.8, -8.6}, pt{5.1, -5.8}, pt{5.3, -2.6})
	switch f.fit.Hat {
	case BallCap:
		f.sew(outline(dome, curve(pt{5.3, -2.6}, pt{0, -3.6}, pt{-5.3, -2.6})), woven(c))
		f.stroke(curve(pt{0, -9.1}, pt{0.2, -6}, pt{0, -3.5}), pen*0.7, c.Base.line(), 0.6)
		f.fill(ellipse(pt{0, -9.2}, 0.5, 0.4), c.Base.darker(0.2))
		f.stroke(path{{-0.9, -4.6}, {0, -6.6}, {0.9, -4.6}}, 0.5, c.Accent, 1)
		brim := blob(pt{-4.6, -2.9}, pt{-3.4, -1.2}, pt{0, -0.6}, pt{3.4, -1.2}, pt{4.6, -2.9}, pt{2.4, -3.5}, pt{0, -3.7}, pt{-2.4, -3.5})
		f.glow(pt{0, 0}, 4.4, 1.8, Hex(0x20120c), 0.4)
		f.sew(brim, woven(Cloth{Base: c.Base.darker(0.12)}))
	case Beanie:
		f.sew(outline(dome, curve(pt{5.3, -2.6}, pt{0, -3.4}, pt{-5.3, -2.6})), woven(Cloth{c.Base, c.Base.darker(0.3), Ribs}))
		band := outline(curve(pt{-5.5, -4.6}, pt{0, -5.6}, pt{5.5, -4.6}), curve(pt{5.4, -1.9}, pt{0, -2.8}, pt{-5.4, -1.9}))
		f.sew(band, woven(Cloth{c.Base.lighter(0.06), c.Base.darker(0.3), Ribs}))
	case Bucket:
		f.sew(outline(curve(pt{-4.9, -3.4}, pt{-4.2, -8}, pt{0, -9}, pt{4.2, -8}, pt{4.9, -3.4}), curve(pt{0, -3.6})), woven(c))
		f.sew(outline(curve(pt{-4.9, -4}, pt{0, -4.6}, pt{4.9, -4}), curve(pt{6.9, -0.6}, pt{3.4, -1.2}, pt{0, -1.3}, pt{-3.4, -1.2}, pt{-6.9, -0.6})), woven(c).shaded(0.04))
	case Beret:
		f.sew(blob(pt{-5.6, -3.2}, pt{-6.6, -5.8}, pt{-3.6, -8.9}, pt{1.4, -9.1}, pt{5.4, -6.6}, pt{5.3, -3.6}, pt{0, -4.2}), woven(c))
		f.stroke(path{{-0.8, -9.1}, {-0.6, -10.2}}, 0.5, c.Base.darker(0.1), 1)
	case NoHat:
	}
}

func (f *figure) bagBehind() {
	if f.fit.Bag == Backpack {
		c := f.fit.BagCloth
		f.sew(roundRect(-f.sw-0.7, 20.5, f.sw+0.7, 43, 5), woven(c).shaded(0.08))
	}
}

// bagStrap is the strap across the chest, under the arms.
func (f *figure) bagStrap() {
	if f.fit.Bag != Crossbody {
		return
	}
	col := f.fit.BagCloth.Base.darker(0.12)
	strap := curve(pt{f.sw - 3.6, 17.8}, pt{1, 28}, pt{-7.4, 42})
	f.stroke(strap, 1.25, col.line(), 1)
	f.stroke(strap, 0.9, col, 1)
}

// backpackStraps run over both shoulders.
func (f *figure) backpackStraps(c Cloth) {
	col := c.Base.darker(0.12)
	for _, s := range []float64{-1, 1} {
		strap := curve(pt{s * (f.sw - 3.4), 17.8}, pt{s * (f.sw - 3.1), 25}, pt{s * (f.sw - 2), 33})
		f.stroke(strap, 2, col.line(), 1)
		f.stroke(strap, 1.6, col, 1)
		f.fill(rect(s*(f.sw-2.9)-1.1, 26.2, s*(f.sw-2.9)+1.1, 27.3), c.Base.lighter(0.3))
	}
}

// bagFront is the bag itself, over the arms.
func (f *figure) bagFront() {
	c := f.fit.BagCloth
	switch f.fit.Bag {
	case Tote:
		w := f.grip()
		f.in(affine{a: 1, d: 1, e: w.x, f: w.y}, func() { f.tote(c) })
	case Crossbody:
		f.in(about(pt{-8, 45}, 0.06), func() { f.pouch(c, pt{-8.2, 45}) })
	case Shoulder:
		f.shoulderBag(c)
	case Backpack:
		f.backpackStraps(c)
	case NoBag:
	}
}

// grip is where the left hand holds something.
func (f *figure) grip() pt { return f.wrist[0].add(pt{-0.4, 2.8}) }

// tote hangs from 0, 0.
func (f *figure) tote(c Cloth) {
	handle := c.Base.darker(0.15)
	for _, x := range []float64{-0.9, 0.9} {
		f.stroke(curve(pt{x - 2.6, 8.5}, pt{x - 1.6, 2.5}, pt{x, -0.6}, pt{x + 1.6, 2.5}, pt{x + 2.6, 8.5}), 0.75, handle, 1)
	}
	f.sew(path{{-5.2, 8}, {5.2, 8}, {5.7, 21}, {-5.7, 21}}, woven(c))
	f.stroke(path{{-5.2, 9.4}, {5.2, 9.4}}, pen*0.7, c.Base.line(), 0.6)
	f.ring(ellipse(pt{0, 14.6}, 2.6, 2.6), 0.5, c.Accent, 1)
	f.stroke(curve(pt{-1.4, 15}, pt{-0.5, 13.8}, pt{0.4, 15.2}, pt{1.5, 14}), 0.5, c.Accent, 1)
}

func (f *figure) pouch(c Cloth, at pt) {
	f.in(affine{a: 1, d: 1, e: at.x, f: at.y}, func() {
		f.sew(roundRect(-4.3, -3.4, 4.3, 4, 1.3), woven(c))
		flap := outline(curve(pt{-4.4, -3.4}, pt{0, -3.7}, pt{4.4, -3.4}), curve(pt{4.4, -0.4}, pt{2.6, 1.2}, pt{0, 1.6}, pt{-2.6, 1.2}, pt{-4.4, -0.4}))
		f.sew(flap, fabric{Cloth: Cloth{Base: c.Base.lighter(0.08)}})
		f.fill(roundRect(-0.7, 0.5, 0.7, 2.1, 0.4), Hex(0xd9bb76))
	})
}

func (f *figure) shoulderBag(c Cloth) {
	x := -f.sw - 1.2
	strap := curve(pt{-f.sw + 3, 18.2}, pt{x + 2.2, 24}, pt{x + 3.2, 31.5})
	back := curve(pt{-f.sw + 2.4, 18.3}, pt{x - 0.4, 24}, pt{x - 2.6, 31.5})
	f.stroke(strap, 0.8, c.Base.darker(0.2), 1)
	f.stroke(back, 0.8, c.Base.darker(0.2), 1)
	body := blob(pt{x - 5, 31}, pt{x + 0.3, 32.2}, pt{x + 5.4, 31}, pt{x + 5.8, 34.6}, pt{x + 3, 37.8}, pt{x - 2.8, 37.8}, pt{x - 5.6, 34.6})
	f.sew(body, woven(c))
	f.stroke(curve(pt{x - 4.4, 32}, pt{x + 0.3, 33.1}, pt{x + 4.8, 32}), 0.3, Hex(0xd9bb76), 0.9)
}

// props are what a pose holds in its hand, over everything.
func (f *figure) props() {
	if f.holds == nothing {
		return
	}
	e, w := f.elbow[1], f.wrist[1]
	d := w.sub(e)
	grip := w.add(d.mul(2.4 / d.len()))
	switch f.holds {
	case phone:
		f.in(about(grip, -0.1), func() {
			body := roundRect(grip.x-2.4, grip.y-6.2, grip.x+2.2, grip.y+2.6, 0.8)
			f.sew(body, fabric{Cloth: Cloth{Base: Hex(0x2c2d33)}})
			f.fill(roundRect(grip.x-1.9, grip.y-5.7, grip.x+0.1, grip.y-3.6, 0.5), Hex(0x45464f))
			for _, o := range []pt{{-1.35, -5.15}, {-0.45, -4.2}} {
				f.fill(ellipse(grip.add(o), 0.42, 0.42), Hex(0x11121a))
				f.fill(ellipse(grip.add(o).add(pt{0.12, -0.12}), 0.12, 0.12), Hex(0xb9c4d8))
			}
		})
		f.fingers(grip)
	case cup:
		at := grip.add(pt{-0.4, -1.2})
		f.sew(path{at.add(pt{-1.9, -3}), at.add(pt{1.9, -3}), at.add(pt{1.4, 4.2}), at.add(pt{-1.4, 4.2})}, fabric{Cloth: Cloth{Base: Hex(0xf7f1e6)}})
		f.fill(path{at.add(pt{-1.75, -0.9}), at.add(pt{1.75, -0.9}), at.add(pt{1.5, 2}), at.add(pt{-1.5, 2})}, Hex(0xb98a5e))
		f.sew(roundRect(at.x-2.2, at.y-3.9, at.x+2.2, at.y-2.8, 0.4), fabric{Cloth: Cloth{Base: Hex(0x4a3a33)}})
		f.fingers(grip)
	case nothing:
	}
}

// fingers close around what is held.
func (f *figure) fingers(grip pt) {
	skin := f.look.Skin
	for i := range 3 {
		s, c := math.Sincos(0.15)
		at := grip.add(pt{0.4 - 0.1*float64(i), -0.9 + 1.05*float64(i)})
		p := limb([]pt{at.add(pt{1.6 * c, 1.6 * s}), at, at.add(pt{-1.5 * c, -1.5 * s})}, []float64{0.55, 0.52, 0.4})
		f.fill(p, skin)
		f.ring(p, pen*0.6, skin.darker(0.3), 0.6)
	}
}

package sketch

func (f *figure) bottom() {
	c := f.fit.BottomCloth
	switch f.fit.Bottom {
	case Jeans:
		f.trousers(c, []float64{4.2, 3.4, 3.3}, 1)
	case Slacks:
		f.trousers(c, []float64{4.5, 4.3, 4.3}, 1)
	case Cargo:
		f.trousers(c, []float64{4.6, 4.2, 3.7}, 1)
	case Shorts:
		f.trousers(c, []float64{4.5, 4.6, 4.8}, 0.36)
	case PleatedSkirt:
		f.skirt(c, 60, 10.4)
	case LongSkirt:
		f.skirt(c, 80, 10.8)
	}
}

// trousers draws both legs down to a part of the way to the ankle, then the seat that joins them.
func (f *figure) trousers(c Cloth, half []float64, length float64) {
	for _, side := range f.legOrder() {
		h, k, a := f.hip(side), f.knee[side], f.ankle[side].add(pt{0, 1.2})
		points := []pt{h, k, a}
		if length < 0.5 {
			points = []pt{h, h.lerp(k, length), h.lerp(k, 2*length)}
		}
		d := points[2].sub(points[1])
		leg := limb(points, half)
		f.sew(leg, woven(c).turned(-d.x/d.y).shaded(0.04*float64(side)))
		f.legDetail(c, side, points, half)
	}
	seat := outline(curve(pt{-6, 37}, pt{0, 37.6}, pt{6, 37}), curve(pt{7, 43}, pt{7.7, 48}), curve(pt{4, 49.5}, pt{0, 51.6}, pt{-4, 49.5}), curve(pt{-7.7, 48}, pt{-7, 43}, pt{-6, 37}))
	f.cloth(seat, woven(c))
	line := c.Base.line()
	f.stroke(curve(pt{-6, 37}, pt{-7, 43}, pt{-7.75, 48.2}), pen, line, 0.85)
	f.stroke(curve(pt{6, 37}, pt{7, 43}, pt{7.75, 48.2}), pen, line, 0.85)
	f.stroke(path{{0, 38}, {0, 51.6}}, pen, line, 0.8)
	f.stroke(curve(pt{0, 51.4}, pt{0.9, 52.6}, pt{2.2, 53.2}), pen*0.8, line, 0.5)
	f.stroke(curve(pt{0, 51.4}, pt{-0.9, 52.6}, pt{-2.2, 53.2}), pen*0.8, line, 0.5)
	f.waist(c)
}

func (f *figure) legDetail(c Cloth, side int, p []pt, half []float64) {
	line, s := c.Base.line(), sign(side)
	switch f.fit.Bottom {
	case Slacks:
		f.stroke(curve(p[0].add(pt{s * 0.3, 2}), p[1], p[2].add(pt{0, -0.2})), pen*0.8, line, 0.5) // the crease
	case Jeans:
		f.seam(c.Base, p[1].add(pt{-half[1] * 0.8, -1}), p[1].add(pt{0, -0.4}))
		f.seam(c.Base, p[1].add(pt{half[1] * 0.8, 0.8}), p[1].add(pt{0.3, 1.3}))
		f.seam(c.Base, p[2].add(pt{-half[2] * 0.8, -2.6}), p[2].add(pt{0.4, -2}))
		f.glow(p[0].lerp(p[1], 0.55), 2, 9, c.Base.lighter(0.7), 0.25)
	case Cargo:
		at := p[0].lerp(p[1], 0.62).add(pt{s * 3, 0})
		f.sew(path{at.add(pt{-2.1, -2.6}), at.add(pt{2, -2.6}), at.add(pt{1.9, 3}), at.add(pt{-2, 3})}, fabric{Cloth: c, shade: 0.05})
		f.sew(path{at.add(pt{-2.3, -3}), at.add(pt{2.2, -3}), at.add(pt{2.1, -1.3}), at.add(pt{-2.2, -1.3})}, fabric{Cloth: c, shade: 0.08})
	case Shorts:
		d := p[2].sub(p[1]).perp().mul(half[2] * 0.95)
		up := p[2].lerp(p[1], 0.22)
		f.stroke(path{up.add(d), up.sub(d)}, pen*0.7, line, 0.5)
	case PleatedSkirt, LongSkirt:
	}
}

// waist is the waistband with its button, the fly and the pockets.
func (f *figure) waist(c Cloth) {
	line := c.Base.line()
	band := outline(curve(pt{-6, 36.6}, pt{0, 37.2}, pt{6, 36.6}), curve(pt{6.3, 38.8}, pt{0, 39.4}, pt{-6.3, 38.8}))
	f.sew(band, fabric{Cloth: Cloth{Base: c.Base.darker(0.06)}})
	f.fill(ellipse(pt{0, 38.3}, 0.5, 0.5), Hex(0xcdbb98))
	f.stroke(curve(pt{-6.2, 42.4}, pt{-4.4, 41.6}, pt{-3.6, 39.4}), pen*0.8, line, 0.8)
	f.stroke(curve(pt{6.2, 42.4}, pt{4.4, 41.6}, pt{3.6, 39.4}), pen*0.8, line, 0.8)
	if f.fit.Bottom == Slacks && f.fit.tucked() {
		belt := outline(curve(pt{-6.1, 36.8}, pt{0, 37.4}, pt{6.1, 36.8}), curve(pt{6.2, 38.4}, pt{0, 39}, pt{-6.2, 38.4}))
		f.sew(belt, fabric{Cloth: Cloth{Base: Hex(0x3a2a22)}})
		f.ring(roundRect(-1.1, 37.1, 1.1, 39.2, 0.4), 0.42, Hex(0xd8b878), 1)
	}
}

// skirt falls in pleats from the waist to a hem of the given half width.
func (f *figure) skirt(c Cloth, hem, half float64) {
	const waist, pleats = 5.9, 9
	swing := (f.ankle[0].x + f.ankle[1].x) * 0.12
	left := curve(pt{-waist, 37}, pt{-7.4, 43.5}, pt{-half*0.85 - 0.8 + swing*0.4, 52}, pt{-half + swing, hem})
	right := curve(pt{half + swing, hem}, pt{half*0.85 + 0.8 + swing*0.4, 52}, pt{7.4, 43.5}, pt{waist, 37})
	var edge path
	for i := range pleats {
		x0, x1 := -half+2*half*float64(i)/pleats, -half+2*half*float64(i+1)/pleats
		edge = append(edge, pt{x0 + swing, hem}, pt{x0 + (x1-x0)*0.5 + swing, hem + 1}, pt{x1 + swing, hem + 0.2})
	}
	shape := outline(left, edge, right, curve(pt{waist, 37}, pt{0, 37.7}, pt{-waist, 37}))
	f.sew(shape, woven(c))
	for i := 1; i < pleats; i++ {
		t := -1 + 2*float64(i)/pleats
		fold := curve(pt{t * waist, 39.5}, pt{t * 7.8, 46}, pt{t*half + swing, hem + 0.2})
		f.wash(outline(fold, path{{t*half + swing + 0.9, hem + 0.3}}), Hex(0x1a1018), 0.13)
		f.stroke(fold, pen*0.8, c.Base.line(), 0.6)
	}
	band := outline(curve(pt{-waist - 0.1, 36.6}, pt{0, 37.2}, pt{waist + 0.1, 36.6}), curve(pt{waist + 0.4, 39}, pt{0, 39.6}, pt{-waist - 0.4, 39}))
	f.sew(band, fabric{Cloth: Cloth{Base: c.Base.darker(0.08)}})
}

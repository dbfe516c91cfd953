package sketch

// cut is the measure of an outer.
type cut struct {
	hem, half, gap float64 // where it ends, half its width there, half the opening there
}

func (f *figure) outerCut() (cut, bool) {
	switch f.fit.Outer {
	case Coat:
		return cut{78, 11.4, 3.4}, true
	case Blazer:
		return cut{53, 9.2, 2.6}, true
	case Cardigan:
		return cut{49, 8.9, 2.6}, true
	case Trucker:
		return cut{44, 8.2, 3}, true
	case Windbreaker:
		return cut{48.5, 9.4, 2.4}, true
	case NoOuter:
	}
	return cut{}, false
}

// outerBehind is the back of the outer, seen between its fronts.
func (f *figure) outerBehind() {
	k, ok := f.outerCut()
	if !ok {
		return
	}
	lining := woven(Cloth{Base: f.fit.OuterCloth.Base.darker(0.35)})
	f.cloth(path{{-f.sw, 20}, {f.sw, 20}, {k.half - 0.6, k.hem - 1}, {-k.half + 0.6, k.hem - 1}}, lining)
}

// outer draws both fronts, open, with collar, pockets and buttons.
func (f *figure) outer() {
	k, ok := f.outerCut()
	if !ok {
		return
	}
	c := f.fit.OuterCloth
	left := outline(
		curve(pt{-2.9, 15.8}, pt{-5.6, 17}, pt{-f.sw + 0.3, 18.2}),
		curve(pt{-f.sw - 0.2, 19}, pt{-f.sw - 0.1, 26}, pt{-(f.sw+k.half)/2 + 0.6, 38}, pt{-k.half, k.hem}),
		curve(pt{-k.half, k.hem}, pt{-(k.half + k.gap) / 2, k.hem + 0.8}, pt{-k.gap, k.hem + 0.3}),
		curve(pt{-k.gap, k.hem + 0.3}, pt{-2.9, 38}, pt{-3.3, 26}, pt{-2.9, 15.8}),
	)
	f.glow(pt{0, 30}, 5, 16, Hex(0x201418), 0.12)
	for side, p := range []path{left, left.mirror()} {
		f.sew(p, woven(c).shaded(0.05*float64(side)))
	}
	switch f.fit.Outer {
	case Coat, Blazer:
		f.lapels(c)
		f.flaps(c, k)
	case Cardigan:
		f.placket(c, k, 0.5)
	case Trucker:
		f.denimWork(c, k)
	case Windbreaker:
		f.placket(Cloth{Base: c.Accent}, k, 0.25)
		f.standCollar(c)
		f.yoke(c)
	case NoOuter:
	}
}

func (f *figure) lapels(c Cloth) {
	left := path{{-2.6, 14.8}, {-4.6, 16.6}, {-6.2, 22.6}, {-4.9, 23.4}, {-5.7, 25}, {-2.7, 34}, {-3.2, 24}}
	for _, p := range []path{left, left.mirror()} {
		f.sew(p, fabric{Cloth: Cloth{c.Base.lighter(0.07), c.Accent, c.Pattern}})
	}
}

// flaps are pockets and buttons.
func (f *figure) flaps(c Cloth, k cut) {
	y, w := 43.0, 3.4
	if f.fit.Outer == Coat {
		y = 48
	}
	for _, s := range []float64{-1, 1} {
		p := path{{s * 5, y}, {s * (5 + w), y - 0.3}, {s * (5.1 + w), y + 1.9}, {s * 4.9, y + 2.2}}
		f.sew(p, fabric{Cloth: c, shade: 0.04})
	}
	for y := 37.0; y < min(k.hem-8, 62); y += 6.5 {
		f.fill(ellipse(pt{4, y}, 0.5, 0.5), c.Base.line())
	}
}

// placket is the band along the opening, with buttons.
func (f *figure) placket(c Cloth, k cut, button float64) {
	col := c.Base.darker(0.1)
	for _, s := range []float64{-1, 1} {
		f.stroke(curve(pt{s * 3.2, 17}, pt{s * 3.8, 26}, pt{s * 3.4, 38}, pt{s * (k.gap + 0.6), k.hem}), 1.2, col, 1)
	}
	if button > 0.3 {
		for y := 28.0; y < k.hem-2; y += 4.8 {
			f.fill(ellipse(pt{3.6, y}, button, button), c.Base.line().lighter(0.15))
		}
		rib := Cloth{Base: c.Base.darker(0.08), Accent: c.Base.darker(0.35), Pattern: Ribs}
		left := path{{-k.half - 0.1, k.hem - 2.4}, {-k.gap, k.hem - 2}, {-k.gap, k.hem + 0.5}, {-k.half + 0.4, k.hem + 0.3}}
		f.sew(left, woven(rib))
		f.sew(left.mirror(), woven(rib))
	}
}

func (f *figure) denimWork(c Cloth, k cut) {
	f.collar(Cloth{Base: c.Base.darker(0.06)}, 2.6)
	stitch := Hex(0xd9a35f)
	for _, s := range []float64{-1, 1} {
		pocket := path{{s * 3.9, 25}, {s * 6.9, 25}, {s * 6.7, 27}, {s * 5.4, 28}, {s * 4.1, 27}}
		f.sew(pocket, fabric{Cloth: c, shade: 0.05})
		f.stroke(path{{s * 3.4, 24.6}, {s * (f.sw - 0.6), 24.6}}, pen*0.6, stitch, 0.8)
		f.stroke(curve(pt{s * 4.2, 28.4}, pt{s * 4, 36}, pt{s * 4.5, k.hem - 2.6}), pen*0.6, stitch, 0.7)
		f.stroke(path{{s * (k.gap + 0.1), k.hem - 2.2}, {s * (k.half - 0.1), k.hem - 2.3}}, pen*0.8, c.Base.line(), 0.8)
		for y := 22.0; y < k.hem-1; y += 4.6 {
			f.fill(ellipse(pt{s * 3.4, y}, 0.36, 0.36), Hex(0xc9b79a))
		}
	}
}

func (f *figure) standCollar(c Cloth) {
	left := path{{-2.6, 13.6}, {-4.4, 15.4}, {-4.2, 18.2}, {-2.9, 18}}
	f.sew(left, woven(Cloth{Base: c.Base.darker(0.08)}))
	f.sew(left.mirror(), woven(Cloth{Base: c.Base.darker(0.08)}))
}

// yoke is the band of the second colour across chest and shoulders.
func (f *figure) yoke(c Cloth) {
	left := path{{-3.2, 26}, {-3.1, 29}, {-f.sw + 0.7, 31}, {-f.sw - 0.1, 28}}
	f.cloth(left, woven(Cloth{Base: c.Accent}))
	f.cloth(left.mirror(), woven(Cloth{Base: c.Accent}).shaded(0.05))
}

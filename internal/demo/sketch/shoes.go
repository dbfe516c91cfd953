package sketch

// shoe draws one shoe, its toe pointing a little outwards.
func (f *figure) shoe(side int) {
	a, s := f.ankle[side], sign(side)
	f.in(affine{a: s, d: 1, e: a.x, f: a.y}, func() { // towards +x from here on
		switch f.fit.Shoes {
		case Sneakers:
			f.sneaker(f.fit.ShoeCloth)
		case Canvas:
			f.canvasShoe(f.fit.ShoeCloth)
		case Loafers:
			f.loafer(f.fit.ShoeCloth)
		case Boots:
			f.boot(f.fit.ShoeCloth)
		}
	})
}

func sole(depth float64) path {
	return outline(curve(pt{-2.7, 3.6}, pt{-2.8, 5}, pt{-2.3, 4.4 + depth}), curve(pt{2, 4.6 + depth}, pt{5.4, 4.5 + depth}), curve(pt{6.4, 4}, pt{5.6, 3.4}, pt{2, 4}, pt{-2.7, 3.6}))
}

func (f *figure) sneaker(c Cloth) {
	upper := outline(curve(pt{-1.9, -0.8}, pt{-2.8, 1.6}, pt{-2.7, 4.6}), curve(pt{2, 5}, pt{5.8, 4.6}), curve(pt{6.1, 3.4}, pt{4.6, 2.1}, pt{2.6, 1.2}, pt{1.9, -0.8}))
	f.sew(upper, woven(c))
	f.cloth(curve(pt{3.7, 1.7}, pt{4.2, 3}, pt{4, 4.6}, pt{5.8, 4.6}, pt{6, 3.2}), woven(Cloth{Base: c.Accent}))
	f.cloth(path{{-2.4, 0.8}, {-1, 1.2}, {-1.1, 4.6}, {-2.8, 4.4}}, woven(Cloth{Base: c.Accent}))
	f.stroke(curve(pt{-0.6, 3.9}, pt{1, 3.4}, pt{2.2, 2.1}), 0.6, c.Accent.darker(0.1), 0.9)
	for i := range 3 {
		y := -0.1 + 0.8*float64(i)
		f.stroke(path{{1 + 0.5*float64(i), y + 0.5}, {2.1 + 0.45*float64(i), y}}, 0.34, Hex(0xfaf7f0), 1)
	}
	white := Hex(0xf6f3ec)
	f.sew(sole(0.9), fabric{Cloth: Cloth{Base: white}})
}

func (f *figure) canvasShoe(c Cloth) {
	upper := outline(curve(pt{-2, -2.4}, pt{-2.6, 1}, pt{-2.5, 4.6}), curve(pt{2, 5}, pt{5.4, 4.6}), curve(pt{5.4, 3.4}, pt{4, 2.3}, pt{2.4, 1.2}, pt{2, -2.4}))
	f.sew(upper, woven(c))
	white := Hex(0xf3efe6)
	f.sew(curve(pt{3.8, 4.7}, pt{4, 3}, pt{5.2, 3}, pt{5.9, 4.7}), fabric{Cloth: Cloth{Base: white}})
	f.fill(ellipse(pt{-0.6, 0.4}, 0.8, 0.8), white)
	for i := range 4 {
		y := -1.5 + 0.95*float64(i)
		f.stroke(path{{0.9 + 0.25*float64(i), y + 0.3}, {2 + 0.3*float64(i), y}}, 0.34, white, 1)
	}
	f.sew(sole(0.7), fabric{Cloth: Cloth{Base: white}})
	f.stroke(curve(pt{-2.3, 4.7}, pt{2, 5}, pt{5.8, 4.7}), 0.24, c.Base, 0.8)
}

func (f *figure) loafer(c Cloth) {
	if f.fit.Bottom == Jeans || f.fit.Bottom == Slacks || f.fit.Bottom == Cargo {
		f.fill(rect(-1.5, -1.5, 1.5, 3), Hex(0xe9e4da)) // a sock shows
	}
	upper := outline(curve(pt{-2, 1.2}, pt{-2.7, 3}, pt{-2.6, 4.9}), curve(pt{2, 5.2}, pt{6, 4.9}), curve(pt{6.2, 3.9}, pt{4.9, 2.8}, pt{2.8, 2.2}, pt{0.6, 2.9}, pt{-2, 1.2}))
	f.sew(upper, woven(c))
	f.stroke(curve(pt{1.4, 4.6}, pt{2.6, 3}, pt{4.2, 2.9}), 0.9, c.Base.lighter(0.14), 1)
	f.stroke(curve(pt{2.4, 3.7}, pt{3, 3.2}), 0.4, c.Base.darker(0.4), 1)
	f.stroke(curve(pt{4.8, 3.3}, pt{5.5, 3.8}), 0.35, c.Base.lighter(0.6), 0.7)
	f.fill(outline(path{{-2.6, 4.6}, {6.2, 4.6}, {6.1, 5.4}, {1, 5.4}, {0.6, 6}, {-2.6, 6}}), c.Base.darker(0.5))
}

func (f *figure) boot(c Cloth) {
	upper := outline(curve(pt{-2.1, -6.5}, pt{-2.1, -1}, pt{-2.7, 4.8}), curve(pt{2, 5.1}, pt{5.8, 4.8}), curve(pt{6, 3.6}, pt{4.4, 2.3}, pt{2.4, 1}, pt{2.1, -2}, pt{2.2, -6.5}))
	f.sew(upper, woven(c))
	f.fill(path{{-1.3, -5.8}, {1.2, -5.8}, {1, 0}, {-1, 0}}, c.Base.lighter(0.1))
	f.stroke(curve(pt{-2.4, 2.8}, pt{0.5, 2.4}, pt{2.4, 1}), pen, c.Base.line(), 0.8)
	f.stroke(curve(pt{4.6, 3}, pt{5.3, 3.5}), 0.4, c.Base.lighter(0.6), 0.7)
	f.fill(path{{-2.8, 4.6}, {6.1, 4.6}, {6, 5.8}, {1.2, 5.7}, {0.9, 6.3}, {-2.8, 6.3}}, c.Base.darker(0.55))
}

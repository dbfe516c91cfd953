package sketch

// torso is the shape of a top: its neckline runs through dip, its hem lies at y; ease widens it.
func (f *figure) torso(ease, hem float64, dip pt) path {
	w := 6.6 + ease
	if f.fit.tucked() {
		w = 5.7
	}
	side := curve(pt{-3, 16.3}, pt{-5.4, 17.2}, pt{-f.sw + 0.6, 18.4})
	flank := curve(pt{-f.sw + 0.2, 19}, pt{-f.sw + 0.8, 25}, pt{-5.8 - ease, 35}, pt{-w, hem})
	left := outline(side, flank)
	bottom := curve(pt{-w, hem}, pt{0, hem + 0.7}, pt{w, hem})
	return outline(left, bottom, left.mirror(), curve(pt{3, 16.3}, dip, pt{-3, 16.3}))
}

func (f *figure) top() {
	hem := 47.5
	if f.fit.tucked() {
		hem = 39.5
	}
	c := f.fit.TopCloth
	switch f.fit.Top {
	case Tee:
		f.sew(f.torso(0.9, hem, pt{0, 19}), woven(c))
		f.collarRib(c, 19)
	case Shirt:
		f.sew(f.torso(0.8, hem, pt{0, 20.5}), woven(c))
		f.shirtFront(c, hem)
	case Hoodie:
		f.hoodBehind(c)
		f.sew(f.torso(2, hem, pt{0, 19.5}), woven(c))
		f.hoodFront(c, hem)
	case Knit:
		f.sew(f.torso(1.4, hem, pt{0, 19}), woven(c))
		f.collarRib(c, 19)
		f.hemRib(c, 1.4, hem)
		f.cables(c, hem)
	case Sweatshirt:
		f.sew(f.torso(1.9, hem, pt{0, 18.8}), woven(c))
		f.collarRib(c, 18.8)
		f.hemRib(c, 1.9, hem)
		f.print(c)
	case Turtleneck:
		f.sew(f.torso(0.5, hem, pt{0, 18.4}), woven(c))
		c.Pattern, c.Accent = Ribs, c.Base.darker(0.3)
		f.sew(outline(curve(pt{-2.7, 12.8}, pt{0, 13.9}, pt{2.7, 12.8}), curve(pt{3.3, 17}, pt{0, 18.9}, pt{-3.3, 17})), woven(c))
	}
}

// collarRib is the band around a round neck.
func (f *figure) collarRib(c Cloth, dip float64) {
	rib := Cloth{Base: c.Base.darker(0.1), Accent: c.Base.darker(0.35), Pattern: Ribs}
	band := outline(curve(pt{-2.7, 15.7}, pt{-2.2, dip - 1.5}, pt{0, dip - 0.3}, pt{2.2, dip - 1.5}, pt{2.7, 15.7}), curve(pt{3.7, 16.3}, pt{3, dip - 0.7}, pt{0, dip + 0.9}, pt{-3, dip - 0.7}, pt{-3.7, 16.3}))
	f.sew(band, woven(rib))
}

// hemRib is the band at the end of a knit, unless it is tucked in.
func (f *figure) hemRib(c Cloth, ease, hem float64) {
	if f.fit.tucked() {
		return
	}
	rib := Cloth{Base: c.Base.darker(0.08), Accent: c.Base.darker(0.35), Pattern: Ribs}
	w := 6.6 + ease
	band := outline(curve(pt{-w + 0.2, hem - 2.2}, pt{0, hem - 1.5}, pt{w - 0.2, hem - 2.2}), curve(pt{w - 0.5, hem + 0.2}, pt{0, hem + 0.9}, pt{-w + 0.5, hem + 0.2}))
	f.sew(band, woven(rib))
}

// cables run down the front of a plain knit.
func (f *figure) cables(c Cloth, hem float64) {
	if c.Pattern != Plain {
		return
	}
	for _, x := range []float64{-3.6, 0, 3.6} {
		var a, b path
		for i := range 60 {
			t := float64(i) / 59
			y := 21 + t*(hem-24.5)
			s := 0.8 * wave(t*32)
			a, b = append(a, pt{x + s, y}), append(b, pt{x - s, y})
		}
		f.stroke(a, pen*1.1, c.Base.line(), 0.45)
		f.stroke(b, pen*1.1, c.Base.line(), 0.45)
	}
}

// print is what a sweatshirt says on its chest: a badge of our own.
func (f *figure) print(c Cloth) {
	if c.Pattern != Plain {
		return
	}
	col := c.Accent
	f.stroke(curve(pt{-3.8, 27.2}, pt{0, 25.4}, pt{3.8, 27.2}), 0.9, col, 0.95)
	for i := range 5 {
		x := -3 + 1.5*float64(i)
		f.stroke(path{{x - 0.35, 30}, {x, 28.7}, {x + 0.35, 30}}, 0.42, col, 0.95)
	}
}

func (f *figure) shirtFront(c Cloth, hem float64) {
	line := c.Base.line()
	f.stroke(path{{0.9, 20.5}, {0.9, hem}}, pen*0.7, line, 0.6)
	f.stroke(path{{-0.9, 20.5}, {-0.9, hem}}, pen*0.7, line, 0.6)
	for y := 23.5; y < hem-1; y += 4.2 {
		f.fill(ellipse(pt{0, y}, 0.32, 0.32), c.Base.lighter(0.6).Mix(line, 0.25))
	}
	pocket := path{{3, 26.4}, {6, 26.4}, {6, 29.4}, {4.5, 30.2}, {3, 29.4}}
	f.ring(pocket, pen*0.7, line, 0.6)
	f.collar(c, 0)
}

// collar is a pair of pointed flaps, open pulls them apart.
func (f *figure) collar(c Cloth, open float64) {
	left := path{{-2.7, 15}, {-3.7 - 0.4*open, 16.6}, {-3 - 0.8*open, 20.4}, {-open, 20.6}, {-1.8 - 0.5*open, 17.2}}
	for _, p := range []path{left, left.mirror()} {
		f.sew(p, fabric{Cloth: Cloth{Base: c.Base.lighter(0.12)}})
	}
}

func (f *figure) hoodBehind(c Cloth) {
	p := blob(pt{-5.4, 17.5}, pt{-4.9, 13.5}, pt{0, 11.5}, pt{4.9, 13.5}, pt{5.4, 17.5}, pt{0, 21})
	f.sew(p, woven(Cloth{Base: c.Base.darker(0.14)}))
	f.neckAgain()
}

// neckAgain draws the neck over what stands behind it.
func (f *figure) neckAgain() {
	skin := f.look.Skin
	f.fill(outline(curve(pt{-2.1, 11}, pt{-2.2, 15}, pt{-3.4, 19}), curve(pt{0, 21}), curve(pt{3.4, 19}, pt{2.2, 15}, pt{2.1, 11})), skin)
	f.wash(blob(pt{-2.1, 12.6}, pt{0, 16.2}, pt{2.2, 13}, pt{0, 11}), skin.darker(0.4), 0.35)
}

func (f *figure) hoodFront(c Cloth, hem float64) {
	left := blob(pt{-4.9, 14.6}, pt{-5.9, 17.6}, pt{-3.6, 20.6}, pt{-0.4, 22}, pt{-1, 20}, pt{-3, 17.6})
	for _, p := range []path{left, left.mirror()} {
		f.sew(p, woven(Cloth{Base: c.Base.lighter(0.05)}))
	}
	cord := c.Base.lighter(0.55)
	if c.Base.Luma() > 170 {
		cord = c.Base.darker(0.25)
	}
	f.stroke(curve(pt{-1.5, 20.9}, pt{-1.8, 24}, pt{-1.5, 27}), 0.5, cord, 1)
	f.stroke(curve(pt{1.5, 20.9}, pt{1.9, 23.6}, pt{1.7, 26}), 0.5, cord, 1)
	pocket := path{{-3.4, 36.5}, {3.4, 36.5}, {5.6, 41}, {5.4, 44.6}, {-5.4, 44.6}, {-5.6, 41}}
	f.cloth(pocket, woven(Cloth{Base: c.Base.darker(0.05)}))
	f.ring(pocket, pen*0.8, c.Base.line(), 0.7)
	f.hemRib(c, 2, hem)
}
